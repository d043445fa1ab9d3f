import { expect, it } from 'vitest';
import { keepAllContainers, type ApplyPlan, type ContainerChoices } from '../../shared/apply/plan.ts';
import { blockedIds } from '../../shared/containers/recreate-blocked.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { makePlan } from '../../engine/apply/plan.ts';
import { settingsInForce, type PlanFacts } from '../../engine/apply/plan-facts.ts';
import { planEngineConfig, type EngineConfigPlan } from '../../engine/daemon-json/daemon-json-merge.ts';
import { lintContextOf } from '../state/draft-view.ts';
import { stepDurations } from './apply-fixture.ts';
import { minutesAgo } from './settings-fixture.ts';
import { planOf, reviewStates } from './review-fixture.ts';
import { planNames, withChoices, type PlanName } from './review-plans.ts';
import { states } from './states.ts';

/** What a target would look up for a state: the plans below are the product's own. */
function factsOf(name: PlanName): PlanFacts & { readonly draft: string } {
  const make = reviewStates[name] ?? states[name];
  if (make === undefined) throw new Error(`no state ${name}`);
  const app = make();
  const { settings, engine, target, scan } = app;
  const runtimeName = target.product === null ? 'bulkhead' : 'sysbox-runc';
  const applied = { exists: settings.exists, text: settings.applied, hash: settings.appliedHash };
  return {
    draft: settings.draft,
    capabilities: target.capabilities,
    applied,
    versions: {
      current: settings.appliedVersion,
      recorded: settings.appliedVersion > 0,
      next: settings.appliedVersion + 1,
      entries: [
        {
          version: settings.appliedVersion,
          at: minutesAgo(130),
          uid: 0,
          user: 'sam',
          hash: applied.hash,
          fromHash: '',
          how: 'apply',
          eci: true,
          durationsMs: stepDurations,
        },
      ],
    },
    engine,
    lint: lintContextOf(settings.draft, app),
    backend:
      target.product === null
        ? (app.backends.find(({ id }) => id === 'exclusive') ?? null)
        : { id: 'sysbox', available: true, requirements: [] },
    runtimeName,
    engineConfig: {
      ok: true,
      value:
        target.product === null
          ? engineConfigOf(app, runtimeName)
          : { text: null, record: null, changes: [], conflicts: [] },
    },
    restartReason: name === 'restart' ? { code: 'keys', keys: ['log-driver'] } : null,
    scan,
    rights: null,
  };
}

/** daemon.json from the applied settings to the draft's. */
function engineConfigOf({ settings, target }: AppState, runtimeName: string): EngineConfigPlan {
  const desired = (text: string) => ({
    eci: settingsInForce({ exists: true, text, hash: '' }).eci.value,
    runtimeName,
    runtimePath: '/var/lib/bulkhead/bin/bulkhead-runc',
    configFile: target.capabilities.configFile,
  });
  const before = planEngineConfig(null, desired(settings.applied), null);
  if (!before.ok) throw new Error(before.error.message);
  const after = planEngineConfig(before.value.text, desired(settings.draft), before.value.record);
  if (!after.ok) throw new Error(after.error.message);
  return after.value;
}

const made = (
  name: PlanName,
  choices: ContainerChoices = keepAllContainers,
  blocked?: ReadonlySet<string>,
): ApplyPlan => {
  const { draft, ...facts } = factsOf(name);
  return makePlan(facts, draft, choices, blocked);
};

it('review-plans.json has what the engine plans for each state (vitest -u writes it)', async () => {
  const plans = planNames.map((name) => {
    // The window derives these from the same texts and containers.
    const { changes: _changes, findings: _findings, unprotected: _unprotected, ...plan } = made(name);
    return [name, plan];
  });
  await expect(`${JSON.stringify(Object.fromEntries(plans), null, 2)}\n`).toMatchFileSnapshot(
    './review-plans.json',
  );
});

it.each(planNames)('the plan of the state "%s" is the one that the engine makes', (name) => {
  expect(planOf(name)).toEqual(made(name));
});

it.each(['turningOn', 'restart', 'rich', 'edited', 'protected'] as const)(
  'choices for containers change the plan of "%s" as the engine changes it',
  (name) => {
    const ids = planOf(name).unprotected.map(({ id }) => id);
    const all: readonly ContainerChoices[] = [
      { ...keepAllContainers, remove: ids },
      { ...keepAllContainers, remove: ids, includeRunning: true },
      { ...keepAllContainers, recreate: ids },
      { ...keepAllContainers, remove: ids.slice(0, 2), includeRunning: true, recreate: ids.slice(2, 3) },
    ];
    for (const choices of all) {
      const {
        recreation = { groups: [] },
        estimatedSeconds: _sooner,
        ...plan
      } = withChoices(planOf(name), choices);
      const { estimatedSeconds: _later, ...expected } = made(name, choices, blockedIds(recreation));
      expect(plan).toEqual(expected);
    }
  },
);
