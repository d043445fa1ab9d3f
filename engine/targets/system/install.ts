import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { errorMessage } from '../../../shared/messages/error-message.ts';
import { message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError, type Err } from '../../../shared/result.ts';
import { createBackends } from '../../backends/create-backends.ts';
import { recordReports } from '../../backends/recorded-reports.ts';
import { rootPaths, systemRoot, type RootPaths } from '../../base/root-paths.ts';
import { reconcileEngineConfig } from '../../daemon-json/daemon-json-file.ts';
import { prepareEngineHome } from '../guarded/engine-home.ts';
import { checkEngineSockets } from './engine-sockets.ts';
import { giveBackFiles, recordInstalled, recoverFiles, saveBefore, writeFiles } from './install-files.ts';
import { planInstall, refuseBlocked, type PlannedInstall } from './install-plan.ts';
import { readInstallJournal, writeInstallJournal, type InstallJournal } from './install-record.ts';
import {
  inOrder,
  startEngine,
  stopEngine,
  withInstallLock,
  type InstallOptions,
  type InstallStep,
  type Outcome,
} from './install-steps.ts';
import { finishPrepared } from './prepared.ts';
import { systemctl } from '../guarded/systemd.ts';
import { runServiceJob } from './service-jobs.ts';
import { engineUnits, ownUnits } from './unit-names.ts';
import { isDropIn } from './units.ts';
import {
  checkServed,
  describeRollBack,
  replaceServices,
  rollBackServices,
  withoutRestart,
} from './upgrade.ts';

export interface InstallChoices {
  /** Writes everything that has no effect yet, for the next start of the machine or the next call. */
  readonly prepare?: boolean;
  /**
   * Does not restart an engine that the gateway is in front of already, for an upgrade: a changed
   * configuration of the engine applies from its next start on.
   */
  readonly keepEngine?: boolean;
}

/**
 * Puts the gateway in front of docker.service, which restarts once; on failure, rolls back to the plain
 * engine.
 */
export function install(options: InstallOptions & InstallChoices): Promise<Outcome> {
  return withInstallLock(async () => {
    options.onStep?.('check');
    const interrupted = await recoverFiles(rootPaths(systemRoot));
    if (!interrupted.ok) return interrupted;
    const planned = await planInstall(options.bulkheadCommand);
    if (!planned.ok) return planned;
    const chosen = options.keepEngine === true ? withoutRestart(planned.value) : planned.value;
    const usable = refuseBlocked(chosen);
    if (!usable.ok) return usable;
    const written = await write(chosen, options);
    if (!written.ok || options.prepare === true) return written;
    return activate(chosen, options);
  });
}

const unitsOf = (files: readonly { readonly path: string }[]): string[] =>
  Object.values(ownUnits).filter((unit) => files.some((file) => path.basename(file.path) === unit));

/** Writes units, runtime and home; nothing of it is in force yet. */
async function write(
  { engine, files, plan, changesEngine }: PlannedInstall,
  options: InstallOptions & InstallChoices,
): Promise<Outcome> {
  options.onStep?.('write');
  const { paths, group } = engine;
  const written = {
    phase: options.prepare === true ? 'prepared' : 'installing',
    files: files.map((file) => file.path),
  } as const;
  const journal: InstallJournal = {
    version: 1,
    ...written,
    units: unitsOf(files),
    dataRoot: paths.data,
    group,
    bulkheadCommand: options.bulkheadCommand,
    wasInstalled: plan.installed,
    saved: await saveBefore(paths, written, await readInstallJournal(paths)),
  };
  const noted = await writeInstallJournal(paths, journal);
  if (!noted.ok) return noted;
  const backends = createBackends(options.projectRoot);
  const steps: (() => Promise<Outcome>)[] = [
    () => prepareDirectories(paths),
    () => prepareEngineHome(paths),
    // Otherwise it is in use: see replaceServices.
    ...(changesEngine || options.prepare === true ? [() => backends.exclusive.install(paths)] : []),
    async () =>
      recordReports(
        paths,
        await Promise.all(Object.values(backends).map((backend) => backend.report(paths))),
      ),
    () => writeFiles(files.filter((file) => !isDropIn(file))),
    () => systemctl(['daemon-reload']),
    () => systemctl(['enable', '--quiet', ...journal.units]),
  ];
  const done = await inOrder(steps);
  if (done.ok) return done;
  await giveBackFiles(paths, journal);
  return done;
}

