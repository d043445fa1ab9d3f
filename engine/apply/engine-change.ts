import type { ApplyPlan } from '../../shared/apply/plan.ts';
import type { PlanFacts } from './plan-facts.ts';

/** The changes of an apply to daemon.json; none if it can't be read. */
export const daemonJsonChanges = ({ engineConfig }: PlanFacts): ApplyPlan['daemonJson'] =>
  engineConfig.ok ? [...engineConfig.value.changes] : [];

/** Whether an apply changes the running engine, and by a reload or a restart. */
export function engineChangeOf(
  facts: PlanFacts,
  draft: string,
  plan: Pick<ApplyPlan, 'eciBefore' | 'eciAfter' | 'changes'>,
): { readonly isReconfigured: boolean; readonly restartNeeded: boolean; readonly reloadNeeded: boolean } {
  const reconfigured = isReconfigured(facts, draft, plan);
  const reloadNeeded =
    reconfigured &&
    facts.engine.phase === 'ready' &&
    facts.capabilities.reconfiguredBy === 'reload' &&
    facts.restartReason === null;
  return { isReconfigured: reconfigured, reloadNeeded, restartNeeded: reconfigured && !reloadNeeded };
}

/** Whether the engine gets another configuration, or has to be started to read it. */
function isReconfigured(
  facts: PlanFacts,
  draft: string,
  { eciBefore, eciAfter, changes }: Pick<ApplyPlan, 'eciBefore' | 'eciAfter' | 'changes'>,
): boolean {
  if (facts.engine.phase !== 'ready') return true;
  if (facts.capabilities.readsSettings === 'at-start') return facts.applied.text !== draft;
  return (
    eciBefore !== eciAfter ||
    changes.some((change) => change.needs !== 'nothing') ||
    daemonJsonChanges(facts).some((change) => change.kind !== 'conflict') ||
    (eciAfter && facts.engine.defaultRuntime !== facts.runtimeName)
  );
}
