import { startLimit, type RunningLimit } from '../../shared/process/scaled-limit.ts';
import { gatewayLimits } from '../../shared/process/time-limits.ts';

let measureSlowness = (): Promise<number> => Promise.resolve(1);

/** How this process measures how much slower than usual its machine is; without, limits are as usual. */
export function measureSlownessBy(measure: () => Promise<number>): void {
  measureSlowness = measure;
}

/** Starts a time limit that is longer on a slow machine. Not for what holds a turn: others wait for that. */
export const startTimeLimit = (name: keyof typeof gatewayLimits): RunningLimit =>
  startLimit(gatewayLimits[name], () => measureSlowness());
