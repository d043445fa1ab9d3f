import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { listenVariables, type InheritedListener } from '../shared/gateway/listener-handoff.ts';
import { fixedLimits } from '../shared/process/time-limits.ts';

/** Set for a process that replaces the one that started it. */
const replacesVariable = 'BULKHEAD_REPLACES_PARENT';
/** From the successor: it has loaded, and it serves the sockets. */
const [loaded, serving] = ['loaded', 'serving'];
/** To it: the predecessor accepts no connection any more, and is no longer the service's main process. */
const [retired, handedOver] = ['retired', 'handed-over'];

/**
 * Exit status of a process that another one has replaced: its predecessor keeps serving only then.
 * The service manager considers that of the main process only.
 */
export const replacedStatus = 10;

/** How long a successor may take, ms: after one that hangs, another one can be tried. */
export interface SuccessorLimits {
  readonly loadMs: number;
  /** From its permission to serve: clients wait meanwhile. */
  readonly serveMs: number;
}
export const usualSuccessorLimits: SuccessorLimits = {
  loadMs: fixedLimits.serviceStart,
  serveMs: fixedLimits.successorServe,
};

/** A process that has loaded, and waits for permission to serve. */
export interface Successor {
  readonly pid: number;
  /** Permits it to serve. Resolves when it does; rejects if it ended before, or was too late. */
  serve(): Promise<void>;
  /** Tells it that it is the service's main process now. */
  confirm(): void;
  /** Ends it; resolves when it has ended. */
  kill(): Promise<void>;
  /** Resolves when it has ended without having been replaced itself: then nothing serves the sockets. */
  readonly failed: Promise<void>;
}

/**
 * Starts the currently installed version of this process's program, with its listening sockets. Resolves when
 * it has loaded; rejects if it ended before, or did not load in time.
 */
export async function startSuccessor(
  listeners: readonly InheritedListener[],
  variables: Readonly<Record<string, string>>,
  limits: SuccessorLimits,
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
  await untilReported(child, loaded, limits.loadMs);
  const { pid } = child;
  if (pid === undefined) throw new Error('it has no process id');
  const ended = new Promise<void>((resolve) => {
    if (hasEnded(child)) resolve();
    else
      child.once('exit', () => {
        resolve();
      });
  });
  const failed = new Promise<void>((resolve) => {
    void ended.then(() => {
      if (child.exitCode !== replacedStatus) resolve();
    });
  });
  // Messages to a process that has ended are lost; its end is handled separately.
  const send = (text: string, sent: () => void = () => undefined) => {
    child.send(text, sent);
  };
  return {
    pid,
    failed,
    serve: () => {
      const reported = untilReported(child, serving, limits.serveMs);
      send(retired);
      return reported;
    },
    confirm: () => {
      send(handedOver, () => {
        if (child.connected) child.disconnect();
      });
      // It keeps running when this process ends.
      child.unref();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** Resolves with that message of the child; rejects if it ends before, and kills it after `limitMs`. */
async function untilReported(child: ChildProcess, text: string, limitMs: number): Promise<void> {
  const ended = new AbortController();
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, limitMs);
  const exited = ([code, signal]: unknown[]) => {
    throw new Error(
      isLate ? `it was not ${text} within ${limitMs / 1000} s` : `it ended with ${String(code ?? signal)}`,
    );
  };
  if (hasEnded(child)) exited([child.exitCode, child.signalCode]);
  await Promise.race([
    once(child, 'message', { signal: ended.signal }),
    once(child, 'exit', { signal: ended.signal }).then(exited),
    once(child, 'error', { signal: ended.signal }).then(([error]) => {
      throw error;
    }),
  ]).finally(() => {
    clearTimeout(limit);
    ended.abort();
  });
}

/** In a successor: the process that it replaces. */
export interface Predecessor {
  /** Reports that this process has loaded; resolves when the predecessor accepts no connection any more. */
  whenRetired(): Promise<void>;
  /** Reports that this process serves; resolves when it is the service's main process. */
  whenHandedOver(): Promise<void>;
  /** It may still serve connections. */
  isRunning(): boolean;
}

/** The predecessor according to `env`, out of which it is taken; null where this process has none. */
export function takePredecessor(env: NodeJS.ProcessEnv): Predecessor | null {
  if (env[replacesVariable] === undefined) return null;
  Reflect.deleteProperty(env, replacesVariable);
  const parent = process.ppid;
  return {
    // Init adopts a process whose parent has ended, possibly before this one looked.
    isRunning: () => parent !== 1 && process.ppid === parent,
    whenRetired: () => report(loaded),
    whenHandedOver: async () => {
      await report(serving);
      if (process.connected) process.disconnect();
    },
  };
}

/** Resolves at the predecessor's response, or its end: then it accepts no connection either. */
async function report(text: string): Promise<void> {
  if (!process.connected) return;
  const ended = new AbortController();
  const responded = Promise.race([
    once(process, 'message', { signal: ended.signal }),
    once(process, 'disconnect', { signal: ended.signal }),
  ]).finally(() => {
    ended.abort();
  });
  process.send?.(text, undefined, {}, () => undefined);
  await responded;
}
