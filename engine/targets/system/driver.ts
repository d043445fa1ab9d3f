import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import * as z from 'zod';
import {
  engineProblem,
  type EngineLogLine,
  type EngineStatus,
} from '../../../shared/engine-status/status.ts';
import { errorMessage, withoutExcerpt } from '../../../shared/messages/error-message.ts';
import { joinMessages } from '../../../shared/messages/join-messages.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import { capabilitiesOfRuntime } from '../../../shared/isolation/backends.ts';
import { ok, type AppError, type Result } from '../../../shared/result.ts';
import type { DriverCallOptions, EngineDriver } from '../../apply/driver.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { timeLimit } from '../../base/time-limits.ts';
import { checkEngineConfig } from '../../daemon-json/daemon-json-check.ts';
import { describeEngine } from '../../base/engine-info.ts';
import { respondsToHttp, describeEngineApi } from '../guarded/engine-api.ts';
import { dockerClient } from '../../base/docker-client.ts';
import { reloadDockerd } from '../guarded/reload.ts';
import { unstoredPolicy } from '../guarded/unstored-policy.ts';
import { releaseVolumes } from '../guarded/volume-guards.ts';
import { readEnginePolicy } from '../../base/engine-policy.ts';
import { bypassesGateway, socketConflicts } from './engine-sockets.ts';
import { runningConflicts } from './inspect-engine.ts';
import { systemctl, unitStates, type UnitState } from '../guarded/systemd.ts';
import { crashReader, crashReadMs } from './crash.ts';
import { preparedInstall } from './install-record.ts';
import { replacedGateways } from './replaced-gateways.ts';
import { engineUnits, ownUnits } from './unit-names.ts';

const run = promisify(execFile);

/** Of a call without one. Generous: systemd's own limits end what hangs. */
const defaultTimeout = (): Promise<number> => timeLimit('serviceJob');

/** Drives docker.service and the services of ours beside it, through systemd and its journal. */
export function createSystemDriver(paths: RootPaths): EngineDriver {
  const readCrash = crashReader(() => dockerClient(paths.clientSocket, crashReadMs));
  const status = () => systemStatus(paths, readCrash);
  const settled = async (outcome: Result<void, AppError>): Promise<Result<EngineStatus, AppError>> =>
    outcome.ok ? ok(await status()) : outcome;
  return {
    kind: 'system',
    paths,
    status,
    start: async (call = {}) => settled(await start(call)),
    stop: async ({ signal, timeoutMs } = {}) =>
      // Its socket too: otherwise the next connection would start it again.
      settled(
        await systemctl(['stop', engineUnits.service, engineUnits.socket], {
          signal,
          timeoutMs: timeoutMs ?? (await defaultTimeout()),
        }),
      ),
    restart: async (call = {}) => {
      const stopped = await systemctl(['stop', engineUnits.service], {
        signal: call.signal,
        timeoutMs: call.timeoutMs ?? (await defaultTimeout()),
      });
      return settled(stopped.ok ? await start(call) : stopped);
    },
    reload: (call = {}) => reload(paths, call),
    checkConfig: (desired) => checkEngineConfig(paths, desired),
    log: (lines) => readJournal(lines),
  };
}

async function start({ signal, timeoutMs }: DriverCallOptions): Promise<Result<void, AppError>> {
  // Its start limit also counts the restarts of an apply and its roll back.
  await systemctl(['reset-failed', engineUnits.service, engineUnits.socket]);
  return systemctl(['start', ownUnits.planner, ownUnits.gateway, engineUnits.socket, engineUnits.service], {
    signal,
    timeoutMs: timeoutMs ?? (await defaultTimeout()),
  });
}

/** Sends SIGHUP by `systemctl reload`, and waits until the engine has reloaded. */
async function reload(
  paths: RootPaths,
  { signal, onLog, timeoutMs }: DriverCallOptions,
): Promise<Result<void, AppError>> {
  const limit = AbortSignal.timeout(timeoutMs ?? (await defaultTimeout()));
  const ended = AbortSignal.any([limit, ...(signal === undefined ? [] : [signal])]);
  const reloaded = await reloadDockerd({
    engineSocket: paths.engineSocket,
    trigger: () => systemctl(['reload', engineUnits.service], { signal: ended }),
    signal: ended,
    hint: message('system.see-journal'),
  });
  if (!reloaded.ok) return reloaded;
  const { defaultRuntime } = await describeEngineApi(paths);
  if (defaultRuntime !== null && capabilitiesOfRuntime(defaultRuntime) === null)
    await releaseVolumes(paths).catch((error: unknown) => {
      const text = `volumes are still mounted as under ECI: ${String(error)}`;
      onLog?.({ at: new Date().toISOString(), source: 'bulkhead', text });
    });
  return reloaded;
}

