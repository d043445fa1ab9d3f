import { keepAllContainers } from '../../../shared/apply/plan.ts';
import type { Target } from '../../target.ts';

export const first =
  '{\n  "configurationFileVersion": 2,\n  "disableUpdate": { "locked": true, "value": false },\n  ' +
  '"enhancedContainerIsolation": { "locked": true, "value": false }\n}\n';

export async function apply(target: Target, text: string) {
  const plan = await target.plan(text, keepAllContainers);
  if (!plan.ok) return plan;
  const started = await target.startApply({
    text,
    choices: keepAllContainers,
    baseHash: plan.value.baseHash,
  });
  return started.ok ? { ok: true as const, run: await started.value.done, plan: plan.value } : started;
}
