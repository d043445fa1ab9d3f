import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorMessage } from '../../../shared/messages/error-message.ts';
import { message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { exclusiveBackend } from '../../backends/exclusive/backend.ts';
import { sysboxBackend } from '../../backends/sysbox/backend.ts';
import { recordReports } from '../../backends/recorded-reports.ts';
import { dockerClient, requestFailure } from '../../base/docker-client.ts';
import { removeFile, systemCode, writeFileAtomic } from '../../base/files.ts';
import { acquireLock } from '../../base/lock.ts';
import { checkRootOwner } from '../../base/root-owner.ts';
import { rootPaths, systemRoot, type RootPaths } from '../../base/root-paths.ts';
import {
  engineConfigFiles,
  reconcileEngineConfig,
  releaseEngineConfig,
} from '../../daemon-json/daemon-json.ts';
import { prepareEngineHome } from '../guarded/engine-home.ts';
import { planInstall, planUninstall, type PlannedInstall } from './install-plan.ts';
import {
  installJournalFile,
  installRecordFile,
  readInstallJournal,
  readInstallRecord,
  writeInstallJournal,
  writeInstallRecord,
  type InstallJournal,
  type SavedFile,
} from './install-record.ts';
import { systemctl } from './systemd.ts';
import { engineUnits, ownUnits } from './unit-names.ts';
import { isDropIn, type InstalledFile } from './units.ts';

export interface InstallOptions {
  readonly bulkheadCommand: string;
  readonly projectRoot: string;
  /** Called with the name of each step as it begins. */
  readonly onStep?: (step: InstallStep) => void;
}
export type InstallStep =
  'check' | 'write' | 'stop-engine' | 'start-services' | 'start-engine' | 'health' | 'roll-back' | 'remove';

type Outcome = Result<void, AppError>;
const engineStopMs = 120_000;
const engineStartMs = 300_000;

/** One at a time: install, uninstall and recover. */
async function locked(work: () => Promise<Outcome>): Promise<Outcome> {
  const paths = rootPaths(systemRoot);
  if (process.getuid?.() !== 0)
    return fail('rights.not-root', message('system.install-needs-root'), {
      hint: message('containers.run-same-command-with-sudo'),
    });
  const own = await checkRootOwner(paths);
  if (!own.ok) return own;
  await mkdir(paths.root, { recursive: true, mode: 0o711 });
  const lock = await acquireLock(path.join(paths.root, 'install.lock'));
  if (!lock.ok) return lock;
  try {
    return await work();
  } finally {
    await lock.value.release();
  }
}

/**
 * Puts the gateway in front of docker.service, which restarts once; rolls back to the plain engine where that
 * fails. `prepare`: writes everything that changes nothing yet, for the next start of the machine or call.
 */
export function install(options: InstallOptions & { readonly prepare?: boolean }): Promise<Outcome> {
  return locked(async () => {
    options.onStep?.('check');
    const interrupted = await recoverFiles(rootPaths(systemRoot));
    if (!interrupted.ok) return interrupted;
    const planned = await planInstall(options.bulkheadCommand);
    if (!planned.ok) return planned;
    const [blocker] = planned.value.plan.blockers;
    if (blocker !== undefined)
      return fail('input.unusable', message('system.cannot-install'), { reason: blocker });
    const written = await write(planned.value, options);
    if (!written.ok || options.prepare === true) return written;
    return activate(planned.value, options);
  });
}

const unitsOf = (files: readonly { readonly path: string }[]): string[] =>
  Object.values(ownUnits).filter((unit) => files.some((file) => path.basename(file.path) === unit));

/** Writes units, runtime and home; nothing of it is in force yet. */
async function write({ engine, files, plan }: PlannedInstall, options: InstallOptions): Promise<Outcome> {
  options.onStep?.('write');
  const { paths, group } = engine;
  const journal: InstallJournal = {
    version: 1,
    phase: 'prepared',
    files: files.map((file) => file.path),
    units: unitsOf(files),
    dataRoot: paths.data,
    group,
    bulkheadCommand: options.bulkheadCommand,
    saved: plan.installed
      ? []
      : await saveFiles([...files.map((file) => file.path), ...engineConfigFiles(paths)]),
  };
  const noted = await writeInstallJournal(paths, journal);
  if (!noted.ok) return noted;
  const backends = [
    exclusiveBackend({ runtimeBuildDir: path.join(options.projectRoot, 'runtime', 'build') }),
    sysboxBackend(),
  ];
  const steps: (() => Promise<Outcome>)[] = [
    () => prepareDirectories(paths),
    () => prepareEngineHome(paths),
    async () => (await backends[0]?.install(paths)) ?? ok(undefined),
    async () => recordReports(paths, await Promise.all(backends.map((backend) => backend.report(paths)))),
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
    return fail('engine.root-invalid', message('engine.engine-directory-cannot-be-used'), {
      cause,
      params: { path: paths.root },
    });
  }
}

/** The files that change what the engine is started with. */
async function writeEngineFiles({ engine, files, desired }: PlannedInstall): Promise<Outcome> {
  return inOrder([
    () => writeFiles(files.filter(isDropIn)),
    async () => {
      const reconciled = await reconcileEngineConfig(engine.paths, desired);
      return reconciled.ok ? ok(undefined) : reconciled;
    },
    () => systemctl(['daemon-reload']),
  ]);
}

/** Brings what is written into force: one restart of the engine. Rolls back where that fails. */
async function activate(planned: PlannedInstall, options: InstallOptions): Promise<Outcome> {
  const { engine } = planned;
  const { paths } = engine;
  const journal = await readInstallJournal(paths);
  if (journal === null) return fail('internal', message('system.no-install-journal'));
  const noted = await writeInstallJournal(paths, { ...journal, phase: 'installing' });
  if (!noted.ok) return noted;
  const services = journal.units.filter((unit) => unit !== ownUnits.recover);
  const step =
    (name: InstallStep, work: () => Promise<Outcome>): (() => Promise<Outcome>) =>
    () => {
      options.onStep?.(name);
      return work();
    };
  const activated = await inOrder([
    () => writeEngineFiles(planned),
    step('stop-engine', stopEngine),
    step('start-services', () => systemctl(['restart', ...services], { timeoutMs: engineStartMs })),
    step('start-engine', startEngine),
    step('health', () => checkEngine(paths)),
  ]);
  if (activated.ok) {
    const { version, files, units, dataRoot, group, bulkheadCommand } = journal;
    const recorded = await writeInstallRecord(paths, {
      ...{ version, files, units, dataRoot, group, bulkheadCommand },
      installedAt: new Date().toISOString(),
    });
    if (recorded.ok) return removeFile(installJournalFile(paths));
  }
  options.onStep?.('roll-back');
  const rolledBack = await rollBack(paths, journal);
  const error = activated.ok ? null : activated.error;
  return fail('engine.start-failed', message('system.install-rolled-back'), {
    ...(error === null ? {} : { reason: errorMessage(error) }),
    hint: rolledBack.ok ? message('system.plain-engine-runs') : errorMessage(rolledBack.error),
  });
}

/** The engine first: while it runs, systemd refuses to restart its socket. */
const stopEngine = (): Promise<Outcome> =>
  systemctl(['stop', engineUnits.service, engineUnits.socket], { timeoutMs: engineStopMs });

/** Restarts in quick succession meet the start limit of docker.service. */
async function startEngine(): Promise<Outcome> {
  await systemctl(['reset-failed', engineUnits.service, engineUnits.socket]);
  return systemctl(['start', engineUnits.socket, engineUnits.service], { timeoutMs: engineStartMs });
}

async function checkEngine(paths: RootPaths): Promise<Outcome> {
  try {
    const docker = dockerClient(paths.clientSocket);
    await docker.ping();
    await docker.listContainers({ limit: 1 });
    return ok(undefined);
  } catch (error) {
    return requestFailure(message('desktop.health-check-failed'), error);
  }
}

/** Gives the plain engine back and starts it. */
async function rollBack(paths: RootPaths, journal: InstallJournal): Promise<Outcome> {
  await systemctl(['stop', engineUnits.service, engineUnits.socket, ...journal.units]);
  const givenBack = await giveBackFiles(paths, journal);
  return givenBack.ok ? startEngine() : givenBack;
}

/** Gives every file back as it was before, the journal last. */
async function giveBackFiles(paths: RootPaths, journal: InstallJournal): Promise<Outcome> {
  await systemctl(['disable', '--quiet', ...journal.units]);
  return inOrder([
    ...journal.saved.map((file) => () => giveBack(file)),
    () => systemctl(['daemon-reload']),
    () => removeFile(installJournalFile(paths)),
  ]);
}

async function giveBack({ path: file, content, mode }: SavedFile): Promise<Outcome> {
  return content === null
    ? removeFile(file)
    : writeFileAtomic(file, Buffer.from(content, 'base64'), { mode });
}

/** Takes the gateway away; the plain engine runs afterwards, its files as before, byte for byte. */
export function uninstall(options: InstallOptions): Promise<Outcome> {
  return locked(async () => {
    options.onStep?.('check');
    const paths = rootPaths(systemRoot);
    const [record, planned] = [await readInstallRecord(paths), await planUninstall()];
    if (!planned.ok) return planned;
    if (record === null) {
      const journal = await readInstallJournal(paths);
      if (journal === null) return fail('input.unusable', message('system.not-installed'));
      return giveBackFiles(paths, journal);
    }
    const { version, files, units, dataRoot, group, bulkheadCommand } = record;
    const noted = await writeInstallJournal(paths, {
      ...{ version, files, units, dataRoot, group, bulkheadCommand },
      phase: 'uninstalling',
      saved: [],
    });
    if (!noted.ok) return noted;
    options.onStep?.('stop-engine');
    const stopped = await systemctl(['stop', engineUnits.service, engineUnits.socket, ...units], {
      timeoutMs: engineStopMs,
    });
    if (!stopped.ok) return stopped;
    options.onStep?.('remove');
    const removed = await removeInstalled(paths, files, units);
    if (!removed.ok) return removed;
    options.onStep?.('start-engine');
    const started = await startEngine();
    if (!started.ok) return started;
    options.onStep?.('health');
    return checkEngine(paths);
  });
}

async function removeInstalled(
  paths: RootPaths,
  files: readonly string[],
  units: readonly string[],
): Promise<Outcome> {
  await systemctl(['disable', '--quiet', ...units]);
  return inOrder([
    ...files.map((file) => () => removeFile(file)),
    async () => {
      const released = await releaseEngineConfig(paths);
      return released.ok ? ok(undefined) : released;
    },
    () => systemctl(['daemon-reload']),
    () => removeFile(installRecordFile(paths)),
    () => removeFile(installJournalFile(paths)),
  ]);
}

/** For the machine's start: before the engine, finishes what was prepared and undoes what was cut off. */
export function recover(options: InstallOptions): Promise<Outcome> {
  return locked(async () => {
    const paths = rootPaths(systemRoot);
    const journal = await readInstallJournal(paths);
    if (journal?.phase !== 'prepared') return recoverFiles(paths);
    const planned = await planInstall(options.bulkheadCommand);
    if (!planned.ok) return planned;
    const written = await writeEngineFiles(planned.value);
    if (!written.ok) return giveBackFiles(paths, journal);
    const { version, files, units, dataRoot, group, bulkheadCommand } = journal;
    const recorded = await writeInstallRecord(paths, {
      ...{ version, files, units, dataRoot, group, bulkheadCommand },
      installedAt: new Date().toISOString(),
    });
    return recorded.ok ? removeFile(installJournalFile(paths)) : recorded;
  });
}

/** Settles the files of an installation or removal that was cut off; starts nothing. */
async function recoverFiles(paths: RootPaths): Promise<Outcome> {
  const journal = await readInstallJournal(paths);
  switch (journal?.phase) {
    case undefined:
    case 'prepared':
      return ok(undefined);
    case 'installing':
      return giveBackFiles(paths, journal);
    case 'uninstalling':
      return removeInstalled(paths, journal.files, journal.units);
  }
}

async function writeFiles(files: readonly InstalledFile[]): Promise<Outcome> {
  for (const { path: file, text, mode } of files) {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
    const written = await writeFileAtomic(file, text, { mode });
    if (!written.ok) return written;
  }
  return ok(undefined);
}

async function saveFiles(files: readonly string[]): Promise<SavedFile[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        const [content, info] = await Promise.all([readFile(file, 'base64'), stat(file)]);
        return { path: file, content, mode: info.mode & 0o7777 };
      } catch (error) {
        // One that can't be read must not be lost by being replaced.
        if (systemCode(error) !== 'ENOENT') throw error;
        return { path: file, content: null, mode: 0o644 };
      }
    }),
  );
}

/** Runs steps one after the other, up to the first that fails. */
async function inOrder(steps: readonly (() => Promise<Outcome>)[]): Promise<Outcome> {
  for (const step of steps) {
    const outcome = await step();
    if (!outcome.ok) return outcome;
  }
  return ok(undefined);
}
