import { rootPaths, type RootPaths } from '../engine/base/root-paths.ts';
import { engineCommand } from '../engine/base/engine-command.ts';
import { hasEngineTraces } from '../engine/targets/engine-traces.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { rootOf, type TargetRef } from '../shared/targets/target-id.ts';

/** Refuses a directory in which no guarded engine has ever been, `engine.root-invalid`. */
export async function requireEngineAt(paths: RootPaths): Promise<Result<void, AppError>> {
  return (await hasEngineTraces(paths))
    ? ok(undefined)
    : fail('engine.root-invalid', message('cli.no-engine-at', { root: paths.root }), {
        hint: message('cli.start-engine-or-see-targets', { command: engineCommand('start', paths.root) }),
      });
}

/** The same for an engine selected by its directory, which may be mistyped; others are not checked. */
export async function requireEngine(ref: TargetRef): Promise<Result<void, AppError>> {
  const root = rootOf(ref);
  return root === null ? ok(undefined) : requireEngineAt(rootPaths(root));
}