async function prepareDirectories(paths: RootPaths): Promise<Outcome> {
  try {
    await chmod(paths.root, 0o711);
    await mkdir(paths.run, { recursive: true, mode: 0o711 });
    await mkdir(path.dirname(paths.settings), { recursive: true, mode: 0o755 });
    await mkdir(path.dirname(paths.daemonJson), { recursive: true, mode: 0o755 });
    return ok(undefined);
  } catch (cause) {
    return fail('engine.root-invalid', message('engine.root-unusable'), {
      cause,
      params: { path: paths.root },
    });
  }
}

/**
 * Writes the files that change the configuration with which the engine is started. Fails if its sockets would
 * then be open to others than root.
 */
async function writeEngineFiles({ engine, files, desired, changesEngine }: PlannedInstall): Promise<Outcome> {
  return inOrder([
    () => writeFiles(files.filter(isDropIn)),
    async () => {
      const reconciled = await reconcileEngineConfig(engine.paths, desired);
      return reconciled.ok ? ok(undefined) : reconciled;
    },
    () => systemctl(['daemon-reload']),
    // Other drop-ins of docker.socket may be read after ours: what they open is known only now.
    ...(changesEngine ? [() => checkEngineSockets(engine.paths)] : []),
  ]);
}

const restart = (units: readonly string[]): Promise<Outcome> => runServiceJob(['restart', ...units]);

/** Puts the written files into force: one restart of the engine. Rolls back on failure. */
async function activate(planned: PlannedInstall, options: InstallOptions): Promise<Outcome> {
  const { engine } = planned;
  const { paths } = engine;
  const journal = await readInstallJournal(paths);
  if (journal === null) return fail('internal', message('system.no-install-journal'));
  const services = journal.units.filter((unit) => unit !== ownUnits.recover);
  const step =
    (name: InstallStep, work: () => Promise<Outcome>): (() => Promise<Outcome>) =>
    () => {
      options.onStep?.(name);
      return work();
    };
  const written = await writeEngineFiles(planned);
  if (!written.ok) return undoWritten(planned, journal, written, options);
  const replacing = planned.changesEngine
    ? [
        step('stop-engine', () => stopEngine(engine, options.onStep)),
        step('start-services', () => restart(services)),
        step('start-engine', startEngine),
      ]
    : [step('start-services', () => replaceServices(paths, options.projectRoot))];
  const activated = await inOrder([
    ...replacing,
    step('health', () => checkServed(paths, planned.changesEngine || engine.running)),
  ]);
  if (activated.ok) {
    const recorded = await recordInstalled(paths, journal);
    if (recorded.ok) return recorded;
  }
  const described = describeRollBack({ ...planned, ...journal });
  options.onStep?.(described.step);
  const rolledBack = await rollBack(planned, journal);
  const error = activated.ok ? null : activated.error;
  return fail('engine.start-failed', message(described.what), {
    ...(error === null ? {} : { reason: errorMessage(error) }),
    hint: rolledBack.ok ? message(described.hint) : errorMessage(rolledBack.error),
  });
}

/** Restores all files. The engine was not stopped yet, and runs on as it was started. */
async function undoWritten(
  planned: PlannedInstall,
  journal: InstallJournal,
  failed: Err<AppError>,
  { onStep }: InstallOptions,
): Promise<Outcome> {
  onStep?.(describeRollBack({ ...planned, ...journal }).step);
  const givenBack = await giveBackFiles(planned.engine.paths, journal);
  return givenBack.ok ? failed : givenBack;
}

/** Restores what was before, the plain engine or the previous version, and starts it. */
async function rollBack(planned: PlannedInstall, journal: InstallJournal): Promise<Outcome> {
  const { paths } = planned.engine;
  if (!planned.changesEngine) return rollBackServices(paths, journal, planned.engine.running);
  await systemctl(['stop', engineUnits.service, engineUnits.socket, ...journal.units]);
  const givenBack = await giveBackFiles(paths, journal);
  if (!givenBack.ok) return givenBack;
  // After a failed upgrade, the previous version runs again.
  if (journal.wasInstalled) await runServiceJob(['start', ...journal.units]);
  return startEngine();
}

/**
 * At the machine's start, before the engine: finishes a prepared installation, or undoes it if that is not
 * possible, and undoes an interrupted one.
 */
export function recover(options: InstallOptions): Promise<Outcome> {
  return withInstallLock(async () => {
    const paths = rootPaths(systemRoot);
    const journal = await readInstallJournal(paths);
    if (journal?.phase !== 'prepared') return recoverFiles(paths);
    return finishPrepared(paths, journal, {
      plan: () => planInstall(options.bulkheadCommand),
      write: writeEngineFiles,
    });
  });
}
