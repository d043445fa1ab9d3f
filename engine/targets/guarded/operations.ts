import { ok } from '../../../shared/result.ts';
import { startApply } from '../../apply/apply.ts';
import { makePlan } from '../../apply/plan.ts';
import type { ApplyPorts } from '../../apply/ports.ts';
import { resumeInterruptedApply } from '../../apply/resume.ts';
import { effectiveCaller, root as rootUser } from '../../base/docker-client-as.ts';
import { makeRecreatePlan, startRecreate } from '../../recreate/recreate.ts';
import { settleInterruptedRecreate } from '../../recreate/recreate-interrupted.ts';
import { listImages } from '../../scan/list-images.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { readVerification } from '../../verify/verification-record.ts';
import type { EngineParts } from './engine-parts.ts';
import { checkHealth } from './health.ts';
import { OpenedEngine } from './opened-engine.ts';
import { planFacts } from './collect-plan-facts.ts';
import { previewRecreation, recreateAs, recreateForApply, recreatePorts } from './recreation.ts';

const ignore = (): void => undefined;

/** What changes a guarded engine, or tries something in it. */
export type GuardedOperations = Pick<
  Target,
  | 'backendReports'
  | 'images'
  | 'plan'
  | 'planRecreate'
  | 'remove'
  | 'resume'
  | 'settleRecreate'
  | 'startApply'
  | 'startRecreate'
  | 'verify'
>;

/** The operations of a guarded engine of any kind. Starts nothing. */
export function guardedOperations(parts: EngineParts, options: TargetOptions): GuardedOperations {
  const engine = new OpenedEngine(parts, options);
  const ports = applyPorts(engine);
  return {
    backendReports: () => engine.reports(),
    images: () => listImages(() => engine.docker()),
    remove: (request, call) => engine.remove(request, call),
    verify: (signal) => engine.inOwnRoot(() => engine.verify(signal)),
    planRecreate: (request) =>
      recreateAs(engine, request.as, (recreate) => makeRecreatePlan(recreate, request)),
    startRecreate: (request, onEvent) =>
      recreateAs(engine, request.as, (recreate) => startRecreate(recreate, request, onEvent ?? ignore)),
    settleRecreate: () =>
      engine.inOwnRoot(() =>
        settleInterruptedRecreate(recreatePorts(engine, { requester: null, otherwise: rootUser })),
      ),
    plan: async (text, choices) => {
      const found = await planFacts(engine, text);
      if (!found.ok) return found;
      const make = (blocked?: ReadonlySet<string>) => {
        const plan = makePlan(found.value, text, choices, blocked);
        // An apply requests an administrator's rights (elevation); everybody may plan.
        const blockers = plan.blockers.filter(({ code }) => code !== 'rights');
        return { ...plan, blockers, blocked: blockers.length > 0 };
      };
      return ok(await previewRecreation(engine, make, text, choices));
    },
    startApply: (request, onEvent) => engine.inOwnRoot(() => startApply(ports, request, onEvent ?? ignore)),
    resume: (onEvent) => engine.inOwnRoot(() => resumeInterruptedApply(ports, onEvent ?? ignore)),
  };
}

/** What an apply needs from this engine. */
function applyPorts(engine: OpenedEngine): ApplyPorts {
  const { options, paths, driver, store, capabilities } = engine;
  return {
    capabilities,
    paths,
    driver,
    user: () => effectiveCaller(options.sessionUser),
    facts: (draft) => planFacts(engine, draft),
    isolation: (settings) => engine.isolation(settings),
    verify: (signal) => engine.verify(signal),
    lastVerification: () => readVerification(paths),
    remove: (request, onProgress) => engine.remove(request, { onProgress }),
    recreate: recreateForApply(engine),
    turnedOffByUser: async () => (await store.read()).preference?.outcomes.eci === 'in-force',
    health: (expected) => checkHealth(engine.docker(), expected),
    previewRecreation: (make, text, choices) => previewRecreation(engine, make, text, choices),
    ...(options.onApplyPoint === undefined ? {} : { onCheckpoint: options.onApplyPoint }),
  };
}
