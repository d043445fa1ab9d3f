import type { ApplyPlan, ApplyStep, ContainerChoices, PlanEffect } from '../../shared/apply/plan.ts';
import { unprotected, type Container, type ContainerScan } from '../../shared/containers/protection.ts';
import type { RecreatePlan } from '../../shared/containers/recreate.ts';
import type { EngineStatus } from '../../shared/engine-status/status.ts';
import type { BackendReport } from '../../shared/isolation/requirements.ts';
import type { AppError, Result } from '../../shared/result.ts';
import {
  defaultSettings,
  diffSettings,
  effectiveSettings,
  lockedDownSettings,
  parseSettings,
  type EffectiveSettings,
  type Finding,
  type SettingsChange,
} from '../../shared/settings/index.ts';
import { lintSettings, type LintContext } from '../../shared/settings/lint/index.ts';
import { removesFile } from '../../shared/settings/history.ts';
import { missingBecause, type TargetCapabilities } from '../../shared/targets/capabilities.ts';
import type { EngineConfigPlan } from '../daemon-json/daemon-json.ts';
import { sha256, type StoredText } from '../base/files.ts';
import type { VersionState } from '../store/history.ts';
import { estimateSeconds } from './estimate.ts';

/** Everything a plan is made from, as found on the machine. */
export interface PlanFacts {
  readonly capabilities: TargetCapabilities;
  readonly applied: StoredText;
  readonly versions: VersionState;
  readonly engine: EngineStatus;
  /** What the lint knows of this machine. */
  readonly lint: LintContext;
  /** The backend the draft asks for, as tried here; null when there is none of that name. */
  readonly backend: BackendReport | null;
  /** Runtime name of that backend. */
  readonly runtimeName: string;
  /** What daemon.json would become. */
  readonly engineConfig: Result<EngineConfigPlan, AppError>;
  /** Null where the engine doesn't answer: then nothing is known about containers, and none can be chosen. */
  readonly scan: ContainerScan | null;
  /** Why this user can't apply, null when they can. */
  readonly rights: string | null;
}

/**
 * What a settings text means for ECI. An applied text that can't be used counts as ECI on: the gateway locks
 * down then.
 */
export function settingsInForce(text: StoredText): EffectiveSettings {
  if (!text.exists) return defaultSettings;
  const settings = effectiveSettings(text.text, { exists: true });
  return settings.ok ? settings.value : lockedDownSettings;
}

/**
 * What applying `draft` would do. Pure. `choices` about containers that aren't there (any more) are dropped;
 * running ones count only with includeRunning.
 */
