import { message, type Message } from '../../../shared/messages/message.ts';
import { fail, ok } from '../../../shared/result.ts';
import { targetId, type TargetRef } from '../../../shared/targets/target-id.ts';
import { startApply } from '../../apply/apply.ts';
import { makePlan } from '../../apply/plan.ts';
import type { ApplyPorts } from '../../apply/ports.ts';
import { resumeInterruptedApply } from '../../apply/resume.ts';
import { effectiveCaller } from '../../base/docker-client-as.ts';
import { requestFailure } from '../../base/docker-client.ts';
import { Disposers } from '../../base/disposers.ts';
import { watchFiles } from '../../base/watch.ts';
import { listImages } from '../../scan/list-images.ts';
import { draftBasePath, type SettingsStore } from '../../store/settings-store.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { desktopCapabilities } from './capabilities.ts';
import { desktopFacts } from './detect.ts';
import type { DesktopHost } from './host.ts';
import { OpenedDesktop } from './opened-desktop.ts';

const ignore = (): void => undefined;

const notOffered = (what: Message) =>
  fail('input.unusable', message('desktop.on-docker-desktop', { what }), {
    reason: message('desktop.protects-own-containers'),
    hint: message('desktop.create-again'),
  });

/**
 * Docker Desktop as a target: its administrator's file is edited and applied with the same code as
 * everywhere; Docker Desktop enforces it. Not run on a real Docker Desktop.
 */
export function openDesktopTarget(host: DesktopHost, options: TargetOptions): Target {
  const desktop = new OpenedDesktop(host, options);
  const { paths, driver } = desktop;
  const ref: TargetRef = { kind: 'docker-desktop' };
  const ports = applyPorts(desktop);
  const disposers = new Disposers();
  return {
    ref,
    id: targetId(ref),
    capabilities: desktopCapabilities,
    product: () => desktopFacts(host),
    paths,
    driver,
    lintContext: desktop.lintContext,
    scan: (call) => desktop.scan(call),
    remove: (request, call) => desktop.remove(request, call),
    verify: (signal) => desktop.verify(signal),
    planRecreate: () => Promise.resolve(notOffered(message('engine.recreation-unsupported'))),
    startRecreate: () => Promise.resolve(notOffered(message('engine.recreation-unsupported'))),
    settleRecreate: () => Promise.resolve(ok([])),
    settings: guardedStore(desktop, disposers),
    backendReports: () => Promise.resolve([]),
    plan: async (text, choices) => {
      const found = await desktop.planFacts();
      if (!found.ok) return found;
      const plan = makePlan(found.value, text, choices);
      const blockers = plan.blockers.filter((blocker) => blocker.code !== 'rights');
      return ok({ ...plan, blockers, blocked: blockers.length > 0 });
    },
    startApply: async (request, onEvent) => {
      const prepared = await desktop.prepareApply();
      return prepared.ok ? startApply(ports, request, onEvent ?? ignore) : prepared;
    },
    resume: async (onEvent) => {
      if (!(await host.elevated())) return ok(null);
      const checked = await desktop.checkState();
      return checked.ok ? resumeInterruptedApply(ports, onEvent ?? ignore) : checked;
    },
    lastVerification: () => desktop.lastVerification(),
    watchVerification: (listener) =>
      disposers.add(...desktop.verificationFiles().map((file) => watchFiles([file], listener))),
    images: () => listImages(() => desktop.docker()),
    dispose: () => {
      disposers.dispose();
    },
  };
}

/** The settings store, which writes the draft only if no other user can have created its directory. */
function guardedStore(desktop: OpenedDesktop, disposers: Disposers): SettingsStore {
  const { store, paths } = desktop;
  return {
    ...store,
    setDraft: (text) => desktop.withDraftDirectory(() => store.setDraft(text)),
    resolveConflict: (keep) => desktop.withDraftDirectory(() => store.resolveConflict(keep)),
    rollback: (version) => desktop.withDraftDirectory(() => store.rollback(version)),
    watch: (listener) => {
      // The draft is in another directory than Docker's file.
      const draftFiles = [paths.draft, draftBasePath(paths)];
      return disposers.add(store.watch(listener), watchFiles(draftFiles, listener));
    },
  };
}

/** What an apply needs from Docker Desktop. */
function applyPorts(desktop: OpenedDesktop): ApplyPorts {
  const { options, paths, driver } = desktop;
  return {
    capabilities: desktopCapabilities,
    paths,
    driver,
    user: () => effectiveCaller(options.sessionUser),
    facts: () => desktop.planFacts(),
    isolation: () => desktop.backend,
    verify: (signal) => desktop.verify(signal),
    lastVerification: () => desktop.lastVerification(),
    reconfigure: () => Promise.resolve(ok(message('desktop.reads-file-at-start'))),
    remove: (request, onProgress) => desktop.remove(request, { onProgress }),
    health: async () => {
      try {
        const docker = await desktop.docker();
        await docker.ping();
        await docker.listContainers({ limit: 1 });
        return ok(message('desktop.answers'));
      } catch (error) {
        return requestFailure(message('desktop.health-check-failed'), error);
      }
    },
    ...(options.onApplyPoint === undefined ? {} : { onCheckpoint: options.onApplyPoint }),
  };
}
