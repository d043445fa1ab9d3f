import { readFile } from 'node:fs/promises';
import os from 'node:os';

/**
 * Default time that the engine waits for a container to stop, and maximum for all of them while it shuts
 * down, s.
 */
const usualWait = 10,
  longestWait = 15;

/** The fields of inspect that determine how a container is stopped. */
export interface StopConfig {
  readonly StopSignal?: string | undefined;
  readonly StopTimeout?: number | undefined;
  readonly pidMode: string;
}

/**
 * Seconds the engine will wait for a running container before it kills it; 0 if its first process handles the
 * stop signal. The first process of a pid namespace receives only signals it has a handler for or waits for:
 * a plain `sleep` never ends by SIGTERM. `status` is the text of /proc/PID/status.
 */
export function stopWait(config: StopConfig, status: string): number {
  const signal = signalNumber(config.StopSignal);
  const has = (field: string): boolean => {
    const mask = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) >> BigInt(signal - 1)) % 2n === 1n;
  };
  if (signal === 9 || !/^SigCgt:/m.test(status) || has('SigCgt') || has('SigBlk')) return 0;
  const first = config.pidMode === '' || config.pidMode === 'private';
  if (!first && !has('SigIgn')) return 0;
  const timeout = config.StopTimeout ?? usualWait;
  return timeout < 0 ? longestWait : Math.min(timeout, longestWait);
}

function signalNumber(name: string | undefined): number {
  if (name === undefined || name === '') return os.constants.signals.SIGTERM;
  if (/^\d+$/.test(name)) return Number(name);
  const known: Readonly<Record<string, number>> = os.constants.signals;
  return known[name.startsWith('SIG') ? name : `SIG${name}`] ?? os.constants.signals.SIGTERM;
}

/** `stopWait` of a process; 0 if there is none (any more) or it can't be inspected. */
export async function readStopWait(config: StopConfig, pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return stopWait(config, status);
}
