import { usualLimits } from '../../shared/process/time-limits.ts';
import { expectSlowness, scaledLimit } from './machine-speed.ts';

/** The limit for this machine, ms: longer if it is slow (`scaledLimit`). */
export const timeLimit = (name: keyof typeof usualLimits): Promise<number> => scaledLimit(usualLimits[name]);

/**
 * Scales the limits of the parts of a start with the user's limit for the whole, ms: with six minutes for the
 * start, dockerd gets four.
 */
export const allowForStart = (timeoutMs: number): void => {
  expectSlowness(timeoutMs / usualLimits.engineStart);
};