export function makePlan(facts: PlanFacts, draft: string, choices: ContainerChoices): ApplyPlan {
  const before = settingsInForce(facts.applied);
  const { capabilities } = facts;
  const removes = removesFile(draft, facts.applied.exists, capabilities);
  const parsed = removes ? effectiveSettings('') : effectiveSettings(draft, { exists: true });
  // Nothing was ever written: an empty draft is no draft, rather than an empty file.
  if (draft === '' && !facts.applied.exists)
    return emptyPlan(facts, before, draft, {
      changes: [],
      findings: [],
      blockers: [{ code: 'nothing-to-apply', message: 'There is no draft yet, and nothing is applied.' }],
    });
  if (!parsed.ok) return unusablePlan(facts, before, draft, parsed.error);
  const after = parsed.value;
  const eciBefore = before.eci.value;
  const eciAfter = after.eci.value;
  const changes = diffSettings(facts.applied.text, draft);
  const findings = removes ? [] : findingsOf(facts, draft);
  const daemonJson = facts.engineConfig.ok ? [...facts.engineConfig.value.changes] : [];
  const engineUp = facts.engine.phase === 'ready';
  const restartNeeded =
    capabilities.readsSettings === 'at-start'
      ? !engineUp || facts.applied.text !== draft
      : !engineUp ||
        eciBefore !== eciAfter ||
        changes.some((change) => change.needs === 'engine-restart') ||
        daemonJson.some((change) => change.kind !== 'conflict') ||
        (eciAfter && facts.engine.defaultRuntime !== facts.runtimeName);
  const missingRequirements = eciAfter
    ? (facts.backend?.requirements ?? []).filter((requirement) => !requirement.met)
    : [];
  const blockers = findBlockers(facts, {
    draft,
    restartNeeded: restartNeeded && engineUp,
    eciAfter,
    errors: errorsIn(findings),
  });
  const notProtected = facts.scan === null ? [] : unprotectedUnder(eciAfter, facts.scan);
  const remove = chosen(facts.scan, choices);
  const recreate =
    missingBecause(capabilities, 'recreate') !== null
      ? []
      : notProtected.filter(
          (container) =>
            choices.recreate?.includes(container.id) === true &&
            !remove.some(({ id }) => id === container.id),
        );
  const steps = stepsOf({
    restartNeeded,
    eciAfter,
    eciBefore,
    configChanges: daemonJson.length,
    chosen: remove.length + recreate.length,
  });
  return {
    fromVersion: facts.versions.current,
    toVersion: facts.versions.next,
    baseHash: facts.applied.hash,
    draftHash: sha256(draft),
    changes,
    findings,
    blocked: blockers.length > 0,
    blockers,
    missingRequirements,
    restartNeeded,
    eciBefore,
    eciAfter,
    daemonJson,
    effects: effectsOf({
      facts,
      removes,
      before,
      after,
      changes,
      restartNeeded,
      engineUp,
      notProtected,
      remove,
      recreate,
      choices,
      backend: facts.backend?.id ?? 'none',
    }),
    unprotected: notProtected,
    remove: remove.map((container) => container.id),
    recreate: recreate.map((container) => container.id),
    estimatedSeconds: Math.max(
      estimateSeconds(steps, facts.versions.entries, {
        removals: remove.length,
        recreations: recreate.length,
        stopWait: stopWaitOf(facts),
      }),
      restartNeeded ? capabilities.minimumRestartSeconds : 0,
    ),
  };
}

/**
 * The plan with what recreating the chosen containers would do. One that the gateway will refuse blocks it:
 * the apply would stop the old one all the same.
 */
export function withRecreation(plan: ApplyPlan, recreation: RecreatePlan): ApplyPlan {
  const refused = recreation.groups
    .flat()
    .filter((item) => item.blockers.some(({ code }) => code === 'refused'))
    .map(({ name }) => name);
  if (refused.length === 0) return { ...plan, recreation };
  const blockers: ApplyPlan['blockers'] = [
    ...plan.blockers,
    {
      code: 'recreation',
      message: `Under these settings the gateway refuses to recreate ${refused.join(', ')}. Change the setting named with it, or leave it as it is.`,
    },
  ];
  return { ...plan, recreation, blockers, blocked: true };
}

const findingsOf = (facts: PlanFacts, draft: string): Finding[] =>
  lintSettings(draft, { ...facts.lint, exists: true });
const errorsIn = (findings: readonly Finding[]): string[] =>
  findings.filter((finding) => finding.severity === 'error').map((finding) => finding.message);
const findingsBlocker = ([first, ...more]: readonly string[]): ApplyPlan['blockers'] =>
  first === undefined
    ? []
    : [{ code: 'findings', message: more.length === 0 ? first : `${first} (and ${more.length} more)` }];

/** A draft that means nothing to the engine has no effects that could be told: only what is wrong with it. */
function unusablePlan(facts: PlanFacts, before: EffectiveSettings, draft: string, why: AppError): ApplyPlan {
  const findings = findingsOf(facts, draft);
  const errors = errorsIn(findings);
  const rights: ApplyPlan['blockers'] =
    facts.rights === null ? [] : [{ code: 'rights', message: facts.rights }];
  return emptyPlan(facts, before, draft, {
    changes: diffSettings(facts.applied.text, draft),
    findings,
    blockers: [...findingsBlocker(errors.length > 0 ? errors : [why.reason ?? why.message]), ...rights],
  });
}

