import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { listenVariables, type InheritedListener } from '../shared/gateway/listener-handoff.ts';

/** Set for a process that replaces the one that started it. */
const replacesVariable = 'BULKHEAD_REPLACES_PARENT';
/** From the successor: it has loaded. To it: the predecessor accepts no connection any more. */
const [loaded, retired] = ['loaded', 'retired'];

/** As TimeoutStartSec= of the unit: after one that hangs, another one can be tried. */
const loadMs = 300_000;

export interface Successor {
  readonly pid: number;
  /** Allows it to serve. */
  proceed(): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/**
 * Starts the currently installed version of this process's program, with its listening sockets. Resolves when
 * it has loaded, and waits for permission to serve; rejects if it ended before, or did not load in time.
 */
export async function startSuccessor(
  listeners: readonly InheritedListener[],
  variables: Readonly<Record<string, string>>,
): Promise<Successor> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['ignore', 'inherit', 'inherit', ...listeners.map(({ fd }) => fd), 'ipc'],
    env: {
      ...process.env,
      ...variables,
      ...listenVariables(listeners.map(({ name }) => name)),
      [replacesVariable]: '1',
    },
  });
  await untilLoaded(child);
  const { pid } = child;
  if (pid === undefined) throw new Error('it has no process id');
  // It keeps running when this process ends.
  child.unref();
  return {
    pid,
    ended: once(child, 'exit').then(() => undefined),
    proceed: () => {
      child.send(retired, () => {
        if (child.connected) child.disconnect();
      });
    },
  };
}

async function untilLoaded(child: ChildProcess): Promise<void> {
  const ended = new AbortController();
  const limit = setTimeout(() => child.kill('SIGKILL'), loadMs);
  await Promise.race([
    once(child, 'message', { signal: ended.signal }),
    once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
      throw new Error(`it ended with ${String(code ?? signal)}`);
    }),
    once(child, 'error', { signal: ended.signal }).then(([error]) => {
      throw error;
    }),
  ]).finally(() => {
    clearTimeout(limit);
    ended.abort();
  });
}

/** In a successor: waits until its predecessor accepts no connection any more. Otherwise returns at once. */
export async function waitForPredecessor(): Promise<void> {
  if (process.env[replacesVariable] === undefined) return;
  Reflect.deleteProperty(process.env, replacesVariable);
  process.send?.(loaded);
  // A predecessor that has exited accepts none either.
  const ended = new AbortController();
  await Promise.race([
    once(process, 'message', { signal: ended.signal }),
    once(process, 'disconnect', { signal: ended.signal }),
  ]).finally(() => {
    ended.abort();
  });
  if (process.connected) process.disconnect();
}
