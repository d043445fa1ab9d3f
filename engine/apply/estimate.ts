import type { ApplyStep } from '../../shared/apply/plan.ts';
import type { HistoryEntry } from '../store/history.ts';

/** What a step takes where this engine has no history yet, in ms. */
const defaultsMs: Readonly<Record<ApplyStep, number>> = {
  'back-up': 100, 'write-settings': 50, reconfigure: 100, 'restart-engine': 6000, 'health-check': 500, verify: 6000, 'clean-up': 1000,
};

/** How many past applies count: the machine of today, not of last year. */
const recent = 5;

/** Seconds the given steps will take: per step the median of recent applies, else a default; clean-up by the container. At least 1. */
export function estimateSeconds(steps: readonly ApplyStep[], history: readonly HistoryEntry[], removals: number): number {
  const total = steps.reduce((sum, step) => {
    const past = history.map((entry) => entry.durationsMs[step]).filter((ms): ms is number => ms !== undefined && ms > 0).slice(-recent).sort((a, b) => a - b);
    const typical = step === 'clean-up' ? defaultsMs[step] * Math.ceil(removals / 4) : past[Math.floor(past.length / 2)] ?? defaultsMs[step];
    return sum + typical;
  }, 0);
  return Math.max(1, Math.round(total / 1000));
}
