import { applySteps, applyStepTable } from '../../shared/apply/steps.ts';
import type { ContainerChoices, PlanEffect } from '../../shared/apply/plan.ts';
import { restartsByItself, type Container } from '../../shared/containers/protection.ts';
import { unprotectedUse } from '../../shared/containers/unprotected-use.ts';
import { listedPaths } from '../../shared/settings/effective.ts';
import type { EffectiveSettings, Finding, SettingsChange } from '../../shared/settings/index.ts';
import { withPreferences } from '../../shared/settings/preferences.ts';
import type { TargetCapabilities } from '../../shared/targets/capabilities.ts';
import type { RestartReason } from './driver.ts';
import { enablesNri } from '../daemon-json/nri-options.ts';
import { estimateSeconds } from './estimate.ts';
import { stoppedByRestart, stopWaitOf, type PlanFacts } from './plan-facts.ts';
import { addAuditEffect, addRuleEffects, differ, maxNames, type DangerousShare } from './rule-effects.ts';

/** What stops containers meanwhile. */
const restartSteps = applySteps.filter((step) => applyStepTable[step].changes === 'engine');

/** The inputs of a plan's effects. */
export interface EffectInput {
  facts: PlanFacts;
  removes: boolean;
  before: EffectiveSettings;
  after: EffectiveSettings;
  changes: readonly SettingsChange[];
  findings: readonly Finding[];
  restartNeeded: boolean;
  reloadNeeded: boolean;
  engineUp: boolean;
  notProtected: readonly Container[];
  remove: readonly Container[];
  recreate: readonly Container[];
  choices: ContainerChoices;
  backend: string;
}

const named = (containers: readonly { name: string }[]) => ({
  count: containers.length,
  names: containers.slice(0, maxNames).map((container) => container.name),
});

/** The lines of "What will happen". */
export function effectsOf(input: EffectInput): PlanEffect[] {
  const { facts, before, after, changes, remove, recreate } = input;
  const effects: PlanEffect[] = [];
  const now = (kind: PlanEffect['kind'], code: PlanEffect['code'], params: PlanEffect['params'] = {}) => {
    effects.push({ kind, when: 'while-applying', code, params });
  };
  const later = (kind: PlanEffect['kind'], code: PlanEffect['code'], params: PlanEffect['params'] = {}) => {
    effects.push({ kind, when: 'afterwards', code, params });
  };
  const { capabilities } = facts;
  const seconds = Math.max(
    estimateSeconds(restartSteps, facts.versions.entries, { stopWait: stopWaitOf(facts) }),
    capabilities.minimumRestartSeconds,
  );

  if (input.restartNeeded) {
    now('restart', restartEffect(capabilities.restarts, input.engineUp), { seconds });
    if (facts.restartReason !== null) now('restart', ...reasonEffect(facts.restartReason));
    // The presence of the file has effects beyond its content.
    if (input.removes) later('unprotected', 'desktop-file-goes');
    else if (capabilities.fileEnforcesSignIn)
      later('new-rule', 'desktop-sign-in', { first: facts.applied.exists ? 0 : 1 });
  } else if (input.reloadNeeded) now('at-once', 'engine-reloads', chosenOf(input));
  else if (changes.length > 0) now('at-once', 'gateway-reloads', chosenOf(input));
  if (facts.applied.notText !== undefined)
    now('stays-in-view', 'bytes-kept', { version: facts.versions.current });
  const stopping = input.restartNeeded ? stoppedByRestart(facts) : [];
  if (stopping.length > 0) {
    const returning = stopping.filter(restartsByItself);
    now('stops', 'containers-stop', {
      ...named(stopping),
      returning: returning.map((container) => container.name).slice(0, maxNames),
      ...slowOf(stopping),
    });
  }
  if (remove.length > 0) now('removed', 'containers-removed', named(remove));
  const volumes = [...new Set(remove.flatMap((container) => container.volumes.map((volume) => volume.name)))];
  if (input.choices.removeVolumes && volumes.length > 0)
    now('removed', 'volumes-removed', { count: volumes.length, names: volumes.slice(0, maxNames) });
  if (recreate.length > 0) now('recreated', 'containers-recreated', named(recreate));

  const dangerous =
    after.eci.value && differ(before, after, ({ fileSharing }) => fileSharing)
      ? dangerousShares(input.findings)
      : [];
  if (dangerous.length > 0) later('dangerous', 'dangerous-shares', dangerParams(dangerous, before));
  if (!before.eci.value && after.eci.value) {
    later('new-rule', 'eci-on');
    later('new-rule', 'backend', { id: input.backend });
  } else if (before.eci.value && !after.eci.value) later('unprotected', 'eci-off');
  if (before.eci.value && after.eci.value && before.eci.locked !== after.eci.locked) {
    if (after.eci.locked) later('new-rule', 'eci-locked');
    else later('allowed', 'eci-unlocked');
  }
  const { preferences = null } = facts;
  if (withPreferences(after, preferences).outcomes.eci === 'in-force')
    later('unprotected', 'preference-off', preferences?.by === undefined ? {} : { by: preferences.by });
  addAuditEffect(capabilities, before, after, later);
  if (after.eci.value)
    addRuleEffects(capabilities, before, after, dangerous, later, named(mountingOf(input)));
  if (after.eci.value && hasNriPlugins(facts)) later('stays-in-view', 'nri-plugins');
  if (after.blockDockerLoad.value && !before.blockDockerLoad.value) later('new-rule', 'load-blocked');
  if (
    input.restartNeeded &&
    facts.engine.counts !== null &&
    facts.engine.counts.images + facts.engine.counts.containers > 0
  )
    later('stays-in-view', 'store-unchanged', {
      images: facts.engine.counts.images,
      containers: facts.engine.counts.containers,
    });
  const settled = new Set([...remove, ...recreate].map(({ id }) => id));
  const remaining = input.notProtected.filter(({ id }) => !settled.has(id));
  if (remaining.length > 0)
    later('unprotected', 'containers-kept-unprotected', {
      ...named(remaining),
      use: unprotectedUse(capabilities, after),
      // The engine starts these itself, without the gateway.
      returning: remaining.filter(restartsByItself).map(({ name }) => name),
      stopping: remaining.filter(({ id }) => stopping.some((container) => container.id === id)).length,
    });
  return effects;
}

