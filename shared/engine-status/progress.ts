import * as z from 'zod';
import type { EngineStatus } from './status.ts';

/** The steps in which a supervisor starts, restarts or stops its engine. */
const engineSteps = [
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

/** The steps of a phase, in order. One that has nothing to do (no planner needed) is skipped. */
const stepsOfPhase: Partial<Record<EngineStatus['phase'], readonly EngineStep[]>> = {
  starting: ['clear-leftovers', 'settle-apply', 'configure', 'start-planner', 'start-dockerd'],
  restarting: ['stop-dockerd', 'configure', 'start-planner', 'start-dockerd'],
  stopping: ['stop-dockerd', 'stop-services', 'clean-up'],
};

/** The current step: the `number`th of `total`, counted from 1. */
export const engineProgressSchema = z.object({
  step: z.enum(engineSteps),
  number: z.number().int().positive(),
  total: z.number().int().positive(),
});
export type EngineProgress = z.infer<typeof engineProgressSchema>;

/** The progress on entering `step` in `phase`; null if the step is not part of that phase. */
export function progressAt(phase: EngineStatus['phase'], step: EngineStep): EngineProgress | null {
  const steps = stepsOfPhase[phase] ?? [];
  const index = steps.indexOf(step);
  return index < 0 ? null : { step, number: index + 1, total: steps.length };
}
