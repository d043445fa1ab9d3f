import type { ApplyPlan, ContainerChoices } from '../../shared/apply/plan.ts';
import {
  isRunning,
  unprotected,
  type Container,
  type ContainerScan,
} from '../../shared/containers/protection.ts';
import type { RecreatePlan } from '../../shared/containers/recreate.ts';
import type { AppError } from '../../shared/result.ts';
import { removesFile } from '../../shared/settings/history.ts';
import {
  diffSettings,
  effectiveSettings,
  parseSettings,
  type EffectiveSettings,
  type Finding,
} from '../../shared/settings/index.ts';
import { lintSettings } from '../../shared/settings/lint/index.ts';
import { missingBecause } from '../../shared/targets/capabilities.ts';
import { sha256 } from '../base/files.ts';
import { dueSteps } from './due-steps.ts';
import { estimateSeconds } from './estimate.ts';
import { effectsOf } from './plan-effects.ts';
import { settingsInForce, stopWaitOf, type PlanFacts } from './plan-facts.ts';

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
  const steps = dueSteps({
    restartNeeded,
    eciAfter,
    containersChosen: remove.length + recreate.length > 0,
  }).map(({ id }) => id);
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
