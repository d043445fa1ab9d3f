import { superviseChild, type ChildSpec, type SupervisedChild } from './child-process.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';

/**
 * Supervises the isolation planner: restarts it when it dies, kills it when it hangs. Every container needs
 * it, and a file system that does not respond may block it; meanwhile, requests of runtimes wait for the next
 * one (`plannerReply`).
 */
export function supervisePlanner(
  paths: RootPaths,
  { command, log, onChange, heartbeat = {} }: Pick<ChildSpec, 'command' | 'log' | 'onChange' | 'heartbeat'>,
): SupervisedChild {
  return superviseChild({
    name: 'planner',
    command,
    args: ['planner', '--root', paths.root],
    log,
    ready: /planner listening on/,
    // Cleaning up after an earlier run may take long, or hang. Runtimes get replies once it is done; the
    // engine can run before that.
    busy: /^planner cleaning up$/,
    keepListeners: true,
    heartbeat,
    onChange,
  });
}
