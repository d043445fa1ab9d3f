import { blocker, type ApplyPlan, type ContainerChoices } from '../../shared/apply/plan.ts';
import {
  isRunning,
  unprotected,
  type Container,
  type ContainerScan,
} from '../../shared/containers/protection.ts';
import type { RecreatePlan } from '../../shared/containers/recreate.ts';
import type { Requirement } from '../../shared/isolation/requirements.ts';
import { errorMessage, reasonMessage } from '../../shared/messages/error-message.ts';
import { message, withReference, type Message } from '../../shared/messages/message.ts';
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
import { hasText, sha256 } from '../base/files.ts';
import { dueSteps } from './due-steps.ts';
import { daemonJsonChanges, engineChangeOf } from './engine-change.ts';
import { estimateSeconds } from './estimate.ts';
import { effectsOf } from './plan-effects.ts';
import { settingsInForce, stopWaitOf, type PlanFacts } from './plan-facts.ts';
import { joinMessages } from '../../shared/messages/join-messages.ts';

const noneBlocked: ReadonlySet<string> = new Set();

/**
 * The consequences of applying `draft`. Pure. `choices` about containers that do not exist (any more) are
 * dropped; running ones count only with includeRunning. `blocked`: ids of those that can't be recreated,
 * chosen or not.
 */
export function makePlan(
  facts: PlanFacts,
  draft: string,
  choices: ContainerChoices,
  blocked = noneBlocked,
): ApplyPlan {
  const before = settingsInForce(facts.applied);
  const { capabilities } = facts;
  const removes = removesFile(draft, facts.applied.exists, capabilities);
  const parsed = removes ? effectiveSettings('') : effectiveSettings(draft, { exists: true });
  // Nothing was ever written: an empty draft means no draft, not an empty file.
  if (draft === '' && !facts.applied.exists)
    return emptyPlan(facts, before, draft, {
      changes: [],
      findings: [],
      blockers: [blocker('nothing-to-apply', message('apply.no-draft'))],
    });
  if (!parsed.ok) return unusablePlan(facts, before, draft, parsed.error);
  const after = parsed.value;
  const eciBefore = before.eci.value;
  const eciAfter = after.eci.value;
  const changes = diffSettings(facts.applied.text, draft);
  const findings = removes ? [] : findingsOf(facts, draft);
  const engineUp = facts.engine.phase === 'ready';
  const engineChange = engineChangeOf(facts, draft, { eciBefore, eciAfter, changes });
  const { restartNeeded, reloadNeeded } = engineChange;
  const missingRequirements = eciAfter
    ? (facts.backend?.requirements ?? []).filter((requirement) => !requirement.met)
    : [];
  const blockers = findBlockers(facts, {
    draft,
    engineChanges: engineChange.isReconfigured && engineUp,
    eciAfter,
    errors: errorsIn(findings),
  });
  const notProtected = facts.scan === null ? [] : unprotectedUnder(eciAfter, facts.scan);
  const remove = chosen(facts.scan, choices);
  const recreate = toRecreate(facts, choices, notProtected, remove);
  const steps = dueSteps({
    restartNeeded,
    reloadNeeded,
    eciAfter,
    removes: remove.length > 0,
    recreates: recreate.length > 0,
  }).map(({ id }) => id);
  return {
    ...versionsOf(facts, draft),
    changes,
    findings,
    blocked: blockers.length > 0,
    blockers,
    missingRequirements,
    restartNeeded,
    reloadNeeded,
    eciBefore,
    eciAfter,
    daemonJson: daemonJsonChanges(facts),
    effects: effectsOf({
      facts,
      removes,
      before: facts.enforced ?? before,
      after,
      changes,
      findings,
      restartNeeded,
      reloadNeeded,
      engineUp,
      notProtected,
      remove,
      recreate: recreate.filter(({ id }) => !blocked.has(id)),
      choices,
      backend: facts.backend?.id ?? 'none',
    }),
    unprotected: notProtected,
    remove: remove.map((container) => container.id),
    recreate: recreate.map((container) => container.id),
    estimatedSeconds: estimateOf(facts, steps, { remove, recreate, restartNeeded }),
  };
}

/** Which version becomes which, and what is known of the two texts. */
function versionsOf(facts: PlanFacts, draft: string) {
  const { versions, applied } = facts;
  const draftHash = sha256(draft);
  const earlier = versions.entries.findLast(({ hash }) => hash === draftHash)?.version;
  const isEarlier = earlier !== undefined && !(versions.recorded && earlier === versions.current);
  return {
    fromVersion: versions.current,
    toVersion: versions.next,
    ...(isEarlier ? { earlierVersion: earlier } : {}),
    ...(versions.current === 0 ? {} : { baseFile: baseFileOf(facts) }),
    ...(isForeign(facts) && !hasText(applied, draft) ? { replacesForeign: true as const } : {}),
    baseHash: applied.hash,
    draftHash,
  };
}

/** Whether another program wrote the settings file. */
const isForeign = ({ applied, versions }: PlanFacts): boolean =>
  applied.exists && (!versions.recorded || versions.entries.at(-1)?.how === 'found');

