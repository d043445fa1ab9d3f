import path from 'node:path';
import type Docker from 'dockerode';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import type { LintContext } from '../../../shared/settings/lint/index.ts';
import { targetId, type TargetRef } from '../../../shared/targets/target.ts';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import { startApply } from '../../apply/apply.ts';
import { makePlan } from '../../apply/plan.ts';
import { settingsInForce, type PlanFacts } from '../../apply/plan-facts.ts';
import type { ApplyPorts } from '../../apply/ports.ts';
import { resumeInterruptedApply } from '../../apply/resume.ts';
import { effectiveCaller } from '../../base/docker-client-as.ts';
import { requestFailure } from '../../base/docker-client.ts';
import { removeContainers } from '../../scan/remove.ts';
import { listImages } from '../../scan/list-images.ts';
import { scanContainers } from '../../scan/scan.ts';
import { Disposers } from '../../base/disposers.ts';
import { readSettings } from '../../base/files.ts';
import { eciSince, listHistory, versionState } from '../../store/history.ts';
import { createSettingsStore, draftBasePath } from '../../store/settings-store.ts';
import { watchFiles } from '../../base/watch.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { builtInBackend, probeRequirement } from './built-in-backend.ts';
import { desktopCapabilities } from './capabilities.ts';
import { answeringSocket, desktopFacts } from './detect.ts';
import { createDesktopDriver } from './driver.ts';
import type { DesktopHost } from './host.ts';
import { ownDirectories } from './own-directories.ts';
import { desktopPaths, stateDirectories, verificationFiles } from './paths.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import { newestVerification, verifyDesktop } from './verify.ts';

const notHere = (what: Message) =>
  fail('input.unusable', message('desktop.on-docker-desktop', { what }), {
    reason: message('desktop.docker-desktop-makes-and-guards-its-containers'),
    hint: message('desktop.remove-container-and-create-it-again-as'),
  });

/**
 * Docker Desktop as a target: its admin's file, edited and applied with the same code as everywhere; Docker
 * Desktop enforces it. Not run on a real Docker Desktop.
 */
