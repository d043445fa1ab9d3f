import {
  superviseChild,
  type ChildSpec,
  type SupervisedChild,
} from '../engine/targets/embedded/child-process.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';

/**
 * Supervises the isolation planner: brought back when it dies, killed when it hangs. Every container needs
 * it, and a file system that does not answer may stop it; runtimes that ask meanwhile wait (up to 60 s) for
 * the next one.
 */
export function supervisePlanner(
  paths: RootPaths,
  { command, log, onChange }: Pick<ChildSpec, 'command' | 'log' | 'onChange'>,
): SupervisedChild {
  return superviseChild({
    name: 'planner',
    command,
    args: ['planner', '--root', paths.root],
    log,
    ready: /planner listening on/,
    // What an earlier run left may be much, or hang. Runtimes are answered when that is done; till then the
    // engine can run.
    busy: /^planner cleaning up$/,
    keepListeners: true,
    heartbeat: {},
    onChange,
  });
}
