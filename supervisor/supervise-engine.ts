import { createBackends } from '../engine/backends/create-backends.ts';
import { recordReports } from '../engine/backends/recorded-reports.ts';
import { rootPaths } from '../engine/base/root-paths.ts';
import { loadOperations, openTarget } from '../engine/targets/embedded/target.ts';
import type { AppError, Result } from '../shared/result.ts';
import { runSupervisor } from './run-supervisor.ts';
import type { SupervisorOptions } from './supervisor-options.ts';

export interface SuperviseOptions extends Pick<SupervisorOptions, 'bulkheadCommand' | 'onLog'> {
  /** Directory that contains `runtime/build/`. */
  readonly projectRoot: string;
}

/**
 * Runs the engine below `root` in the foreground, with the operations of its own target: those settle what a
 * crash interrupted. See `runSupervisor`.
 */
export async function superviseEngine(
  root: string,
  { projectRoot, ...options }: SuperviseOptions,
): Promise<Result<void, AppError>> {
  await loadOperations();
  const paths = rootPaths(root);
  const target = { bulkheadCommand: options.bulkheadCommand, projectRoot };
  return runSupervisor(paths, {
    ...options,
    backends: Object.values(createBackends(projectRoot)),
    examine: async () => recordReports(paths, await openTarget(root, target).backendReports()),
    resume: (driver) => openTarget(root, { ...target, driver }).resume(),
    settleRecreation: () => openTarget(root, target).settleRecreate(),
  });
}
