import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { firstForeignComponent } from '../../base/foreign-component.ts';
import { identityOf, isAlive } from '../../base/process-identity.ts';
import type { ProcessIdentity } from '../../../shared/process/process-stat.ts';
import { usualLimits } from '../../../shared/process/time-limits.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { inheritedVariables } from '../guarded/engine-home.ts';
import {
  engineUnitDirectories,
  engineUnitName,
  engineUnitState,
  transientUnitDirectory,
} from './engine-unit-state.ts';
import { logFile } from './log-files.ts';
import { hasSystemd, systemctl, unitStates } from '../guarded/systemd.ts';
import { commandLine, quote, unitDirectory } from '../guarded/unit-text.ts';

/**
 * The supervisor as a service of systemd: it outlives the session of the user who started it, without that
 * session's limits, and is restarted after a crash and at boot.
 */

/** The supervisor's environment: proxies may contain credentials, and everybody can read a unit file. */
const environmentFile = (paths: RootPaths): string => path.join(paths.root, 'engine.env');
const supervisorLog = (paths: RootPaths): string =>
  logFile(paths, 'supervisor').replaceAll('%', '%%').replaceAll(' ', '\\x20');
/** systemd emits no event for the end of a main process. */
const endPollMs = 200;

/** A launcher with the arguments that make it run a supervisor. */
export type SupervisorCommand = readonly [launcher: string, ...argumentsOfIt: string[]];

/** `timeoutMs`: how long the start may take, also at boot. Pure. */
export const supervisorCommand = (
  paths: RootPaths,
  bulkheadCommand: string,
  timeoutMs: number,
): SupervisorCommand => [
  bulkheadCommand,
  ...['engine', 'start', '--root', paths.root, '--foreground'],
  ...['--timeout', String(Math.ceil(timeoutMs / 1000))],
];

/** A slow machine, or one with many containers, gets more time for its stop as well. */
const stopSeconds = (timeoutMs: number): number =>
  Math.ceil((usualLimits.supervisorStop / 1000) * Math.max(1, timeoutMs / usualLimits.engineStart));

/** Pure. */
export function engineUnit(paths: RootPaths, command: SupervisorCommand, timeoutMs: number): string {
  return `# Written by "bulkhead engine start"; removed by "bulkhead engine stop". Changes are lost.
[Unit]
Description=Bulkhead embedded Docker engine (${paths.root.replaceAll('%', '%%')})
After=network-online.target local-fs.target docker.service
Wants=network-online.target
RequiresMountsFor=${[paths.root, command[0]].map(quote).join(' ')}
ConditionPathIsDirectory=${paths.root.replaceAll('%', '%%')}
ConditionFileIsExecutable=${command[0].replaceAll('%', '%%')}
StartLimitIntervalSec=0

[Service]
Type=exec
EnvironmentFile=-${environmentFile(paths).replaceAll('%', '%%')}
ExecStart=${commandLine(...command)}
StandardOutput=append:${supervisorLog(paths)}
StandardError=inherit
# A supervisor that crashes takes no container with it: the next one finds them.
KillMode=process
TimeoutStopSec=${stopSeconds(timeoutMs)}
Restart=on-failure
RestartSec=5
RestartSteps=6
RestartMaxDelaySec=60
Delegate=yes
TasksMax=infinity
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
`;
}

export interface StartedUnit {
  readonly pid: number;
  /** Resolves when this supervisor has ended. */
  readonly ended: Promise<void>;
}

/**
 * Starts the supervisor as a service; null if systemd does not run. It is enabled at boot only if nobody but
 * root can change the launcher: a program in a user's home must not run as root after they have logged out.
 */
export async function startEngineUnit(
  paths: RootPaths,
  command: SupervisorCommand,
  timeoutMs: number,
): Promise<Result<StartedUnit | null, AppError>> {
  if (!(await hasSystemd())) return ok(null);
  const name = engineUnitName(paths);
  const atBoot = (await firstForeignComponent(command[0])) === null;
  await removeUnitFiles(name);
  const directory = atBoot ? unitDirectory : transientUnitDirectory;
  await mkdir(directory, { recursive: true });
  await writeFile(environmentFile(paths), await environmentText(), { mode: 0o600 });
  const written = await writeFileAtomic(path.join(directory, name), engineUnit(paths, command, timeoutMs), {
    mode: 0o644,
  });
  if (!written.ok) return written;
  const commands = [
    ['daemon-reload'],
    ...(atBoot ? [['enable', '--quiet', name]] : []),
    ['reset-failed', name],
    ['start', name],
  ];
  for (const systemctlArguments of commands) {
    const done = await systemctl(systemctlArguments);
    if (!done.ok && systemctlArguments[0] !== 'reset-failed') return done;
  }
  const state = (await unitStates([name])).get(name);
  if (state?.isConditionMet === false)
    return fail('engine.start-failed', message('engine.unit-condition-failed', { unit: name }), {
      hint: message('engine.see-unit-conditions', { unit: name }),
    });
  const pid = state?.mainPid ?? -1;
  return ok({ pid, ended: endOfProcess(pid) });
}

/** Stops a service that would try to start again what has just failed. It stays enabled at boot. */
export async function endRestarts(paths: RootPaths): Promise<void> {
  if ((await engineUnitState(paths)) !== null) await systemctl(['stop', engineUnitName(paths)]);
}

/**
 * Resolves when a process has ended: the unit itself does not end, but starts the next one. Does not keep
 * this process running.
 */
function endOfProcess(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const watch = (identity: ProcessIdentity | null): void => {
      const timer = setInterval(() => {
        void (identity === null ? Promise.resolve(false) : isAlive(identity)).then((alive) => {
          if (alive) return;
          clearInterval(timer);
          resolve();
        });
      }, endPollMs);
      timer.unref();
    };
    void identityOf(pid).then(watch);
  });
}

/** This process's variables that the engine gets, and the part of PATH that only root can change. */
async function environmentText(): Promise<string> {
  const programs = (process.env['PATH'] ?? '').split(':').filter((directory) => path.isAbsolute(directory));
  const foreign = await Promise.all(programs.map((directory) => firstForeignComponent(directory)));
  const own = programs.filter((_, i) => foreign[i] === null).join(':');
  return Object.entries({ ...inheritedVariables(), ...(own === '' ? {} : { PATH: own }) })
    .filter(([, value]) => !/[\n\r]/.test(value))
    .map(([name, value]) => `${name}="${value.replace(/[\\"$`]/g, '\\$&')}"\n`)
    .join('');
}

/** Stops the service if it still runs, and removes it; does nothing if there is none. */
export async function removeEngineUnit(paths: RootPaths): Promise<Result<void, AppError>> {
  if ((await engineUnitState(paths)) === null) return ok(undefined);
  const name = engineUnitName(paths);
  const stopped = await systemctl(['stop', name]);
  if (!stopped.ok) return stopped;
  await systemctl(['disable', '--quiet', name]);
  await removeUnitFiles(name);
  await rm(environmentFile(paths), { force: true });
  await systemctl(['reset-failed', name]);
  return systemctl(['daemon-reload']);
}

async function removeUnitFiles(name: string): Promise<void> {
  for (const directory of engineUnitDirectories) await rm(path.join(directory, name), { force: true });
}
