import { accessSync } from 'node:fs';
import path from 'node:path';
import { systemCode } from '../../shared/process/system-code.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { processesWithoutState } from './embedded/processes-without-state.ts';

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
 * Whether a guarded engine is, or may once have been, in this directory. An unreadable one may contain one;
 * an engine whose directory was removed keeps running without it.
 */
export const hasEngineTraces = async (paths: RootPaths): Promise<boolean> =>
  !traces(paths).every(isAbsent) || (await processesWithoutState(paths)) > 0;

/** Synchronously: node:fs/promises would take longer to load than the check takes. */
function isAbsent(file: string): boolean {
  try {
    accessSync(file);
    return false;
  } catch (error) {
    return systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR';
  }
}