/** The engine and the services in front of it, from systemd and the engine's API. Never throws. */
async function systemStatus(
  paths: RootPaths,
  readCrash: ReturnType<typeof crashReader>,
): Promise<EngineStatus> {
  const units = await unitStates([
    engineUnits.service,
    engineUnits.socket,
    ownUnits.gateway,
    ownUnits.gatewaySocket,
    ownUnits.planner,
  ]);
  const engine = units.get(engineUnits.service);
  const phase = phaseOf(engine);
  const isActive = (name: string): boolean => units.get(name)?.active === 'active';
  const gatewayPid = units.get(ownUnits.gateway)?.mainPid ?? null;
  // If it is not installed, the engine itself responds there.
  const responds = isActive(ownUnits.gateway)
    ? respondsToHttp(paths.clientSocket, () => Promise.resolve(true))
    : Promise.resolve(false);
  const [description, crash, gatewayUp, replaced, prepared, problems] = await Promise.all([
    phase === 'ready' ? describeEngineApi(paths) : describeEngine(null, null),
    phase === 'ready' && engine !== undefined ? readCrash(engine) : null,
    responds,
    gatewayPid === null ? [] : replacedGateways(gatewayPid),
    preparedInstall(paths),
    problemsOf(paths, units, responds),
  ]);
  return {
    kind: 'system',
    phase,
    name: hostname(),
    root: null,
    socket: paths.clientSocket,
    settingsPath: paths.settings,
    daemonJsonPath: paths.daemonJson,
    supervisorPid: null,
    dockerdPid: engine?.mainPid ?? null,
    generation: phase === 'ready' ? 1 : 0,
    startedAt: phase === 'ready' ? (engine?.since ?? null) : null,
    ...description,
    gatewayUp,
    plannerUp: isActive(ownUnits.planner),
    ...(replaced.length === 0 ? {} : { replacedGateways: replaced }),
    ...(problems.some(bypassesGateway) ? { isBypassed: true } : {}),
    ...(prepared === null ? {} : { prepared }),
    problem: problems.length === 0 ? null : engineProblem(joinMessages('sentences', problems)),
    crash,
  };
}

/** The phase of docker.service. Pure. */
export function phaseOf(engine: UnitState | undefined): EngineStatus['phase'] {
  switch (engine?.active) {
    case 'active':
    case 'reloading':
      return 'ready';
    case 'activating':
      return 'starting';
    case 'deactivating':
      return 'stopping';
    case 'failed':
      return 'failed';
    default:
      return 'stopped';
  }
}

async function problemsOf(
  paths: RootPaths,
  units: ReadonlyMap<string, UnitState>,
  gatewayUp: Promise<boolean>,
): Promise<readonly Message[]> {
  const problems: Message[] = [];
  for (const [unit, what] of [
    [ownUnits.gatewaySocket, message('system.gateway-socket-down')],
    [ownUnits.gateway, message('system.gateway-down')],
    [ownUnits.planner, message('system.planner-down')],
  ] as const)
    if (units.get(unit)?.active !== 'active') problems.push(what);
  // The engine may have been given another address or socket since, without the gateway.
  problems.push(...socketConflicts(units, paths.engineSocket));
  const engine = units.get(engineUnits.service);
  problems.push(...(await runningConflicts(engine?.mainPid ?? null)));
  if (engine?.active === 'failed') problems.push(message('system.engine-failed', { result: engine.result }));
  const { error } = await readEnginePolicy(paths);
  if (error !== null) {
    const why = errorMessage(withoutExcerpt(error));
    problems.push(message('engine.settings-unusable', { why }));
  }
  const unstored = await unstoredPolicy(paths, await gatewayUp);
  if (unstored !== null) problems.push(unstored);
  return problems;
}

const journalSchema = z.object({
  __REALTIME_TIMESTAMP: z.string(),
  _SYSTEMD_UNIT: z.string().optional(),
  MESSAGE: z.string(),
});
const sources: Readonly<Record<string, EngineLogLine['source']>> = {
  [engineUnits.service]: 'dockerd',
  [ownUnits.gateway]: 'gateway',
  [ownUnits.planner]: 'planner',
  [ownUnits.lxcfs]: 'lxcfs',
};

/** The last lines of the journal of engine, gateway, planner and lxcfs. */
async function readJournal(lines: number): Promise<EngineLogLine[]> {
  const units = Object.keys(sources).flatMap((unit) => ['--unit', unit]);
  try {
    const { stdout } = await run(
      'journalctl',
      ['--quiet', '--no-pager', '--output=json', '--lines', String(lines), ...units],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    return parseJournal(stdout);
  } catch {
    return [];
  }
}

/** Parses `journalctl --output=json`; lines that are not text are left out. Pure. */
export function parseJournal(output: string): EngineLogLine[] {
  return output.split('\n').flatMap((line) => {
    if (line === '') return [];
    const parsed = journalSchema.safeParse(jsonOf(line));
    if (!parsed.success) return [];
    const { __REALTIME_TIMESTAMP: microseconds, _SYSTEMD_UNIT: unit = '', MESSAGE: text } = parsed.data;
    const source = sources[unit];
    if (source === undefined) return [];
    return [{ at: new Date(Number(microseconds) / 1000).toISOString(), source, text }];
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
