import path from 'node:path';
import type Docker from 'dockerode';
import { message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import type { LintContext } from '../../../shared/settings/lint/index.ts';
import type { Verification } from '../../../shared/verify/claims.ts';
import type { EngineDriver } from '../../apply/driver.ts';
import { settingsInForce, type PlanFacts } from '../../apply/plan-facts.ts';
import type { IsolationBackend } from '../../backends/backend.ts';
import { requestFailure } from '../../base/docker-client.ts';
import { readSettings, readSettingsOrBytes } from '../../base/files.ts';
import { removeContainers } from '../../scan/remove.ts';
import { scanContainers } from '../../scan/scan.ts';
import { eciSince, listHistory, versionState } from '../../store/history.ts';
import { createSettingsStore, type SettingsStore } from '../../store/settings-store.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { builtInBackend, probeRequirement } from './built-in-backend.ts';
import { desktopCapabilities } from './capabilities.ts';
import { respondingSocket, desktopFacts } from './detect.ts';
import { createDesktopDriver } from './driver.ts';
import type { DesktopHost } from './host.ts';
import { ownDirectories, type OwnDirectories } from './own-directories.ts';
import { desktopPaths, stateDirectories, verificationFiles } from './paths.ts';
import { newestVerification, verifyDesktop } from './verify.ts';

type Paths = ReturnType<typeof desktopPaths>;

/** A Docker Desktop with its settings file, its engine and the directories of its state. */
export class OpenedDesktop {
  readonly host: DesktopHost;
  readonly options: TargetOptions;
  readonly paths: Paths;
  readonly driver: EngineDriver;
  readonly store: SettingsStore;
  readonly backend: IsolationBackend;
  /** Without facts that depend on Docker Desktop's version, which has to be detected first. */
  readonly lintContext: LintContext;
  readonly #probeDirectory: string;
  readonly #directories: OwnDirectories;

  constructor(host: DesktopHost, options: TargetOptions) {
    this.host = host;
    this.options = options;
    this.paths = desktopPaths(host);
    this.driver = options.driver ?? createDesktopDriver(this.paths, host);
    this.store = createSettingsStore(this.paths, {
      fileEnforcesSignIn: desktopCapabilities.fileEnforcesSignIn,
      ...(options.elevationMissing === undefined ? {} : { elevationMissing: options.elevationMissing }),
    });
    this.backend = builtInBackend(host.runtimeName);
    this.lintContext = {
      settingsFormat: desktopCapabilities.settingsFormat,
      platform: host.platform,
      home: host.home,
    };
    this.#probeDirectory = path.join(options.projectRoot, 'runtime', 'build');
    this.#directories = ownDirectories(host);
  }

  /** A client of the socket that responds, else of the expected one. */
  async docker(): Promise<Docker> {
    return this.host.docker((await respondingSocket(this.host)) ?? this.paths.clientSocket);
  }

  async scan(...[call = {}]: Parameters<Target['scan']>): ReturnType<Target['scan']> {
    const [settings, history, docker] = await Promise.all([
      this.#settingsInForce(),
      listHistory(this.paths.history),
      this.docker(),
    ]);
    return scanContainers(docker, {
      ...call,
      eci: settings.eci.value,
      eciSince: history.ok ? eciSince(history.value) : null,
      runtimeName: this.host.runtimeName,
      elsewhere: true,
    });
  }

  async remove(...[request, call = {}]: Parameters<Target['remove']>): ReturnType<Target['remove']> {
    const docker = await this.docker();
    try {
      await docker.ping();
    } catch (error) {
      return requestFailure(message('app.removal-failed'), error);
    }
    return ok(await removeContainers(docker, request, call));
  }

  /** Runs the probes; an administrator's result is recorded for all users. */
  async verify(signal?: AbortSignal): Promise<Result<Verification, AppError>> {
    const elevated = await this.host.elevated();
    const prepared = elevated ? await this.#prepareState() : ok(undefined);
    if (!prepared.ok) return prepared;
    const files = verificationFiles(this.host);
    return verifyDesktop(this.host, await this.#settingsInForce(), {
      probeDirectory: this.#probeDirectory,
      file: elevated ? files.elevated : files.user,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** The files in which a verification is recorded: an administrator's and the user's own. */
  verificationFiles(): readonly string[] {
    const { elevated, user } = verificationFiles(this.host);
    return [elevated, user];
  }

  lastVerification(): Promise<Verification | null> {
    return newestVerification(this.verificationFiles());
  }

  /** The inputs of a plan. Fails with settings.* when the applied file cannot be read. */
  async planFacts(): Promise<Result<PlanFacts, AppError>> {
    const applied = await readSettingsOrBytes(this.paths.settings);
    if (!applied.ok) return applied;
    const versions = await versionState(this.paths.history, applied.value);
    if (!versions.ok) return versions;
    const [engine, lint, elevated, probe] = await Promise.all([
      this.driver.status(),
      this.#lintWithFacts(),
      this.host.elevated(),
      probeRequirement(await this.docker(), this.#probeDirectory),
    ]);
    const scanned = engine.phase === 'ready' ? await this.scan() : null;
    if (scanned !== null && !scanned.ok) return scanned;
    return ok({
      capabilities: desktopCapabilities,
      applied: applied.value,
      versions: versions.value,
      engine,
      lint,
      backend: { id: 'sysbox', available: probe.met, requirements: [probe] },
      runtimeName: this.host.runtimeName,
      engineConfig: ok({ text: null, record: null, changes: [], conflicts: [] }),
      restartReason: null,
      scan: scanned?.value ?? null,
      rights: elevated ? null : message('desktop.save-needs-administrator'),
    });
  }

  /**
   * Performs `work` on the draft. On Windows every user may create directories next to ours, and would own
   * them: there the draft's directory is created by administrators only.
   */
  async withDraftDirectory<T>(work: () => Promise<Result<T, AppError>>): Promise<Result<T, AppError>> {
    if (this.host.platform !== 'win32') return work();
    if (!(await this.host.elevated()))
      return fail('settings.unwritable', message('desktop.draft-needs-administrator'), {
        hint: message('desktop.run-elevated'),
      });
    const prepared = await this.#prepareState();
    return prepared.ok ? work() : prepared;
  }

  /**
   * Refuses a user who is not an administrator (`rights.not-root`); creates the directories that an apply
   * writes to.
   */
  async prepareApply(): Promise<Result<void, AppError>> {
    if (!(await this.host.elevated()))
      return fail('rights.not-root', message('desktop.save-not-permitted'), {
        hint:
          this.host.platform === 'win32'
            ? message('desktop.run-elevated')
            : message('containers.run-with-sudo'),
      });
    const shared = await this.#directories.prepareShared(path.dirname(this.paths.settings));
    return shared.ok ? this.#prepareState() : shared;
  }

  /** Fails unless only administrators can have written the content of the state directories. */
  async checkState(): Promise<Result<void, AppError>> {
    for (const directory of stateDirectories(this.host)) {
      const checked = await this.#directories.check(directory);
      if (!checked.ok) return checked;
    }
    return ok(undefined);
  }

  async #prepareState(): Promise<Result<void, AppError>> {
    for (const directory of stateDirectories(this.host)) {
      const prepared = await this.#directories.prepare(directory);
      if (!prepared.ok) return prepared;
    }
    return ok(undefined);
  }

  async #settingsInForce(): Promise<EffectiveSettings> {
    const applied = await readSettings(this.paths.settings);
    return settingsInForce(applied.ok ? applied.value : { exists: true, text: '', hash: '' });
  }

  async #lintWithFacts(): Promise<LintContext> {
    const { version, virtualMachine } = await desktopFacts(this.host);
    return { ...this.lintContext, desktop: { version, virtualMachine } };
  }
}
