import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { engineProblem, type EngineStatus } from '../../../shared/engine-status/status.ts';
import { errorMessage, withoutExcerpt } from '../../../shared/messages/error-message.ts';
import { message } from '../../../shared/messages/message.ts';
import { describeEngine } from '../../base/engine-info.ts';
import { describeEngineApi, respondsToHttp } from '../guarded/engine-api.ts';
import { unstoredPolicy } from '../guarded/unstored-policy.ts';
import { engineCommand } from '../../base/engine-command.ts';
import { readEnginePolicy } from '../../base/engine-policy.ts';
import { engineUnitState } from './engine-unit-state.ts';
import { isStateHidden, readEngineState, type EngineState } from './engine-state.ts';
import { processesWithoutState } from './processes-without-state.ts';
import { isAlive } from '../../base/process-identity.ts';
import type { ProcessIdentity } from '../../../shared/process/process-stat.ts';
import type { RootPaths } from '../../base/root-paths.ts';

/**
 * The current state of the engine: the supervisor's state, checked against running processes and the engine's
 * own responses. Never throws; unknown facts are null.
 */
export async function engineStatus(paths: RootPaths): Promise<EngineStatus> {
  const state = await readEngineState(paths);
  const supervised = state !== null && (await isAlive(state.supervisor));
  const orphans = state === null ? await processesWithoutState(paths) : 0;
  const isHidden = state === null && orphans === 0 && (await isStateHidden(paths));
  const phase = orphans > 0 || isHidden ? 'unreachable' : phaseOf(state, supervised);
  const responds = respondsToHttp(paths.clientSocket, () => alive(supervised ? state.gateway : null));
  const [description, gatewayUp, plannerUp, dockerd, unit, problem] = await Promise.all([
    phase === 'ready' ? describeEngineApi(paths) : describeEngine(null, null),
    responds,
    alive(supervised ? state.planner : null),
    alive(state?.dockerd ?? null),
    engineUnitState(paths),
    orphans > 0
      ? engineProblem(message('engine.root-deleted', { root: paths.root, count: orphans }))
      : isHidden
        ? engineProblem(message('engine.root-not-permitted', { root: paths.root }))
        : problemOf(paths, { state, supervised, gatewayUp: responds }),
  ]);
  return {
    kind: 'embedded',
    phase,
    name: hostname(),
    root: paths.root,
    socket: paths.clientSocket,
    settingsPath: paths.settings,
    daemonJsonPath: paths.daemonJson,
    supervisorPid: supervised ? state.supervisor.pid : null,
    dockerdPid: dockerd ? (state?.dockerd?.pid ?? null) : null,
    generation: supervised ? state.generation : 0,
    startedAt: phase === 'ready' ? (state?.readyAt ?? null) : null,
    ...description,
    gatewayUp,
    plannerUp,
    ...(orphans > 0 ? { missingRoot: paths.root } : {}),
    ...(unit === null ? {} : { startsAtBoot: unit.atBoot }),
    problem,
    crash: phase === 'ready' ? (state?.crash ?? null) : null,
  };
}

/** The recorded phase counts while its writer is running; afterwards only a failure is kept. */
export function phaseOf(state: EngineState | null, supervised: boolean): EngineStatus['phase'] {
  if (state === null) return 'stopped';
  if (supervised) return state.phase;
  return state.phase === 'failed' ? 'failed' : 'stopped';
}

async function problemOf(
  paths: RootPaths,
  {
    state,
    supervised,
    gatewayUp,
  }: {
    readonly state: EngineState | null;
    readonly supervised: boolean;
    readonly gatewayUp: Promise<boolean>;
  },
): Promise<EngineStatus['problem']> {
  if (state !== null && (supervised || state.phase === 'failed') && state.phase === 'failed') {
    const failure = state.error === null ? message('engine.failed') : errorMessage(state.error);
    return engineProblem(failure, state.problem?.logTail);
  }
  if (state !== null && !supervised && state.phase !== 'stopped')
    return engineProblem(message('engine.supervisor-crashed'));
  if (!supervised) return null;
  const { error } = await readEnginePolicy(paths);
  if (error !== null) {
    const why = errorMessage(withoutExcerpt(error));
    return engineProblem(message('engine.settings-unusable', { why }));
  }
  if (state?.problem != null) return state.problem;
  // While the engine starts the gateway may not have read the settings.
  const unstored = await unstoredPolicy(paths, state?.phase === 'ready' && (await gatewayUp));
  if (unstored !== null) return engineProblem(unstored);
  return (await isInLoginSession(state?.supervisor))
    ? engineProblem(
        message('engine.in-login-session', {
          command: `${engineCommand('stop', paths.root)} && ${engineCommand('start', paths.root)}`,
        }),
      )
    : null;
}

/** Whether systemd ends it with a user's session. A service of systemd, or a container, is in no session. */
async function isInLoginSession(identity: ProcessIdentity | undefined): Promise<boolean> {
  if (identity === undefined) return false;
  const cgroups = await readFile(`/proc/${identity.pid}/cgroup`, 'utf8').catch(() => '');
  return /\/user\.slice\/.*session-\w+\.scope/.test(cgroups);
}

async function alive(identity: ProcessIdentity | null): Promise<boolean> {
  return identity !== null && isAlive(identity);
}
