import type { ApplyStep } from '../../shared/apply/plan.ts';
import type { HistoryEntry } from '../store/history.ts';

/** What a step takes where this engine has no history yet, in ms. */
const defaultsMs: Readonly<Record<ApplyStep, number>> = {
  'back-up': 100,
  'write-settings': 50,
  reconfigure: 100,
  'restart-engine': 6000,
  'health-check': 500,
  verify: 6000,
  'clean-up': 1000,
};

/**
 * What recreating one container takes: a new one without a health check must run for a while to count as
 * well.
 */
const recreationMs = 12_000;

/** How many past applies count: the machine of today, not of last year. */
const recent = 5;
/** What is left of a step when a wait is taken off that was shorter than foreseen, ms. */
const shortestRestartMs = 1;

/**
 * Seconds the given steps will take: per step the median of recent applies, else a default; clean-up by the
 * container. At least 1. A restart waits for containers that don't take the stop signal: what past ones
 * waited is taken off, what this one will is added (`stopWait`, s).
 */
export function estimateSeconds(
  steps: readonly ApplyStep[],
  history: readonly Pick<HistoryEntry, 'durationsMs' | 'stopWait'>[],
  {
    removals = 0,
    recreations = 0,
    stopWait = 0,
  }: { readonly removals?: number; readonly recreations?: number; readonly stopWait?: number } = {},
): number {
  const total = steps.reduce((sum, step) => {
    const waited = (entry: Pick<HistoryEntry, 'stopWait'>): number =>
      step === 'restart-engine' ? (entry.stopWait ?? 0) * 1000 : 0;
    const past = history
      .flatMap((entry) => {
        const ms = entry.durationsMs[step];
        return ms === undefined || ms <= 0 ? [] : [Math.max(shortestRestartMs, ms - waited(entry))];
      })
      .slice(-recent)
      .sort((a, b) => a - b);
    const typical =
      step === 'clean-up'
        ? defaultsMs[step] * Math.ceil(removals / 4) + recreationMs * recreations
        : (past[Math.floor(past.length / 2)] ?? defaultsMs[step]);
    return sum + typical + (step === 'restart-engine' ? stopWait * 1000 : 0);
  }, 0);
  return Math.max(1, Math.round(total / 1000));
}
