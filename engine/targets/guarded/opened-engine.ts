import os from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { chosenBackend } from '../../../shared/isolation/backends.ts';
import type { BackendReport } from '../../../shared/isolation/requirements.ts';
import { message } from '../../../shared/messages/message.ts';
import { ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import type { LintContext } from '../../../shared/settings/lint/index.ts';
import { withPreferences } from '../../../shared/settings/preferences.ts';
import type { TargetCapabilities } from '../../../shared/targets/capabilities.ts';
import type { TargetRef } from '../../../shared/targets/target-id.ts';
import type { Verification } from '../../../shared/verify/claims.ts';
import type { EngineDriver } from '../../apply/driver.ts';
import type { IsolationBackend } from '../../backends/backend.ts';
import { createBackends, type Backends } from '../../backends/create-backends.ts';
import { reportForUser } from '../../backends/recorded-reports.ts';
import { dockerClient, requestFailure } from '../../base/docker-client.ts';
import { isLocked } from '../../base/lock.ts';
import { checkRootOwner } from '../../base/root-owner.ts';
import { verifyLockPath, type RootPaths } from '../../base/root-paths.ts';
import { removeContainers } from '../../scan/remove.ts';
import { scanContainers } from '../../scan/scan.ts';
import { eciSince, listHistory } from '../../store/history.ts';
import { readSettingsInForce } from '../../store/settings-in-force.ts';
import { createSettingsStore, type SettingsStore } from '../../store/settings-store.ts';
import { readUserSettings } from '../../store/user-settings.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { verifyProtection } from '../../verify/verify.ts';

/** The differences between the kinds of guarded engines. */
export interface GuardedEngine {
  readonly ref: TargetRef;
  readonly paths: RootPaths;
  readonly capabilities: TargetCapabilities;
  /** Drives it, unless `TargetOptions.driver` is given. */
  readonly createDriver: (bulkheadCommand: string) => EngineDriver;
}

/** One guarded engine; plans and recreations are built on it. */
export class OpenedEngine {
  readonly capabilities: TargetCapabilities;
  readonly options: TargetOptions;
  readonly paths: RootPaths;
  readonly driver: EngineDriver;
  readonly store: SettingsStore;
  readonly lintContext: LintContext;
  readonly isRoot = process.getuid?.() === 0;
  readonly #runtimeBuildDir: string;
  readonly #backends: Backends;

  constructor({ paths, capabilities, createDriver }: GuardedEngine, options: TargetOptions) {
    this.options = options;
    this.paths = paths;
    this.capabilities = capabilities;
    this.#runtimeBuildDir = path.join(options.projectRoot, 'runtime', 'build');
    this.#backends = createBackends(options.projectRoot);
    this.driver = options.driver ?? createDriver(options.bulkheadCommand);
    this.store = createSettingsStore(paths, {
      preferences: true,
      ...(options.elevationMissing === undefined ? {} : { elevationMissing: options.elevationMissing }),
    });
    this.lintContext = {
      settingsFormat: capabilities.settingsFormat,
      platform: process.platform,
      home: os.homedir(),
      engineDirectories: [...paths.directories],
      socketPath: paths.clientSocket,
    };
  }

  get backends(): readonly IsolationBackend[] {
    return Object.values(this.#backends);
  }

  docker(): Docker {
    return dockerClient(this.paths.clientSocket);
  }

  /** The isolation backend that a policy selects. */
  isolation(settings: EffectiveSettings): IsolationBackend {
    return this.#backends[chosenBackend(settings.backend)];
  }

  /** Tries a backend's requirements; without root's rights, returns those recorded at the engine's start. */
  reportOf(backend: IsolationBackend): Promise<BackendReport> {
    return this.isRoot ? backend.report(this.paths) : reportForUser(backend, this.paths);
  }

  /**
   * What the gateway enforces now, with users' preferences; while it does not run, what it will enforce at
   * its next start.
   */
  async settingsInForce(): Promise<EffectiveSettings> {
    const admin = await readSettingsInForce(this.paths, await this.store.read());
    return withPreferences(admin, (await readUserSettings(this.paths.root)).preferences).settings;
  }

  /** Whether a gateway of ours enforces the settings. */
  async #isEnforced(): Promise<boolean> {
    const { policyFacts } = await this.store.read();
    return policyFacts.recorded !== null || (await this.driver.status()).gatewayUp;
  }

  async scan(...[call = {}]: Parameters<Target['scan']>): ReturnType<Target['scan']> {
    const settings = await this.settingsInForce();
    const history = await listHistory(this.paths.history);
    return scanContainers(this.docker(), {
      ...call,
      eci: settings.eci.value && (await this.#isEnforced()),
      eciSince: history.ok ? eciSince(history.value) : null,
      runtimeName: this.isolation(settings).runtimeName,
      verifying: await isLocked(verifyLockPath(this.paths)),
    });
  }

  async remove(...[request, call = {}]: Parameters<Target['remove']>): ReturnType<Target['remove']> {
    try {
      await this.docker().ping();
      return ok(await removeContainers(this.docker(), request, call));
    } catch (error) {
      return requestFailure(message('app.containers-could-not-be-removed'), error);
    }
  }

  async verify(signal?: AbortSignal): Promise<Result<Verification, AppError>> {
    const settings = await this.settingsInForce();
    const backend = this.isolation(settings);
    return verifyProtection({
      paths: this.paths,
      docker: dockerClient(this.paths.clientSocket),
      probeDirectory: this.#runtimeBuildDir,
      runtimeName: backend.runtimeName,
      settings,
      ...(backend.notOffered === undefined ? {} : { notOffered: backend.notOffered }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** With root's rights, nothing in another user's directory is used. */
  async inOwnRoot<T>(work: () => Promise<Result<T, AppError>>): Promise<Result<T, AppError>> {
    const own = this.isRoot ? await checkRootOwner(this.paths) : ok(undefined);
    return own.ok ? work() : own;
  }
}
