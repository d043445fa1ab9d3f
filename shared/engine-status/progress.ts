import * as z from 'zod';
import type { EngineStatus } from './status.ts';

/** What a supervisor does, step by step, to start, restart or stop its engine. */
export const engineSteps = [
  'clear-leftovers',
  'settle-apply',
  'configure',
  'start-planner',
  'start-dockerd',
  'stop-dockerd',
  'stop-services',
  'clean-up',
] as const;
export type EngineStep = (typeof engineSteps)[number];

/**
 * The steps of a phase, in their order. One that has nothing to do here (no planner needed) is passed over.
 */
const stepsOfPhase: Partial<Record<EngineStatus['phase'], readonly EngineStep[]>> = {
  starting: ['clear-leftovers', 'settle-apply', 'configure', 'start-planner', 'start-dockerd'],
  restarting: ['stop-dockerd', 'configure', 'start-planner', 'start-dockerd'],
  stopping: ['stop-dockerd', 'stop-services', 'clean-up'],
};

/** The step under way: the `number`th of `total`, counted from 1. */
export const engineProgressSchema = z.object({
  step: z.enum(engineSteps),
  number: z.number().int().positive(),
  total: z.number().int().positive(),
});
export type EngineProgress = z.infer<typeof engineProgressSchema>;

/** The progress that entering `step` makes in `phase`; null where the step is none of that phase. */
export function progressAt(phase: EngineStatus['phase'], step: EngineStep): EngineProgress | null {
  const steps = stepsOfPhase[phase] ?? [];
  const index = steps.indexOf(step);
  return index < 0 ? null : { step, number: index + 1, total: steps.length };
}
