import type { ApplyRun } from '../../shared/apply/run.ts';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Container, ContainerScan } from '../../shared/containers/protection.ts';
import type { RecreateRun } from '../../shared/containers/recreate.ts';
import type { EngineStatus } from '../../shared/engine-status/status.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { claimIds, type Verification } from '../../shared/verify/claims.ts';
import { previewEngineConfig } from '../daemon-json/daemon-json-file.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import type { IsolationBackend } from '../backends/backend.ts';
import { readSettingsOrBytes } from '../base/files.ts';
import { versionState } from '../store/history.ts';
import type { DriverCallOptions, EngineDriver } from './driver.ts';
import type { ApplyPorts } from './ports.ts';
import { embeddedCapabilities } from '../targets/embedded/capabilities.ts';

/**
 * For tests: an apply on real files, with an engine represented by a file that holds its launched
 * configuration ('stopped' when it isn't running).
 */
export interface FixtureOptions {
  readonly onCheckpoint?: (point: string) => Promise<void>;
  /** Determines the result of a call to the engine; undefined: success. */
  readonly outcome?: (
    call: 'check' | 'restart' | 'reload' | 'stop' | 'start' | 'health' | 'verify',
    signal?: AbortSignal,
  ) => Promise<AppError | undefined> | AppError | undefined;
  readonly containers?: readonly Container[];
  readonly available?: boolean;
  /**
   * The engine can reload its configuration; otherwise it was started without the parts that a reload needs.
   */
  readonly reloads?: boolean;
  /** dockerd's live-restore is in force. */
  readonly liveRestore?: boolean;
}

export const settingsText = (eci: boolean, more = ''): string =>
  '{\n  "configurationFileVersion": 2,\n  "enhancedContainerIsolation": { "locked": true, "value": ' +
  `${eci} }${more}\n}\n`;
export const engineFile = (paths: RootPaths): string => path.join(paths.root, 'engine.txt');
export const callsFile = (paths: RootPaths): string => path.join(paths.root, 'calls.txt');

/** The launched configuration of the fake engine: the text of daemon.json, 'none' or 'stopped'. */
export const running = (paths: RootPaths): Promise<string> =>
  readFile(engineFile(paths), 'utf8').catch(() => 'stopped');

const backend: IsolationBackend = {
  id: 'exclusive',
  runtimeName: 'bulkhead',
  needsPlanner: true,
  runtimePath: (paths) => paths.runtimeBinary,
  engineEnvironment: () => ({}),
  report: () => Promise.resolve({ id: 'exclusive', available: true, requirements: [] }),
  install: () => Promise.resolve(ok(undefined)),
};

export function container(more: Partial<Container> = {}): Container {
  return {
    id: 'c'.repeat(64),
    name: 'old',
    image: 'busybox',
    state: 'exited',
    status: '',
    createdAt: '2026-01-01T00:00:00Z',
    runtime: 'runc',
    protected: false,
    reason: 'eci-off',
    range: null,
    privileged: false,
    restartPolicy: 'no',
    volumes: [],
    obstacles: [],
    labels: {},
    ...more,
  };
}

export function fixturePorts(root: string, options: FixtureOptions = {}): ApplyPorts {
  const paths = rootPaths(root);
  const engine = new FixtureEngine(paths, options);
  return {
    capabilities: embeddedCapabilities,
    paths,
    user: () => Promise.resolve({ uid: 1234, name: 'sam' }),
    driver: engine,
    facts: (draft) => fixtureFacts(engine, options, draft),
    isolation: () => backend,
    health: async (expected) => {
      const error = await engine.call('health');
      if (error !== undefined) return { ok: false, error };
      if ((await running(paths)) === 'stopped') return fail('engine.unreachable', 'the engine does not run');
      const runtime = await engine.defaultRuntime();
      return expected === null || runtime === expected
        ? ok('up')
        : fail('engine.not-ready', `default runtime is ${runtime}`);
    },
    verify: async (signal) => {
      const error = await engine.call('verify', signal);
      return error === undefined ? ok(verified) : { ok: false, error };
    },
    lastVerification: () => Promise.resolve(null),
    remove: async (request) => {
      await appendFile(callsFile(paths), `remove ${request.ids.map((id) => id.slice(0, 4)).join(' ')}\n`);
      return ok(request.ids.map((id) => ({ id, name: 'old', removed: true })));
    },
    recreate: async (chosen, onEvent) => {
      await appendFile(
        callsFile(paths),
        `recreate ${chosen.containers.map(({ name, ran }) => `${name}${ran ? ' (ran)' : ''}`).join(' ')}\n`,
      );
      const run = (ended: boolean): RecreateRun => ({
        members: chosen.containers.map(({ id, name, ran }) => ({
          id,
          name,
          step: 'wait',
          outcome: ended
            ? { kind: 'recreated', id: 'f'.repeat(64), kept: null, image: null, started: ran }
            : null,
        })),
        activity: ended ? 'ended' : 'recreating',
        cancellable: !ended,
      });
      onEvent(run(false));
      return ok({ run: () => run(true), cancel: () => false, done: Promise.resolve(run(true)) });
    },
    ...(options.onCheckpoint === undefined ? {} : { onCheckpoint: options.onCheckpoint }),
  };
}

