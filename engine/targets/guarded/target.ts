import { ok } from '../../../shared/result.ts';
import { targetId } from '../../../shared/targets/target-id.ts';
import { startApply } from '../../apply/apply.ts';
import { makePlan } from '../../apply/plan.ts';
import type { ApplyPorts } from '../../apply/ports.ts';
import { resumeInterruptedApply } from '../../apply/resume.ts';
import { effectiveCaller, root as rootUser } from '../../base/docker-client-as.ts';
import { Disposers } from '../../base/disposers.ts';
import { watchFiles } from '../../base/watch.ts';
import { makeRecreatePlan, startRecreate } from '../../recreate/recreate.ts';
import { settleInterruptedRecreate } from '../../recreate/recreate-interrupted.ts';
import { listImages } from '../../scan/list-images.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { readVerification } from '../../verify/verify.ts';
import { checkHealth } from './health.ts';
import { OpenedEngine, type GuardedEngine } from './opened-engine.ts';
import { planFacts } from './plan-facts.ts';
import { previewRecreation, recreateAs, recreateForApply, recreatePorts } from './recreation.ts';

const ignore = (): void => undefined;

/** Opens a guarded engine of any kind. Starts nothing. */
export function openGuardedTarget(guarded: GuardedEngine, options: TargetOptions): Target {
  const engine = new OpenedEngine(guarded, options);
  const { paths, driver, store, capabilities } = engine;
  const { ref } = guarded;
  const ports = applyPorts(engine);
  const disposers = new Disposers();
  return {
    ref,
    id: targetId(ref),
    capabilities,
    desktop: () => Promise.resolve(null),
    paths,
    driver,
    backends: engine.backends,
    lintContext: engine.lintContext,
    scan: (call) => engine.scan(call),
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
    settings: {
      ...store,
      watch: (listener) => disposers.add(store.watch(listener)),
      watchPolicy: (listener) => disposers.add(store.watchPolicy(listener)),
      watchHistory: (listener) => disposers.add(store.watchHistory(listener)),
    },
    backendReports: () => Promise.all(engine.backends.map((backend) => engine.reportOf(backend))),
    plan: async (text, choices) => {
      const found = await planFacts(engine, text);
      if (!found.ok) return found;
      const plan = makePlan(found.value, text, choices);
      // An apply requests an administrator's rights (elevation); everybody may plan.
      const blockers = plan.blockers.filter((blocker) => blocker.code !== 'rights');
      const unblocked = { ...plan, blockers, blocked: blockers.length > 0 };
      return ok(await previewRecreation(engine, unblocked, text, choices));
    },
    startApply: (request, onEvent) => engine.inOwnRoot(() => startApply(ports, request, onEvent ?? ignore)),
    resume: (onEvent) => engine.inOwnRoot(() => resumeInterruptedApply(ports, onEvent ?? ignore)),
    lastVerification: () => readVerification(paths),
    watchVerification: (listener) => disposers.add(watchFiles([paths.verification], listener)),
    images: () => listImages(() => engine.docker()),
    dispose: () => {
      disposers.dispose();
    },
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
    previewRecreation: (plan, text, choices) => previewRecreation(engine, plan, text, choices),
    ...(options.onApplyPoint === undefined ? {} : { onCheckpoint: options.onApplyPoint }),
  };
}
