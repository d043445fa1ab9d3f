import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { message, type Message } from '../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { firstForeignComponent } from './foreign-component.ts';
import type { RootPaths } from './root-paths.ts';

/**
 * Refuses a root directory that a user other than root could write to or replace: its content is used with
 * root's rights. Parts that don't exist yet are acceptable.
 */
export async function checkRootOwner(paths: RootPaths): Promise<Result<void, AppError>> {
  const info = await lstat(paths.root).catch(() => null);
  if (info !== null && !info.isDirectory()) return invalid(paths, message('engine.root-not-a-directory'));
  const place = await firstForeignComponent(path.dirname(paths.root));
  if (place !== null)
    return invalid(
      paths,
      message('engine.root-replaceable', { place }),
      message('engine.choose-root-owned-directory'),
    );
  if (info !== null && (info.uid !== 0 || (info.mode & 0o022) !== 0))
    return invalid(
      paths,
      message('engine.root-writable-by-others'),
      message('engine.run-command', { command: `chown root ${paths.root} && chmod 0711 ${paths.root}` }),
    );
  return ok(undefined);
}

function invalid(
  paths: RootPaths,
  reason: Message,
  hint = message('engine.choose-another-directory'),
): Result<never, AppError> {
  return fail('engine.root-invalid', message('engine.root-not-allowed', { root: paths.root }), {
    reason,
    hint,
    params: { path: paths.root },
  });
}
