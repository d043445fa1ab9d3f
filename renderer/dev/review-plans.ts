import * as z from 'zod';
import {
  applyPlanSchema,
  type ApplyPlan,
  type ContainerChoices,
  type PlanEffect,
} from '../../shared/apply/plan.ts';
import {
  isRunning,
  isUnprotected,
  restartsByItself,
  type Container,
} from '../../shared/containers/protection.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { diffSettings } from '../../shared/settings/index.ts';
import { findingsOf } from '../state/draft-view.ts';
import { recreatePlan } from './container-fixture.ts';
import made from './review-plans.json' with { type: 'json' };

/** Plans by the state whose draft they apply; `restart`: of `turningOn`, if a reload is not enough. */
export const planNames = [
  'turningOn',
  'restart',
  'turningOff',
  'rich',
  'blocked',
  'errors',
  'edited',
  'protected',
  'dangerous',
  'reviewHuge',
  'reformatted',
  'desktopEdited',
] as const;
export type PlanName = (typeof planNames)[number];

/**
 * The engine's own plan for each state: review-plans.test.ts writes and compares review-plans.json, since the
 * window does not run that code.
 */
const madePlans = z
  .partialRecord(
    z.enum(planNames),
    applyPlanSchema.omit({ changes: true, findings: true, unprotected: true }),
  )
  .parse(made);

export function reviewPlan(name: PlanName, app: AppState): ApplyPlan {
  const plan = madePlans[name];
  if (plan === undefined) throw new Error(`review-plans.json lacks ${name}: run its test with -u`);
  const { applied, draft } = app.settings;
  const broken = plan.blockers.some(({ code }) => code === 'findings');
  return {
    ...plan,
    changes: diffSettings(applied, draft),
    findings: [...findingsOf(draft, app)],
    unprotected: plan.eciAfter && !broken ? underEci(app.scan?.containers ?? []) : [],
  };
}

const underEci = (containers: readonly Container[]): Container[] =>
  containers
    .filter(isUnprotected)
    .map((container) =>
      container.reason === 'eci-off' ? { ...container, reason: 'before-eci' } : container,
    );

const named = (containers: readonly Container[]) => ({
  count: containers.length,
  names: containers.map(({ name }) => name),
});

/** The plan with the choices for existing containers. */
export function withChoices(
  plan: ApplyPlan,
  { remove, recreate = [], includeRunning, commit = false }: ContainerChoices,
): ApplyPlan {
  const removed = plan.unprotected.filter(
    (container) => remove.includes(container.id) && (includeRunning || !isRunning(container)),
  );
  const chosenAnew = plan.unprotected.filter(({ id }) => recreate.includes(id));
  // As in recreatePlan.
  const anew = chosenAnew.filter(({ obstacles }) => !obstacles.includes('pid=host'));
  const kept = plan.unprotected.filter(
    (container) => !removed.includes(container) && !anew.includes(container),
  );
  const chosen: PlanEffect[] = [];
  if (removed.length > 0)
    chosen.push({
      kind: 'removed',
      when: 'while-applying',
      code: 'containers-removed',
      params: named(removed),
    });
  if (anew.length > 0)
    chosen.push({
      kind: 'recreated',
      when: 'while-applying',
      code: 'containers-recreated',
      params: named(anew),
    });
  const others = plan.effects.flatMap((effect): PlanEffect[] => {
    const { code, params } = effect;
    if (chosen.length > 0 && (code === 'engine-reloads' || code === 'gateway-reloads'))
      return [{ ...effect, params: { chosen: removed.length + anew.length } }];
    if (code !== 'containers-kept-unprotected') return [effect];
    const stopping = params['stopping'] === 0 ? 0 : kept.filter(isRunning).length;
    const returning = kept.filter(restartsByItself).map(({ name }) => name);
    return kept.length === 0
      ? []
      : [{ ...effect, params: { ...params, ...named(kept), returning, stopping } }];
  });
  const meanwhile = others.filter(({ when }) => when === 'while-applying');
  const ids = chosenAnew.map(({ id }) => id);
  return {
    ...plan,
    remove: removed.map(({ id }) => id),
    recreate: ids,
    effects: [...meanwhile, ...chosen, ...others.slice(meanwhile.length)],
    ...(ids.length === 0
      ? {}
      : {
          recreation: recreatePlan(chosenAnew, {
            ids,
            commit: commit ? ids : [],
            old: 'remove-when-healthy',
            withoutRollback: false,
          }),
        }),
  };
}
