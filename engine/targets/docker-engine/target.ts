import os from 'node:os';
import * as z from 'zod';
import { engineProblem, type EngineStatus } from '../../../shared/engine-status/status.ts';
import { fail, ok, type AppError, type Err, type Result } from '../../../shared/result.ts';
import { machineSocket, targetId, type TargetRef } from '../../../shared/targets/target-id.ts';
import { containerReader } from '../../base/container-reader.ts';
import { dockerClient, engineMessage, statusOf } from '../../base/docker-client.ts';
import { atFirstUse } from '../../base/at-first-use.ts';
import { Disposers } from '../../base/disposers.ts';
import { listImages } from '../../scan/list-images.ts';
import type { EngineDriver } from '../../apply/driver.ts';
import { describeEngine, engineInfoSchema } from '../../base/engine-info.ts';
import { isPackageInstalled } from '../../base/package-directory.ts';
import { defaultRoot, rootPaths, systemRoot, type RootPaths } from '../../base/root-paths.ts';
import { systemCode } from '../../../shared/process/system-code.ts';
import { createSettingsStore, readOnlyFields } from '../../store/settings-store.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import type { SettingsState } from '../../../shared/ipc/app-state.ts';
import type { Target } from '../../target.ts';
import { machineCapabilities } from './capabilities.ts';

/** The file that a gateway in front of the machine's engine would enforce. */
const machineSettings = '/etc/bulkhead/admin-settings.json';
const machineState = '/var/lib/bulkhead-docker-engine';

const infoSchema = engineInfoSchema.extend({ Name: z.string(), DockerRootDir: z.string() });

/**
 * An engine's own information; `stopped` if nobody listens. For a user without access to its socket, or
 * without a response in time, it is unknown whether it runs.
 */
export type EngineQueryResult =
  | { readonly phase: 'ready'; readonly info: z.infer<typeof infoSchema> }
  | { readonly phase: 'stopped' }
  | { readonly phase: 'unreachable'; readonly why: Message };

/** Reads `GET /info` of the engine at a socket. */
export async function queryEngine(socket: string, timeoutMs = 3000): Promise<EngineQueryResult> {
  try {
    const parsed = infoSchema.safeParse(await dockerClient(socket, timeoutMs).info());
    return parsed.success
      ? { phase: 'ready', info: parsed.data }
      : { phase: 'unreachable', why: message('engine.response-not-understood') };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return { phase: 'stopped' };
    if (code === 'EACCES')
      return {
        phase: 'unreachable',
        why: message('engine.user-needs-docker-group'),
      };
    return {
      phase: 'unreachable',
      why:
        statusOf(error) === null
          ? message('engine.no-response-within-seconds', { seconds: Math.round(timeoutMs / 1000) })
          : message('engine.error-response', { error: engineMessage(error) }),
    };
  }
}

/**
 * The machine's own Docker Engine without changes by us: displayed only. No gateway and no isolation runtime
 * of ours are in front of it, so a settings file would have no effect: isolation can't be turned on from
 * here, and the messages say so.
 */
export function openMachineTarget(socket: string): Target {
  const ref: TargetRef = { kind: 'docker-engine', socket };
  const paths: RootPaths = {
    ...rootPaths(machineState),
    clientSocket: socket,
    engineSocket: socket,
    settings: machineSettings,
    daemonJson: '/etc/docker/daemon.json',
  };
  const store = createSettingsStore(paths);
  const refused = (what: Message): Err<AppError> =>
    fail('input.unusable', message('engine.on-plain-docker-engine', { what }), {
      reason: message('engine.nothing-would-enforce'),
      hint: message('engine.install-gateway', { root: defaultRoot }),
    });
  const driver = machineDriver(paths, socket, refused);
  const loadScan = atFirstUse(() => import('../../scan/scan.ts'));
  const disposers = new Disposers();
  const readOnly = (state: SettingsState): SettingsState => ({
    ...state,
    ...readOnlyFields(message('engine.file-not-enforced')),
  });
  const unwritable = () => Promise.resolve(refused(message('engine.settings-not-kept')));
  return {
    ref,
    id: targetId(ref),
    capabilities: machineCapabilities,
    product: () => Promise.resolve(null),
    paths,
    driver,
    lintContext: {
      settingsFormat: machineCapabilities.settingsFormat,
      platform: process.platform,
      home: os.homedir(),
      socketPath: socket,
      packageInstalled: isPackageInstalled(),
    },
    settings: {
      ...store,
      read: async () => readOnly(await store.read()),
      setDraft: unwritable,
      discardDraft: unwritable,
      resolveConflict: unwritable,
      rollback: unwritable,
      watch: (listener) => disposers.add(store.watch(listener)),
    },
    backendReports: () => Promise.resolve([]),
    // Each of its containers is unprotected, whatever the name of its runtime.
    scan: async (call) =>
      (await loadScan()).scanContainers(containerReader(socket), {
        ...call,
        eci: false,
        eciSince: null,
        runtimeName: '',
      }),
    remove: () => Promise.resolve(refused(message('engine.removal-unsupported'))),
    planRecreate: () => Promise.resolve(refused(message('engine.recreation-unsupported'))),
    startRecreate: () => Promise.resolve(refused(message('engine.recreation-unsupported'))),
    settleRecreate: () => Promise.resolve(ok([])),
    plan: () => Promise.resolve(refused(message('engine.apply-unsupported'))),
    startApply: () => Promise.resolve(refused(message('engine.apply-unsupported'))),
    resume: () => Promise.resolve(ok(null)),
    verify: () => Promise.resolve(refused(message('engine.verification-unsupported'))),
    lastVerification: () => Promise.resolve(null),
    watchVerification: () => () => undefined,
    images: () => listImages(() => dockerClient(socket)),
    dispose: () => {
      disposers.dispose();
    },
  };
}

/** What is prepared for docker.service, whose socket this is. */
async function preparedForMachine(): Promise<EngineStatus['prepared'] | null> {
  const { preparedInstall } = await import('../system/install-record.ts');
  return preparedInstall(rootPaths(systemRoot));
}

function machineDriver(
  paths: RootPaths,
  socket: string,
  refused: (what: Message) => Err<AppError>,
): EngineDriver {
  const status = async (): Promise<EngineStatus> => {
    const [result, prepared] = await Promise.all([
      queryEngine(socket, 5000),
      socket === machineSocket ? preparedForMachine() : null,
    ]);
    const info = result.phase === 'ready' ? result.info : null;
    return {
      kind: 'docker-engine',
      phase: result.phase,
      name: info?.Name ?? os.hostname(),
      root: null,
      socket,
      settingsPath: paths.settings,
      daemonJsonPath: paths.daemonJson,
      supervisorPid: null,
      dockerdPid: null,
      generation: info === null ? 0 : 1,
      startedAt: null,
      ...describeEngine(info),
      gatewayUp: false,
      plannerUp: false,
      ...(prepared === null ? {} : { prepared }),
      problem: result.phase === 'unreachable' ? engineProblem(result.why) : null,
    };
  };
  const not = (what: Message) => (): Promise<Result<never, AppError>> => Promise.resolve(refused(what));
  return {
    kind: 'docker-engine',
    paths,
    status,
    start: not(message('engine.start-unsupported')),
    stop: not(message('engine.stop-unsupported')),
    restart: not(message('engine.restart-unsupported')),
    checkConfig: () => Promise.resolve(ok(undefined)),
    log: () => Promise.resolve([]),
  };
}
