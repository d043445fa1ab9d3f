import { randomUUID } from 'node:crypto';
import { applySteps } from '../../shared/apply/steps.ts';
import { isRunning, type Container } from '../../shared/containers/protection.ts';
import { sha256 } from '../base/files.ts';
import type { Journal } from './journal.ts';
import type { ApplyPorts } from './ports.ts';
import type { ApplyRequest, AdmittedPlan } from './admission.ts';

/** An empty text is applied only if it means "no file": the plan blocks any other. */
const textHash = (text: string): string => (text === '' ? '' : sha256(text));

/** The journal of an apply that is about to begin its first step. */
export function newJournal(
  request: ApplyRequest,
  plan: AdmittedPlan,
  user: Awaited<ReturnType<ApplyPorts['user']>>,
): Journal {
  const among = (ids: readonly string[]): Container[] => plan.existing.filter(({ id }) => ids.includes(id));
  const containers = among(plan.recreate).map((container) => ({
    id: container.id,
    name: container.name,
    ran: isRunning(container),
  }));
  return {
    format: 1,
    id: randomUUID(),
    startedAt: new Date().toISOString(),
    uid: user.uid,
    user: user.name,
    fromVersion: plan.fromVersion,
    toVersion: plan.toVersion,
    baseHash: plan.baseHash,
    targetHash: textHash(request.text),
    eciBefore: plan.eciBefore,
    eciAfter: plan.eciAfter,
    restartNeeded: plan.restartNeeded,
    reloadNeeded: plan.reloadNeeded,
    engineRan: plan.engineRan,
    estimatedSeconds: plan.estimatedSeconds,
    remove: {
      ids: plan.remove,
      names: Object.fromEntries(among(plan.remove).map(({ id, name }) => [id, name])),
      includeRunning: request.choices.includeRunning,
      removeVolumes: request.choices.removeVolumes,
    },
    ...(containers.length === 0
      ? {}
      : {
          recreate: {
            containers,
            ...(request.choices.commit === true ? { commit: true } : {}),
            effectiveCaller: String(user.uid),
          },
        }),
    phase: 'applying',
    restored: false,
    step: applySteps[0] ?? 'back-up',
    stepState: 'begun',
    error: null,
    durationsMs: {},
    ...(plan.keepsContainers ? { keepsContainers: true } : {}),
    ...(plan.stopWait === 0 ? {} : { stopWait: plan.stopWait }),
  };
}