/** A plan that does nothing and is blocked. */
function emptyPlan(
  facts: PlanFacts,
  before: EffectiveSettings,
  draft: string,
  more: Pick<ApplyPlan, 'changes' | 'findings' | 'blockers'>,
): ApplyPlan {
  return {
    fromVersion: facts.versions.current,
    toVersion: facts.versions.next,
    baseHash: facts.applied.hash,
    draftHash: sha256(draft),
    ...more,
    blocked: true,
    missingRequirements: [],
    restartNeeded: false,
    eciBefore: before.eci.value,
    eciAfter: before.eci.value,
    daemonJson: [],
    effects: [],
    unprotected: [],
    remove: [],
    recreate: [],
    estimatedSeconds: 0,
  };
}

/** Which steps have something to do. Verification is left out only where the engine goes on as it is. */
export function stepsOf(plan: {
  restartNeeded: boolean;
  eciBefore: boolean;
  eciAfter: boolean;
  configChanges: number;
  chosen: number;
}): ApplyStep[] {
  const steps: ApplyStep[] = ['back-up', 'write-settings'];
  if (plan.restartNeeded) steps.push('reconfigure', 'restart-engine');
  steps.push('health-check');
  if (plan.eciAfter) steps.push('verify');
  if (plan.chosen > 0) steps.push('clean-up');
  return steps;
}

function findBlockers(
  facts: PlanFacts,
  plan: { draft: string; restartNeeded: boolean; eciAfter: boolean; errors: string[] },
): ApplyPlan['blockers'] {
  const blockers: ApplyPlan['blockers'] = [];
  if (facts.applied.exists && facts.applied.text === plan.draft && !plan.restartNeeded)
    blockers.push({ code: 'nothing-to-apply', message: 'The draft is what is applied already.' });
  blockers.push(...findingsBlocker(plan.errors));
  if (
    facts.capabilities.settingsFormat === 'desktop' &&
    hasOwnKey(plan.draft) &&
    !hasOwnKey(facts.applied.text)
  )
    blockers.push({
      code: 'findings',
      message: '"bulkhead" is never written for Docker Desktop: nothing there reads it. Remove it.',
    });
  if (plan.eciAfter && facts.backend?.available !== true) {
    const missing = facts.backend?.requirements.find((requirement) => !requirement.met);
    blockers.push({
      code: 'requirement',
      message:
        missing === undefined
          ? 'No isolation backend can run on this machine.'
          : missing.code === 'probe-built'
            ? `What it does could not be verified from here: ${missing.found}.`
            : `Isolation can't run on this machine: ${missing.code}: ${missing.found}.`,
    });
  }
  if (!facts.engineConfig.ok)
    blockers.push({
      code: 'daemon-json',
      message: [facts.engineConfig.error.message, facts.engineConfig.error.reason].filter(Boolean).join(': '),
    });
  else
    for (const conflict of facts.engineConfig.value.conflicts)
      blockers.push({ code: 'daemon-json', message: `${conflict.reason} ${conflict.hint}` });
  if (facts.rights !== null) blockers.push({ code: 'rights', message: facts.rights });
  return blockers;
}

/** Whether a text holds the key that only engines of ours understand. */
function hasOwnKey(text: string): boolean {
  const parsed = parseSettings(text);
  return parsed.ok && Object.hasOwn(parsed.value.value, 'bulkhead');
}

/** With ECI off afterwards every container is unprotected by choice; nothing to warn about then. */
function unprotectedUnder(eciAfter: boolean, scan: ContainerScan): Container[] {
  if (!eciAfter) return [];
  return unprotected(scan).map((container) =>
    container.reason === 'eci-off' ? { ...container, reason: 'before-eci' } : container,
  );
}

function chosen(scan: ContainerScan | null, choices: ContainerChoices): Container[] {
  const wanted = new Set(choices.remove);
  return (scan?.containers ?? []).filter(
    (container) => wanted.has(container.id) && (choices.includeRunning || !isRunning(container)),
  );
}

/** Seconds a restart waits for running containers: they stop side by side, so the longest wait counts. */
export const stopWaitOf = (facts: Pick<PlanFacts, 'scan'>): number =>
  Math.max(
    0,
    ...(facts.scan?.containers ?? []).filter(isRunning).map((container) => container.stopWait ?? 0),
  );

