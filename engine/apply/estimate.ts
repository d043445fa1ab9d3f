import type { ApplyStep } from '../../shared/apply/steps.ts';
import type { HistoryEntry } from '../store/history.ts';
import { stepModules } from './steps/index.ts';
import type { ApplyLoad } from './steps/step.ts';

/** How many past applies count: the machine as it is today. */
const recent = 5;
/**
 * Minimum remaining duration of a step from which a wait was subtracted, ms: the wait may have been shorter
 * than predicted.
 */
const shortestMs = 1;

/**
 * Estimated seconds of the given steps: for each step the median of recent applies, else a default, plus what
 * depends on the load. At least 1.
 */
export function estimateSeconds(
  steps: readonly ApplyStep[],
  history: readonly Pick<HistoryEntry, 'durationsMs' | 'stopWait'>[],
  { removals = 0, recreations = 0, stopWait = 0 }: Partial<ApplyLoad> = {},
): number {
  const total = stepModules
    .filter(({ id }) => steps.includes(id))
    .reduce((sum, { id, estimate }) => {
      const past = history
        .flatMap((entry) => {
          const ms = entry.durationsMs[id];
          if (ms === undefined || ms <= 0) return [];
          return [Math.max(shortestMs, ms - (estimate.waitedMs?.(entry) ?? 0))];
        })
        .slice(-recent)
        .sort((a, b) => a - b);
      const typicalMs = past[Math.floor(past.length / 2)] ?? estimate.defaultMs;
      return sum + (estimate.withLoad?.(typicalMs, { removals, recreations, stopWait }) ?? typicalMs);
    }, 0);
  return Math.max(1, Math.round(total / 1000));
}