/** An engine represented by a file. */
class FixtureEngine implements EngineDriver {
  readonly kind = 'embedded';
  readonly paths: RootPaths;
  readonly #options: FixtureOptions;

  constructor(paths: RootPaths, options: FixtureOptions) {
    this.paths = paths;
    this.#options = options;
  }

  /** Records a call; returns its result. */
  async call(
    what: 'restart' | 'reload' | 'stop' | 'start' | 'health' | 'verify',
    signal?: AbortSignal,
  ): Promise<AppError | undefined> {
    await appendFile(callsFile(this.paths), `${what}\n`);
    return this.#options.outcome?.(what, signal);
  }

  async defaultRuntime(): Promise<string> {
    return /"default-runtime": *"(\w+)"/.exec(await running(this.paths))?.[1] ?? 'runc';
  }

  async status(): Promise<EngineStatus> {
    return {
      kind: this.kind,
      phase: (await running(this.paths)) === 'stopped' ? 'stopped' : 'ready',
      name: 'host',
      root: this.paths.root,
      socket: this.paths.clientSocket,
      settingsPath: this.paths.settings,
      daemonJsonPath: this.paths.daemonJson,
      supervisorPid: null,
      dockerdPid: null,
      generation: 1,
      startedAt: null,
      version: '26.1.5',
      apiVersion: null,
      kernel: null,
      os: null,
      storageDriver: null,
      defaultRuntime: await this.defaultRuntime(),
      counts: { containers: this.#options.containers?.length ?? 0, running: 0, images: 1 },
      ...(this.#options.liveRestore === true ? { liveRestore: true } : {}),
      gatewayUp: true,
      plannerUp: true,
      problem: null,
    };
  }

  log(): Promise<[]> {
    return Promise.resolve([]);
  }

  start({ signal }: DriverCallOptions = {}): Promise<Result<EngineStatus, AppError>> {
    return this.#start('start', signal);
  }

  restart({ signal }: DriverCallOptions = {}): Promise<Result<EngineStatus, AppError>> {
    return this.#start('restart', signal);
  }

  async reload({ signal }: DriverCallOptions = {}): Promise<Result<void, AppError>> {
    const reloaded = await this.#start('reload', signal);
    return reloaded.ok ? ok(undefined) : reloaded;
  }

  async checkConfig(): Promise<Result<void, AppError>> {
    const error = await this.#options.outcome?.('check');
    return error === undefined ? ok(undefined) : { ok: false, error };
  }

  async stop(): Promise<Result<EngineStatus, AppError>> {
    const error = await this.call('stop');
    if (error !== undefined) return { ok: false, error };
    await writeFile(engineFile(this.paths), 'stopped');
    return ok(await this.status());
  }

  async #start(
    what: 'restart' | 'reload' | 'start',
    signal?: AbortSignal,
  ): Promise<Result<EngineStatus, AppError>> {
    const error = await this.call(what, signal);
    if (error !== undefined) return { ok: false, error };
    const configuration = await readFile(this.paths.daemonJson, 'utf8').catch(() => 'none');
    await writeFile(engineFile(this.paths), configuration);
    return ok(await this.status());
  }
}

async function fixtureFacts(
  driver: FixtureEngine,
  options: FixtureOptions,
  draft: string,
): ReturnType<ApplyPorts['facts']> {
  const { paths } = driver;
  const applied = await readSettingsOrBytes(paths.settings);
  if (!applied.ok) return applied;
  const versions = await versionState(paths.history, applied.value);
  if (!versions.ok) return versions;
  const eci = /"value": true/.test(draft);
  const engine = await driver.status();
  const scan: ContainerScan = {
    at: '2026-01-01T00:00:00Z',
    durationMs: 1,
    eci,
    containers: [...(options.containers ?? [])],
  };
  return ok({
    applied: applied.value,
    versions: versions.value,
    engine,
    capabilities: embeddedCapabilities,
    lint: { settingsFormat: 'engine', platform: 'linux' },
    runtimeName: 'bulkhead',
    restartReason: options.reloads === true ? null : { code: 'not-prepared' },
    rights: null,
    backend: {
      id: 'exclusive',
      available: options.available ?? true,
      requirements:
        options.available === false
          ? [{ code: 'kernel', met: false, found: '5.4', fix: 'Use a newer kernel.' }]
          : [],
    },
    engineConfig: await previewEngineConfig(paths, {
      eci,
      runtimeName: 'bulkhead',
      runtimePath: paths.runtimeBinary,
    }),
    scan: engine.phase === 'ready' ? scan : null,
  });
}

export const verified: Verification = {
  at: '2026-01-01T00:00:00Z',
  durationMs: 1,
  eci: true,
  claims: claimIds.map((id) => ({ id, verdict: 'pass', evidence: 'seen' })),
};

/** A daemon.json written by an administrator. */
export const daemonJson = '{\n\t"debug":   true\n}\n';

/** The steps of a run with their states. */
export const stepStates = (run: ApplyRun) => run.steps.map((step) => `${step.step}:${step.state}`);
