import { spawn } from 'node:child_process';
import { respondedWith, container, type Attempt } from '../attempt.ts';

/** The engine runs the machine's `ps` as root, with the client's options. */
const options = [
  ['columns', 'variables before the id', (pid: number) => `e -ww -p ${pid} -o args,comm,pid`],
  ['title', "a title of the client's own", (pid: number) => `e -ww -p ${pid} -oargs=x\fx\fPID`],
] as const;

export const topAttempts: readonly Attempt[] = options.map(([how, title, write]) => ({
  id: `top-${how}`,
  class: 'bypass-routes',
  title: `docker top of a process of root's, for its variables: ${title}`,
  outcome: 'refused',
  prepare: (side) => container(side, `${side.tag}.one`, { runtime: side.runtime, start: true }),
  attempt: async (side) => {
    const other = spawn('sleep', ['60'], {
      env: { PATH: '/usr/bin:/bin', SECRET_OF_ROOT: 'x' },
      stdio: 'ignore',
    });
    try {
      return await side.send(
        'GET',
        `/v1.45/containers/${side.tag}.one/top?ps_args=${encodeURIComponent(write(other.pid ?? 0))}`,
      );
    } finally {
      other.kill();
    }
  },
  breach: respondedWith(500, /'(?:PATH|SECRET_OF_ROOT)=/),
}));
