import type { RootPaths } from '../../engine/drivers/root-paths.ts';
import type { IpcOutput } from '../../shared/ipc/contract.ts';
import { fail, type AppError, type Result } from '../../shared/result.ts';

/** Would the gateway let `wanted` be bind-mounted under the settings `text`? */
export function wouldMount(_wanted: string, _text: string, _paths: RootPaths): Promise<Result<IpcOutput<'paths:would-mount'>, AppError>> {
  return Promise.resolve(fail('internal', 'not decided yet'));
}
