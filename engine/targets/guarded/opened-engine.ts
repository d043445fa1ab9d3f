import path from 'node:path';
import type Docker from 'dockerode';
import { chosenBackend } from '../../../shared/isolation/backends.ts';
import type { BackendReport } from '../../../shared/isolation/requirements.ts';
import { message } from '../../../shared/messages/message.ts';
import { ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import type { LintContext } from '../../../shared/settings/lint/index.ts';
import type { TargetCapabilities } from '../../../shared/targets/capabilities.ts';
import type { Verification } from '../../../shared/verify/claims.ts';
import type { EngineDriver } from '../../apply/driver.ts';
import type { IsolationBackend } from '../../backends/backend.ts';
import { createBackends, type Backends } from '../../backends/create-backends.ts';
import { reportForUser } from '../../backends/recorded-reports.ts';
import { dockerClient, requestFailure } from '../../base/docker-client.ts';
import { checkRootOwner } from '../../base/root-owner.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { removeContainers } from '../../scan/remove.ts';
import type { SettingsStore } from '../../store/settings-store.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { verifyProtection } from '../../verify/verify.ts';
import type { EngineParts } from './engine-parts.ts';
import { scanEngine, settingsInForce } from './scan.ts';

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

  constructor({ paths, capabilities, driver, store, lintContext }: EngineParts, options: TargetOptions) {
    this.options = options;
    this.paths = paths;
    this.capabilities = capabilities;
    this.driver = driver;
    this.store = store;
    this.lintContext = lintContext;
    this.#runtimeBuildDir = path.join(options.projectRoot, 'runtime', 'build');
    this.#backends = createBackends(options.projectRoot);
  }

  docker(): Docker {
    return dockerClient(this.paths.clientSocket);
  }

  /** The isolation backend that a policy selects. */
  isolation(settings: EffectiveSettings): IsolationBackend {
    return this.#backends[chosenBackend(settings.backend)];
  }

  /** Tries every backend's requirements. */
  reports(): Promise<BackendReport[]> {
    return Promise.all(Object.values(this.#backends).map((backend) => this.reportOf(backend)));
  }

  /** Tries a backend's requirements; without root's rights, returns those recorded at the engine's start. */
  reportOf(backend: IsolationBackend): Promise<BackendReport> {
    return this.isRoot ? backend.report(this.paths) : reportForUser(backend, this.paths);
  }

  settingsInForce(): Promise<EffectiveSettings> {
    return settingsInForce(this);
  }

  scan(...call: Parameters<Target['scan']>): ReturnType<Target['scan']> {
    return scanEngine(this, ...call);
  }

  async remove(...[request, call = {}]: Parameters<Target['remove']>): ReturnType<Target['remove']> {
    try {
      await this.docker().ping();
      return ok(await removeContainers(this.docker(), request, call));
    } catch (error) {
      return requestFailure(message('app.removal-failed'), error);
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
