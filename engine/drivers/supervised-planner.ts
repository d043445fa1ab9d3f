import { superviseChild, type ChildSpec, type SupervisedChild } from './child-process.ts';
import { answersOn, watchForHang } from './hang-watch.ts';
import type { RootPaths } from './root-paths.ts';

const watchMs = 10_000;
/** Two in a row end before a runtime gives its container up (60 s). */
const hungMs = 20_000;

/** Supervises the isolation planner: brought back when it dies, killed when it hangs. Every container needs it, and a file system that does not answer may stop it. */
export function supervisePlanner(paths: RootPaths, { command, log, onChange }: Pick<ChildSpec, 'command' | 'log' | 'onChange'>, say: (text: string) => void): SupervisedChild {
  let pid: number | null = null;
  let endWatch: (() => void) | null = null;
  const child = superviseChild({
    name: 'planner', command, args: ['planner', '--root', paths.root], log, ready: /planner listening on/,
    onChange: (identity) => { pid = identity?.pid ?? null; onChange(identity); },
  });
  return {
    ...child,
    start: async (timeoutMs) => {
      const started = await child.start(timeoutMs);
      if (started.ok) endWatch ??= watchForHang({ name: 'the planner', answers: () => answersOn(paths.plannerSocket, hungMs), pid: () => pid, everyMs: watchMs, say });
      return started;
    },
    stop: async () => {
      endWatch?.();
      endWatch = null;
      await child.stop();
    },
  };
}
