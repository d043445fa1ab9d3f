import os from 'node:os';
import { noListenerStore, type ListenerHandoff } from '../shared/gateway/listener-handoff.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { engineDirectories, engineSockets, exclusivePaths } from './planner-paths.ts';
import { startPlanner } from './planner.ts';
import type { ReadPlannerPolicy } from './runtime-requests.ts';
import type { SharingOptions } from './shares/shares.ts';
import { openSubordinateStore, subordinateDirectory } from './ranges/subordinate.ts';

export interface ServiceOutput {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

export interface ServeOptions {
  /** See SharingOptions; default `required`. */
  readonly records?: SharingOptions['records'];
  /** The socket that is kept across restarts; default: it ends with the planner. */
  readonly handoff?: ListenerHandoff;
  /** See `PlannerOptions`. */
  readonly keepsSocket?: boolean;
  /** See `PlannerOptions`. */
  readonly readPolicy?: ReadPlannerPolicy;
  /** Called when runtimes can connect. */
  readonly onReady?: () => void;
}

/**
 * Runs the planner of one engine until SIGTERM or SIGINT. Resolves with the exit code: 0, or 1 when it could
 * not start.
 */
export async function servePlanner(
  paths: RootPaths,
  output: ServiceOutput,
  {
    records = 'required',
    handoff = { inherited: [], store: noListenerStore },
    keepsSocket = false,
    readPolicy,
    onReady,
  }: ServeOptions = {},
): Promise<number> {
  raisePriority();
  const started = await startPlanner({
    paths: exclusivePaths(paths),
    parts: {
      sockets: engineSockets(paths),
      directories: engineDirectories(paths),
      containerSockets: paths.sockets,
      roots: [paths.root, paths.run, paths.data],
    },
    sharing: {
      directory: paths.sharing,
      records,
      subordinates: openSubordinateStore({ directory: subordinateDirectory }),
    },
    handoff,
    keepsSocket,
    ...(readPolicy === undefined ? {} : { readPolicy }),
    log: (line) => {
      output.error(`planner: ${line}`);
    },
    onListening: () => {
      onReady?.();
      output.out('planner cleaning up');
    },
  });
  if (!started.ok) {
    const { message, reason, hint } = started.error;
    output.error([message, reason, hint].filter((part) => part !== undefined).join(' '));
    return 1;
  }
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        resolve();
      });
  });
  output.out(`planner listening on ${paths.plannerSocket}`);
  await stopped;
  await started.value.close();
  return 0;
}

/**
 * Every container waits for the planner, which has little to do: on a machine under load it should be
 * scheduled early.
 */
function raisePriority(): void {
  try {
    os.setPriority(os.constants.priority.PRIORITY_ABOVE_NORMAL);
  } catch {
    // The root user of a container may lack the right to: then it only takes longer.
  }
}