function baseFileOf({ applied, restoresEnforced = false }: PlanFacts): NonNullable<ApplyPlan['baseFile']> {
  if (!applied.exists) return restoresEnforced ? 'lost' : 'missing';
  if (effectiveSettings(applied.text, applied).ok) return 'usable';
  return restoresEnforced ? 'replaced' : 'unusable';
}

const estimateOf = (
  facts: PlanFacts,
  steps: Parameters<typeof estimateSeconds>[0],
  plan: {
    readonly remove: readonly Container[];
    readonly recreate: readonly Container[];
    readonly restartNeeded: boolean;
  },
): number =>
  Math.max(
    estimateSeconds(steps, facts.versions.entries, {
      removals: plan.remove.length,
      recreations: plan.recreate.length,
      stopWait: stopWaitOf(facts),
    }),
    plan.restartNeeded ? facts.capabilities.minimumRestartSeconds : 0,
  );

function toRecreate(
  { capabilities }: PlanFacts,
  choices: ContainerChoices,
  notProtected: readonly Container[],
  remove: readonly Container[],
): Container[] {
  if (missingBecause(capabilities, 'recreate') !== null) return [];
  return notProtected.filter(
    (container) =>
      choices.recreate?.includes(container.id) === true && !remove.some(({ id }) => id === container.id),
  );
}

/**
 * A plan, including the consequences of recreating the chosen containers. A recreation that the gateway
 * will refuse blocks the plan: otherwise the apply would stop the old container without a new one.
 */
export function withRecreation(plan: ApplyPlan, recreation: RecreatePlan): ApplyPlan {
  const refused = recreation.groups
    .flat()
    .filter((item) => item.blockers.some(({ code }) => code === 'refused'))
    .map(({ name }) => name);
  if (refused.length === 0) return { ...plan, recreation };
  const blockers: ApplyPlan['blockers'] = [
    ...plan.blockers,
    blocker('recreation', message('apply.recreation-denied', { list: joinMessages('enumeration', refused) })),
  ];
  return { ...plan, recreation, blockers, blocked: true };
}

const findingsOf = (facts: PlanFacts, draft: string): Finding[] =>
  lintSettings(draft, { ...facts.lint, exists: true });
const errorsIn = (findings: readonly Finding[]): (string | Message)[] =>
  findings.filter((finding) => finding.severity === 'error').map(findingMessage);
const findingMessage = ({ message: text, sentence }: Finding): string | Message =>
  withReference(text, sentence);
const findingsBlocker = ([first, ...more]: readonly (string | Message)[]): ApplyPlan['blockers'] =>
  first === undefined
    ? []
    : [
        blocker(
          'findings',
          more.length === 0 ? first : message('apply.and-more', { first, more: more.length }),
        ),
      ];

/** A draft that the engine can't use has no effects, only findings. */
function unusablePlan(facts: PlanFacts, before: EffectiveSettings, draft: string, why: AppError): ApplyPlan {
  const findings = findingsOf(facts, draft);
  const errors = errorsIn(findings);
  const rights: ApplyPlan['blockers'] = facts.rights === null ? [] : [blocker('rights', facts.rights)];
  return emptyPlan(facts, before, draft, {
    changes: diffSettings(facts.applied.text, draft),
    findings,
    blockers: [...findingsBlocker(errors.length > 0 ? errors : [reasonMessage(why)]), ...rights],
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
    ...versionsOf(facts, draft),
    ...more,
    blocked: true,
    missingRequirements: [],
    restartNeeded: false,
    reloadNeeded: false,
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
  plan: { draft: string; engineChanges: boolean; eciAfter: boolean; errors: readonly (string | Message)[] },
): ApplyPlan['blockers'] {
  const blockers: ApplyPlan['blockers'] = [];
  if (hasText(facts.applied, plan.draft) && !plan.engineChanges)
    blockers.push(blocker('nothing-to-apply', message('apply.draft-unchanged')));
  blockers.push(...findingsBlocker(plan.errors));
  if (
    facts.capabilities.settingsFormat === 'desktop' &&
    hasOwnKey(plan.draft) &&
    !hasOwnKey(facts.applied.text)
  )
    blockers.push(blocker('findings', message('apply.bulkhead-key-on-desktop')));
  if (plan.eciAfter && facts.backend?.available !== true) {
    const missing = facts.backend?.requirements.find((requirement) => !requirement.met);
    blockers.push(blocker('requirement', missingRequirement(missing)));
  }
  if (!facts.engineConfig.ok) blockers.push(blocker('daemon-json', errorMessage(facts.engineConfig.error)));
  else
    for (const { reason, hint } of facts.engineConfig.value.conflicts)
      blockers.push(blocker('daemon-json', joinMessages('sentences', [reason, hint])));
  if (facts.rights !== null) blockers.push(blocker('rights', facts.rights));
  return blockers;
}

function missingRequirement(missing: Requirement | undefined): Message {
  if (missing === undefined) return message('apply.no-usable-backend');
  const found = withReference(missing.found, missing.sentences?.found);
  return missing.code === 'probe-built'
    ? message('apply.backend-not-verified', { found })
    : message('apply.isolation-requirement-failed', { code: missing.code, found });
}

/** Whether a text has the key that only embedded and guarded engines read. */
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
