import { access } from 'node:fs/promises';
import path from 'node:path';
import type Docker from 'dockerode';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import type { LintContext } from '../../../shared/settings/lint/index.ts';
import type { Requirement } from '../../../shared/isolation/requirements.ts';
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
import { scanContainers } from '../../scan/scan.ts';
import type { IsolationBackend } from '../../backends/backend.ts';
import { readSettings } from '../../base/files.ts';
import { eciSince, listHistory, versionState } from '../../store/history.ts';
import { createSettingsStore, draftBasePath } from '../../store/settings-store.ts';
import { watchFiles } from '../../base/watch.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { probeHint, probeProgram } from '../../verify/probe-image.ts';
import { desktopCapabilities } from './capabilities.ts';
import { answeringSocket, desktopFacts } from './detect.ts';
import { createDesktopDriver } from './driver.ts';
import type { DesktopHost } from './host.ts';
import { ownDirectories } from './own-directories.ts';
import { desktopPaths, stateDirectories, verificationFiles } from './paths.ts';
import { message } from '../../../shared/messages/message.ts';
import { newestVerification, verifyDesktop } from './verify.ts';

const notHere = (what: string) =>
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
  const watchers = new Set<() => void>();
  const backend = dockersOwn(host.runtimeName);
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
      rights: elevated ? null : 'Saving the file of Docker Desktop needs an administrator.',
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
    reconfigure: () => Promise.resolve(ok('Docker Desktop reads the file when it starts')),
    remove: (request, onProgress) => remove(request, { onProgress }),
    health: async () => {
      try {
        const docker = await client();
        await docker.ping();
        await docker.listContainers({ limit: 1 });
        return ok('Docker Desktop answers');
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
    planRecreate: () => Promise.resolve(notHere('containers are not recreated')),
    startRecreate: () => Promise.resolve(notHere('containers are not recreated')),
    settleRecreate: () => Promise.resolve(ok(null)),
    settings: {
      ...store,
      setDraft: (text) => inOwnState(() => store.setDraft(text)),
      resolveConflict: (keep) => inOwnState(() => store.resolveConflict(keep)),
      rollback: (version) => inOwnState(() => store.rollback(version)),
      watch: (listener) => {
        // The draft lies in another directory than Docker's file.
        const stops = [store.watch(listener), watchFiles([paths.draft, draftBasePath(paths)], listener)];
        const stop = () => {
          for (const one of stops) one();
        };
        watchers.add(stop);
        return () => {
          watchers.delete(stop);
          stop();
        };
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
    watchVerification: (listener) => {
      const stops = [files.elevated, files.user].map((file) => watchFiles([file], listener));
      const stop = () => {
        for (const one of stops) one();
      };
      watchers.add(stop);
      return () => {
        watchers.delete(stop);
        stop();
      };
    },
    images: async () => {
      try {
        const images = await (await client()).listImages();
        return ok(
          images.map((image) => ({
            id: image.Id,
            tags: image.RepoTags ?? [],
            digests: image.RepoDigests ?? [],
          })),
        );
      } catch (error) {
        return requestFailure(message('desktop.images-could-not-be-listed'), error);
      }
    },
    dispose: () => {
      for (const stop of watchers) stop();
      watchers.clear();
    },
  };
}

/**
 * ECI is turned on only where what it does can be looked at afterwards: without the probe for the engine's
 * architecture, Docker Desktop would be quit and opened twice for a roll back. An engine that doesn't answer
 * has this machine's architecture.
 */
async function probeRequirement(docker: Docker, directory: string): Promise<Requirement> {
  const architecture = await docker.version().then(
    ({ Arch }) => Arch,
    () => (process.arch === 'x64' ? 'amd64' : process.arch),
  );
  const file = probeProgram(directory, architecture);
  const met = await access(file).then(
    () => true,
    () => false,
  );
  return {
    code: 'probe-built',
    met,
    found: met ? file : `${file} is missing`,
    ...(met ? {} : { fix: probeHint }),
  };
}

/**
 * Docker Desktop brings its isolation runtime with it: there is nothing to install, to register or to try.
 */
function dockersOwn(runtimeName: string): IsolationBackend {
  return {
    id: 'sysbox',
    runtimeName,
    report: () => Promise.resolve({ id: 'sysbox', available: true, requirements: [] }),
    install: () => Promise.resolve(ok(undefined)),
    runtimePath: () => '',
    engineEnvironment: () => ({}),
    needsPlanner: false,
  };
}
