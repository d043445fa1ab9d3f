import { startLimit, type RunningLimit } from '../../shared/process/scaled-limit.ts';
import { usualLimits } from '../../shared/process/time-limits.ts';
import { expectSlowness, scaledLimit, slowness } from './machine-speed.ts';

/** The limit for this machine, ms: longer if it is slow (`scaledLimit`). */
export const timeLimit = (name: keyof typeof usualLimits): Promise<number> => scaledLimit(usualLimits[name]);

/** Starts the limit, which measures the speed of the machine only when the usual time has passed. */
export const startTimeLimit = (name: keyof typeof usualLimits): RunningLimit =>
  startLimit(usualLimits[name], slowness);

/**
 * Scales the limits of the parts of a start with the user's limit for the whole, ms: with six minutes for the
 * start, dockerd gets four.
 */
export const allowForStart = (timeoutMs: number): void => {
  expectSlowness(timeoutMs / usualLimits.engineStart);
};
