import { sharesToConfirm, type ApplyPlan, type ContainerChoices } from '../../shared/apply/plan.ts';
import type { Container } from '../../shared/containers/protection.ts';
import { fail, ok, type AppError, type AppErrorCode, type Result } from '../../shared/result.ts';
import { keepsContainers } from '../../shared/targets/live-restore.ts';
import { makePlan } from './plan.ts';
import { stopWaitOf } from './plan-facts.ts';
import type { ApplyPorts } from './ports.ts';
import { settingsConflict } from './steps/settings-conflict.ts';
import { message, type Message, withReference } from '../../shared/messages/message.ts';

/**
 * What to apply. `baseHash` is the plan's: sha256 of the applied text that it was made against, '' if there
 * was no file.
 */
export interface ApplyRequest {
  readonly text: string;
  readonly choices: ContainerChoices;
  readonly baseHash: string;
  /** The shares of the whole file system that the user has named to permit them (`sharesToConfirm`). */
  readonly confirmedShares?: readonly string[] | undefined;
}

/** A plan without blockers, and the part of the engine's state that the journal records. */
export interface AdmittedPlan extends ApplyPlan {
  readonly engineRan: boolean;
  readonly stopWait: number;
  /** Running containers outlive the restart, by live-restore. */
  readonly keepsContainers: boolean;
  readonly existing: readonly Container[];
}

/** Plans an apply again, and refuses it if its base has changed or something blocks it. Changes nothing. */
export async function admit(
  ports: ApplyPorts,
  request: ApplyRequest,
): Promise<Result<AdmittedPlan, AppError>> {
  const facts = await ports.facts(request.text);
  if (!facts.ok) return facts;
  if (facts.value.applied.hash !== request.baseHash) return settingsConflict(ports.paths.settings);
  const make = (blocked?: ReadonlySet<string>) =>
    makePlan(facts.value, request.text, request.choices, blocked);
  const planned = make();
  // The restart stops the chosen containers: what would be refused afterwards is refused before.
  const plan =
    planned.blocked || ports.previewRecreation === undefined
      ? planned
      : await ports.previewRecreation(make, request.text, request.choices);
  const [blocker] = plan.blockers;
  if (blocker !== undefined)
    return fail(blockerCodes[blocker.code], blockerText[blocker.code].message, {
      reason: withReference(blocker.message, blocker.sentence),
      hint: blockerText[blocker.code].hint,
    });
  const unconfirmed = sharesToConfirm(plan).find((path) => request.confirmedShares?.includes(path) !== true);
  if (unconfirmed !== undefined)
    return fail('apply.not-confirmed', message('apply.share-not-confirmed', { path: unconfirmed }), {
      hint: message('apply.confirm-share', { path: unconfirmed }),
    });
  return ok({
    ...plan,
    engineRan: facts.value.engine.phase === 'ready',
    stopWait: plan.restartNeeded ? stopWaitOf(facts.value) : 0,
    keepsContainers:
      plan.restartNeeded && keepsContainers(facts.value.engine, facts.value.capabilities, 'restart'),
    existing: facts.value.scan?.containers ?? [],
  });
}

type Blocker = ApplyPlan['blockers'][number]['code'];
const blockerCodes: Readonly<Record<Blocker, AppErrorCode>> = {
  findings: 'settings.findings',
  requirement: 'isolation.requirement-missing',
  'daemon-json': 'daemon-json.conflict',
  'nothing-to-apply': 'apply.nothing-to-apply',
  rights: 'rights.not-root',
  recreation: 'containers.recreate-blocked',
  conflict: 'settings.conflict',
};
const blockerText: Readonly<Record<Blocker, { message: Message; hint: Message }>> = {
  findings: {
    message: message('apply.settings-invalid'),
    hint: message('apply.correct-settings'),
  },
  requirement: {
    message: message('apply.eci-unavailable'),
    hint: message('apply.meet-requirement'),
  },
  'daemon-json': {
    message: message('apply.daemon-json-conflict'),
    hint: message('apply.correct-daemon-json'),
  },
  'nothing-to-apply': {
    message: message('apply.nothing-to-apply'),
    hint: message('apply.change-draft-first'),
  },
  recreation: {
    message: message('apply.not-all-recreatable'),
    hint: message('apply.see-recreation-plan'),
  },
  conflict: {
    message: message('apply.draft-conflict'),
    hint: message('apply.settle-conflict'),
  },
  rights: {
    message: message('apply.not-permitted'),
    hint: message('containers.run-with-sudo'),
  },
};
