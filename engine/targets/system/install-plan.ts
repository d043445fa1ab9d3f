import { readFile } from 'node:fs/promises';
import type { InstallPlan } from '../../../shared/install/plan.ts';
import { errorMessage } from '../../../shared/messages/error-message.ts';
import { joinMessages } from '../../../shared/messages/join-messages.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { DesiredEngineConfig } from '../../daemon-json/daemon-json-conflicts.ts';
import { previewEngineConfig } from '../../daemon-json/daemon-json-file.ts';
import type { EngineConfigPlan } from '../../daemon-json/daemon-json-merge.ts';
import { desiredEngineConfig } from '../../backends/desired-engine-config.ts';
import { rootPaths, systemRoot } from '../../base/root-paths.ts';
import { inspectSystemEngine, type AffectedContainer, type SystemEngine } from './inspect-engine.ts';
import { filesAndUnitsOf, readInstallJournal, readInstallRecord } from './install-record.ts';
import { replacementBlocker } from './replacement-blocker.ts';
import { isDropIn, unitFiles, type InstalledFile } from './units.ts';

/** The consequences of an installation, and the inputs for doing it. */
export interface PlannedInstall {
  readonly engine: SystemEngine;
  readonly files: readonly InstalledFile[];
  readonly desired: DesiredEngineConfig;
  /** The configuration with which the engine is started changes: it restarts. */
  readonly changesEngine: boolean;
  readonly plan: InstallPlan;
}

/** Plans putting the gateway in front of docker.service. Changes nothing. */
export async function planInstall(bulkheadCommand: string): Promise<Result<PlannedInstall, AppError>> {
  const found = await inspectSystemEngine();
  if (!found.ok) return found;
  const engine = found.value;
  const { paths, group, lxcfs } = engine;
  const files = unitFiles({ paths, bulkheadCommand, group, lxcfs });
  const desired = { ...(await desiredEngineConfig(paths)), configFile: 'machine' } as const;
  const config = await previewEngineConfig(paths, desired);
  const installed = (await readInstallRecord(paths)) !== null;
  const merges = config.ok && config.value.changes.length > 0;
  const replacing = installed ? await replacementBlocker(paths) : null;
  const blockers: (string | Message)[] = [
    ...(replacing === null ? [] : [replacing]),
    ...engine.conflicts,
    ...configBlockers(config),
  ];
  const changed = await Promise.all(
    files.map(async (file) => ({ ...file, before: await textOf(file.path) })),
  );
  const running = (engine.containers ?? []).filter((container) => container.running);
  const changesEngine =
    !installed || changed.some(({ path, text, before }) => isDropIn({ path }) && text !== before);
  const stopsAny = !engine.liveRestore && engine.running && changesEngine;
  const stops = stopsAny ? running : [];
  return ok({
    engine,
    files,
    desired,
    changesEngine,
    plan: {
      action: 'install',
      installed,
      prepared: (await readInstallJournal(paths))?.phase === 'prepared',
      files: [
        ...changed
          .filter(({ text, before }) => before !== text)
          .map(({ path, text, before }) => ({
            path,
            change: before === null ? ('create' as const) : ('replace' as const),
            text,
          })),
        ...(merges
          ? [{ path: paths.daemonJson, change: 'merge' as const, text: config.value.text ?? '' }]
          : []),
      ],
      restartsEngine: engine.running && changesEngine,
      stops: stops.filter((container) => !container.returns).map(({ name }) => name),
      restarts: stops.filter((container) => container.returns).map(({ name }) => name),
      stopsUnknown: stopsAny && engine.containers === null,
      keepRunning: engine.liveRestore ? running.map(({ name }) => name) : [],
      unstartable: [],
      blockers,
    },
  });
}

/** The plan, or why it is refused. Pure. */
export function refuseBlocked<T extends { readonly plan: InstallPlan }>(planned: T): Result<T, AppError> {
  const { blockers, action } = planned.plan;
  const [blocker] = blockers;
  return blocker === undefined
    ? ok(planned)
    : fail('input.unusable', message(`system.cannot-${action}`), { reason: blocker });
}

/** Why daemon.json cannot be changed. Pure. */
const configBlockers = (config: Result<EngineConfigPlan, AppError>): (string | Message)[] =>
  config.ok
    ? config.value.conflicts.map(({ reason, hint }) => joinMessages('sentences', [reason, hint]))
    : [errorMessage(config.error)];

export interface PlannedUninstall {
  /** Null if docker.service was removed before: then only our own files are removed. */
  readonly engine: SystemEngine | null;
  readonly plan: InstallPlan;
}

/** Plans restoring the machine's plain engine. Changes nothing. */
export async function planUninstall(): Promise<Result<PlannedUninstall, AppError>> {
  const paths = rootPaths(systemRoot);
  const record = await readInstallRecord(paths);
  const found = await inspectSystemEngine();
  if (!found.ok && record === null) return found;
  const engine = found.ok ? found.value : null;
  const files = record === null ? [] : filesAndUnitsOf(record, await readInstallJournal(paths)).files;
  const containers = engine?.containers ?? [];
  const running = containers.filter((container) => container.running);
  const stops = engine === null || engine.liveRestore ? [] : running;
  const namesOf = (those: readonly AffectedContainer[]): string[] => those.map(({ name }) => name);
  return ok({
    engine,
    plan: {
      action: 'uninstall',
      installed: record !== null,
      prepared: false,
      files: [
        ...files.map((path) => ({ path, change: 'remove' as const, text: '' })),
        { path: paths.daemonJson, change: 'restore' as const, text: '' },
      ],
      restartsEngine: engine?.running === true,
      stops: namesOf(stops.filter((container) => !container.returns || container.isolated)),
      restarts: namesOf(stops.filter((container) => container.returns && !container.isolated)),
      stopsUnknown: engine !== null && !engine.liveRestore && engine.containers === null,
      keepRunning: engine?.liveRestore === true ? namesOf(running) : [],
      unstartable: namesOf(containers.filter(({ isolated }) => isolated)),
      blockers: record === null ? [] : configBlockers(await previewEngineConfig(paths, null)),
    },
  });
}

const textOf = (file: string): Promise<string | null> => readFile(file, 'utf8').catch(() => null);