/** Protected containers that cannot be started again: the draft does not share what they mount. */
const mountingOf = ({ facts: { scan }, remove }: EffectInput): readonly Container[] =>
  (scan?.containers ?? []).filter(
    ({ id, protected: isProtected, unsharedMounts = [] }) =>
      isProtected && unsharedMounts.length > 0 && !remove.some((container) => container.id === id),
  );

/** How many containers the user has chosen to be removed or recreated, if any. */
const chosenOf = ({ remove, recreate }: EffectInput): PlanEffect['params'] =>
  remove.length + recreate.length === 0 ? {} : { chosen: remove.length + recreate.length };

/** The engine lets NRI plugins change containers, or will once it has read its configuration. */
function hasNriPlugins({ engine, engineConfig }: PlanFacts): boolean {
  return (
    engine.extensions?.includes('nri') === true || (engineConfig.ok && enablesNri(engineConfig.value.text))
  );
}

const reasonEffect = (reason: RestartReason): [PlanEffect['code'], PlanEffect['params']] =>
  reason.code === 'keys'
    ? ['restart-keys', { count: reason.keys.length, names: [...reason.keys] }]
    : [`restart-${reason.code}`, {}];

function restartEffect(what: TargetCapabilities['restarts'], engineUp: boolean): PlanEffect['code'] {
  if (what === 'application') return engineUp ? 'desktop-reopens' : 'desktop-opens';
  return engineUp ? 'engine-restarts' : 'engine-starts';
}

/** The dangerous directories of the list, by the rules of the linter, the whole file system first. */
function dangerousShares(findings: readonly Finding[]): readonly DangerousShare[] {
  const byPath = new Map<string, DangerousShare>();
  for (const { code, params } of findings)
    if (code === 'share-dangerous') {
      const path = String(params['path']);
      byPath.set(path, { path, everything: params['danger'] === 'everything' });
    }
  return [...byPath.values()].toSorted((a, b) => Number(b.everything) - Number(a.everything));
}

/** All of them, without a limit: dangerous ones are never left out. */
function dangerParams(shares: readonly DangerousShare[], before: EffectiveSettings): PlanEffect['params'] {
  const everything = shares.filter((share) => share.everything).map(({ path }) => path);
  const permitted = before.eci.value ? listedPaths(before) : [];
  return {
    count: shares.length,
    paths: shares.map(({ path }) => path),
    everything,
    typed: everything.filter((path) => !permitted.includes(path)),
  };
}

/** Those that ignore the stop signal, for the plan. */
function slowOf(stopping: readonly Container[]): PlanEffect['params'] {
  const slow = stopping.filter((container) => (container.stopWait ?? 0) > 0);
  return slow.length === 0
    ? {}
    : {
        slow: slow.length,
        slowNames: slow.map((container) => container.name).slice(0, maxNames),
        wait: Math.max(...slow.map((container) => container.stopWait ?? 0)),
      };
}
