import { accessSync } from 'node:fs';
import path from 'node:path';
import { systemCode } from '../engine/base/system-code.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { engineCommand } from '../engine/base/engine-command.ts';
import { processesWithoutState } from '../engine/targets/embedded/processes-without-state.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';

/** What a guarded engine leaves at its root, whether or not it runs. */
const traces = (paths: RootPaths): readonly string[] => [
  paths.state,
  paths.settings,
  paths.draft,
  paths.history,
  paths.data,
  path.join(paths.root, 'install.json'),
];

/**
 * Refuses a directory in which no guarded engine has ever been, `engine.root-invalid`. An unreadable one may
 * contain one; an engine whose directory was removed keeps running without it.
 */
export async function requireEngineAt(paths: RootPaths): Promise<Result<void, AppError>> {
  return traces(paths).every(isAbsent) && (await processesWithoutState(paths)) === 0
    ? fail('engine.root-invalid', message('cli.no-engine-at', { root: paths.root }), {
        hint: message('cli.start-engine-or-see-targets', { command: engineCommand('start', paths.root) }),
      })
    : ok(undefined);
}

/** Synchronously: node:fs/promises would take longer to load than the check takes. */
function isAbsent(file: string): boolean {
  try {
    accessSync(file);
    return false;
  } catch (error) {
    return systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR';
  }
}