/** Those among them that don't take the stop signal, for the plan. */
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

export const isRunning = (container: Container): boolean =>
  container.state === 'running' || container.state === 'paused' || container.state === 'restarting';

interface EffectInput {
  facts: PlanFacts;
  removes: boolean;
  before: EffectiveSettings;
  after: EffectiveSettings;
  changes: readonly SettingsChange[];
  restartNeeded: boolean;
  engineUp: boolean;
  notProtected: readonly Container[];
  remove: readonly Container[];
  recreate: readonly Container[];
  choices: ContainerChoices;
  backend: string;
}

/** Names a line shows at most; the count tells the rest. */
const maxNames = 50;
const named = (containers: readonly { name: string }[]) => ({
  count: containers.length,
  names: containers.slice(0, maxNames).map((container) => container.name),
});

function effectsOf(input: EffectInput): PlanEffect[] {
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
    estimateSeconds(['restart-engine'], facts.versions.entries, { stopWait: stopWaitOf(facts) }),
    capabilities.minimumRestartSeconds,
  );
  const containers = facts.scan?.containers ?? [];

  if (input.restartNeeded) {
    now('restart', restartEffect(capabilities.restarts, input.engineUp), { seconds });
    // The file's presence means more than what stands in it.
    if (input.removes) later('unprotected', 'desktop-file-goes');
    else if (capabilities.fileEnforcesSignIn)
      later('new-rule', 'desktop-sign-in', { first: facts.applied.exists ? 0 : 1 });
  } else if (changes.length > 0) now('at-once', 'gateway-reloads');
  const stopping = input.restartNeeded ? containers.filter(isRunning) : [];
  if (stopping.length > 0) {
    const returning = stopping.filter(
      (container) => container.restartPolicy === 'always' || container.restartPolicy === 'unless-stopped',
    );
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

  if (!before.eci.value && after.eci.value) {
    later('new-rule', 'eci-on');
    later('new-rule', 'backend', { id: input.backend });
  } else if (before.eci.value && !after.eci.value) later('unprotected', 'eci-off');
  if (after.eci.value) rulesOf(before, after, later);
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
  const kept = input.notProtected.filter(({ id }) => !settled.has(id));
  if (kept.length > 0) later('unprotected', 'containers-kept-unprotected', named(kept));
  return effects;
}

function restartEffect(what: TargetCapabilities['restarts'], engineUp: boolean): PlanEffect['code'] {
  if (what === 'application') return engineUp ? 'desktop-reopens' : 'desktop-opens';
  return engineUp ? 'engine-restarts' : 'engine-starts';
}

/** Rules that are new compared with before: all of them where ECI goes on, the changed ones otherwise. */
function rulesOf(
  before: EffectiveSettings,
  after: EffectiveSettings,
  later: (kind: PlanEffect['kind'], code: PlanEffect['code'], params?: PlanEffect['params']) => void,
): void {
  const differs = (part: (settings: EffectiveSettings) => unknown) =>
    !before.eci.value || JSON.stringify(part(before)) !== JSON.stringify(part(after));
  if (differs((settings) => settings.fileSharing)) {
    const shares =
      after.fileSharing.kind === 'default'
        ? ['$HOME', '$TMP']
        : after.fileSharing.directories.map((directory) => directory.path);
    later('new-rule', 'mounts-outside-shares-refused', {
      count: shares.length,
      paths: shares.slice(0, maxNames),
    });
  }
  if (differs((settings) => [settings.socket.images, settings.socket.allowDerivedImages]))
    later('new-rule', 'socket-images', {
      count: after.socket.images.length,
      images: after.socket.images.slice(0, maxNames),
    });
  const { commands } = after.socket;
  const restricts = commands.type === 'allow' || commands.commands.length > 0;
  if (
    differs((settings) => settings.socket.commands) &&
    (restricts || before.socket.commands.commands.length > 0)
  )
    later('new-rule', 'socket-commands', {
      type: commands.type,
      commands: commands.commands.slice(0, maxNames),
    });
}
