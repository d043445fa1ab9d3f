import { capabilitiesOfRuntime } from '../shared/isolation/backends.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';
import { message, type Message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { timeLimit } from '../engine/base/time-limits.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import {
  defaultRuntimeOf,
  restartKeys,
  type RegisteredRuntime,
} from '../engine/daemon-json/launch-config.ts';
import { reloadDockerd } from '../engine/targets/guarded/reload.ts';
import { guardVolumes, releaseVolumes } from '../engine/targets/guarded/volume-guards.ts';
import type { DockerdProcess } from './dockerd-process.ts';
import {
  launchConfigOnDisk,
  readLaunchedConfig,
  writeLaunchedConfig,
} from '../engine/targets/embedded/launched-config.ts';
import { followLogs, plainLogLine } from '../engine/targets/embedded/log-files.ts';

const refusedReload = /level=error.*(?:reconfiguring the daemon|configur|directives)/;
const seeLog = message('engine.check-configuration');

/** A running engine, as its start left it. */
export interface RunningEngine {
  readonly dockerd: DockerdProcess;
  /** The isolation runtime that it was prepared for (EngineState.preparedRuntime); null: none. */
  readonly runtime: RegisteredRuntime | null;
}

/**
 * Has a running engine reload daemon.json from disk. Resolves with whether ECI is on by it: the default
 * runtime is an isolation runtime. A failure leaves everything unchanged: `engine.request-failed`, also for a
 * configuration that takes a restart.
 */
export async function reloadEngine(
  paths: RootPaths,
  { dockerd, runtime }: RunningEngine,
  log: (text: string) => void,
): Promise<Result<boolean, AppError>> {
  if (runtime === null) return refused(message('engine.not-prepared-for-reload'));
  const before = await readLaunchedConfig(paths);
  const next = await launchConfigOnDisk(paths, runtime);
  const keys = before === null ? [] : restartKeys(before, next);
  if (keys.length > 0)
    return refused(message('engine.keys-need-restart', { keys: joinMessages('enumeration', keys) }));
  const eci = capabilitiesOfRuntime(defaultRuntimeOf(next)) !== null;
  const settleVolumes = (settle: typeof guardVolumes): Promise<void> =>
    settle(paths).catch((error: unknown) => {
      log(`volumes could not be brought in line with ECI: ${String(error)}`);
    });
  if (eci) await settleVolumes(guardVolumes);
  const written = await writeLaunchedConfig(paths, next);
  if (!written.ok) return written;
  const reloaded = await reloadUnlessRefused(paths, dockerd);
  if (!reloaded.ok) {
    if (before !== null) await writeLaunchedConfig(paths, before);
    return reloaded;
  }
  if (!eci) await settleVolumes(releaseVolumes);
  return ok(eci);
}

/** Has dockerd reload the launched configuration. If dockerd refuses it, it logs that and emits no event. */
export async function reloadUnlessRefused(
  paths: RootPaths,
  dockerd: DockerdProcess,
): Promise<Result<void, AppError>> {
  const given = new AbortController();
  const refusals: string[] = [];
  const follower = await followLogs(paths, ({ source, text }) => {
    if (source !== 'dockerd' || !refusedReload.test(text)) return;
    refusals.push(plainLogLine(text));
    given.abort();
  });
  try {
    const reloaded = await reloadDockerd({
      engineSocket: paths.engineSocket,
      trigger: () => Promise.resolve(sendHangup(dockerd)),
      signal: AbortSignal.any([given.signal, AbortSignal.timeout(await timeLimit('engineReload'))]),
      hint: seeLog,
    });
    const [refusal] = refusals;
    return reloaded.ok || refusal === undefined ? reloaded : refused(refusal);
  } finally {
    await follower.close();
  }
}

const sendHangup = ({ child }: DockerdProcess): Result<void, AppError> =>
  child.kill('SIGHUP') ? ok(undefined) : refused(message('engine.dockerd-crashed'));

const refused = (reason: string | Message): Result<never, AppError> =>
  fail('engine.request-failed', message('engine.reload-failed'), { reason, hint: seeLog });