export function openDesktopTarget(host: DesktopHost, options: TargetOptions): Target {
  const paths = desktopPaths(host);
  const ref: TargetRef = { kind: 'docker-desktop' };
  const driver = options.driver ?? createDesktopDriver(paths, host);
  const store = createSettingsStore(paths, {
    fileEnforcesSignIn: desktopCapabilities.fileEnforcesSignIn,
    ...(options.elevationMissing === undefined ? {} : { elevationMissing: options.elevationMissing }),
  });
  const disposers = new Disposers();
  const backend = builtInBackend(host.runtimeName);
  const files = verificationFiles(host);

  const client = async (): Promise<Docker> =>
    host.docker((await answeringSocket(host)) ?? paths.clientSocket);
  const inForce = async (): Promise<EffectiveSettings> => {
    const applied = await readSettings(paths.settings);
    return settingsInForce(applied.ok ? applied.value : { exists: true, text: '', hash: '' });
  };
  // What the version decides is known after a look; the lint of a draft begins without.
  const lintContext: LintContext = {
    settingsFormat: desktopCapabilities.settingsFormat,
    platform: host.platform,
    home: host.home,
  };
  const lintFor = async (): Promise<LintContext> => {
    const { version, virtualMachine } = await desktopFacts(host);
    return { ...lintContext, desktop: { version, virtualMachine } };
  };

  const scan: Target['scan'] = async () => {
    const [settings, history, docker] = await Promise.all([inForce(), listHistory(paths.history), client()]);
    return scanContainers(docker, {
      eci: settings.eci.value,
      eciSince: history.ok ? eciSince(history.value) : null,
      runtimeName: host.runtimeName,
      elsewhere: true,
    });
  };
  const remove: Target['remove'] = async (request, call = {}) => {
    const docker = await client();
    try {
      await docker.ping();
    } catch (error) {
      return requestFailure(message('app.containers-could-not-be-removed'), error);
    }
    return ok(await removeContainers(docker, request, call));
  };
  const probeDirectory = path.join(options.projectRoot, 'runtime', 'build');
  const own = ownDirectories(host);
  const prepareState = async (): Promise<Result<void, AppError>> => {
    for (const directory of stateDirectories(host)) {
      const prepared = await own.prepare(directory);
      if (!prepared.ok) return prepared;
    }
    return ok(undefined);
  };
  const verify: Target['verify'] = async (signal) => {
    const elevated = await host.elevated();
    const place = elevated ? await prepareState() : ok(undefined);
    return place.ok
      ? verifyDesktop(host, await inForce(), {
          probeDirectory,
          file: elevated ? files.elevated : files.user,
          ...(signal === undefined ? {} : { signal }),
        })
      : place;
  };
  /**
   * On Windows everybody may make directories where ours is, and would own it: the draft's place is made by
   * administrators only, as it is elsewhere.
   */
  const inOwnState = async <T>(work: () => Promise<Result<T, AppError>>): Promise<Result<T, AppError>> => {
    if (host.platform !== 'win32') return work();
    if (!(await host.elevated()))
      return fail('settings.unwritable', message('desktop.draft-of-docker-desktop-is-kept-by'), {
        hint: message('desktop.run-same-command-from-elevated-prompt'),
      });
    const place = await prepareState();
    return place.ok ? work() : place;
  };

  const facts = async (): Promise<Result<PlanFacts, AppError>> => {
    const applied = await readSettings(paths.settings);
    if (!applied.ok) return applied;
    const versions = await versionState(paths.history, applied.value);
    if (!versions.ok) return versions;
    const [engine, lint, elevated, probe] = await Promise.all([
      driver.status(),
      lintFor(),
      host.elevated(),
      probeRequirement(await client(), probeDirectory),
    ]);
    const scanned = engine.phase === 'ready' ? await scan() : null;
    if (scanned !== null && !scanned.ok) return scanned;
    return ok({
      capabilities: desktopCapabilities,
      applied: applied.value,
      versions: versions.value,
      engine,
      lint,
      backend: { id: 'sysbox', available: probe.met, requirements: [probe] },
      runtimeName: host.runtimeName,
      engineConfig: ok({ text: null, record: null, changes: [], conflicts: [] }),
      scan: scanned?.value ?? null,
      rights: elevated ? null : message('desktop.saving-file-needs-administrator'),
    });
  };

  const ports: ApplyPorts = {
    capabilities: desktopCapabilities,
    paths,
    driver,
    user: () => effectiveCaller(options.sessionUser),
    facts,
    isolation: () => backend,
    verify: (signal) => verify(signal),
    lastVerification: () => newestVerification([files.elevated, files.user]),
    reconfigure: () => Promise.resolve(ok(message('desktop.reads-file-when-it-starts'))),
    remove: (request, onProgress) => remove(request, { onProgress }),
    health: async () => {
      try {
        const docker = await client();
        await docker.ping();
        await docker.listContainers({ limit: 1 });
        return ok(message('desktop.answers'));
      } catch (error) {
        return requestFailure(message('desktop.health-check-failed'), error);
      }
    },
    ...(options.onApplyPoint === undefined ? {} : { onCheckpoint: options.onApplyPoint }),
  };

  const elevatedOnly = async (): Promise<Result<void, AppError>> => {
    if (!(await host.elevated()))
      return fail('rights.not-root', message('desktop.saving-file-of-docker-desktop-needs-administrator'), {
        hint:
          host.platform === 'win32'
            ? message('desktop.run-same-command-from-elevated-prompt')
            : message('containers.run-same-command-with-sudo'),
      });
    const shared = await own.prepareShared(path.dirname(paths.settings));
    return shared.ok ? prepareState() : shared;
  };

  return {
    ref,
    id: targetId(ref),
    capabilities: desktopCapabilities,
    desktop: () => desktopFacts(host),
    paths,
    driver,
    backends: [],
    lintContext,
    scan,
    remove,
    verify,
    planRecreate: () => Promise.resolve(notHere(message('engine.containers-are-not-recreated'))),
    startRecreate: () => Promise.resolve(notHere(message('engine.containers-are-not-recreated'))),
    settleRecreate: () => Promise.resolve(ok(null)),
    settings: {
      ...store,
      setDraft: (text) => inOwnState(() => store.setDraft(text)),
      resolveConflict: (keep) => inOwnState(() => store.resolveConflict(keep)),
      rollback: (version) => inOwnState(() => store.rollback(version)),
      watch: (listener) => {
        // The draft lies in another directory than Docker's file.
        const draftFiles = [paths.draft, draftBasePath(paths)];
        return disposers.add(store.watch(listener), watchFiles(draftFiles, listener));
      },
    },
    backendReports: () => Promise.resolve([]),
    plan: async (text, choices) => {
      const found = await facts();
      if (!found.ok) return found;
      const plan: ApplyPlan = makePlan(found.value, text, choices);
      const blockers = plan.blockers.filter((blocker) => blocker.code !== 'rights');
      return ok({ ...plan, blockers, blocked: blockers.length > 0 });
    },
    startApply: async (request, onEvent) => {
      const ready = await elevatedOnly();
      return ready.ok ? startApply(ports, request, onEvent ?? (() => undefined)) : ready;
    },
    resume: async (onEvent) => {
      if (!(await host.elevated())) return ok(null);
      for (const directory of stateDirectories(host)) {
        const checked = await own.check(directory);
        if (!checked.ok) return checked;
      }
      return resumeInterruptedApply(ports, onEvent ?? (() => undefined));
    },
    lastVerification: () => newestVerification([files.elevated, files.user]),
    watchVerification: (listener) =>
      disposers.add(...[files.elevated, files.user].map((file) => watchFiles([file], listener))),
    images: () => listImages(client),
    dispose: () => {
      disposers.dispose();
    },
  };
}
