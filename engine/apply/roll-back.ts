import type { ApplyOutcome } from '../../shared/apply/run.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { readSettings, removeJournalFile, removeLeftoverTemporaries } from '../base/files.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { engineConfigFiles } from '../daemon-json/daemon-json-file.ts';
import { backupDirectory, dropBackup, restoreBackup } from './backup.ts';
import { versionState } from '../store/history.ts';
import { hasBegunToChange } from './due-steps.ts';
import { writeJournal, type Journal } from './journal.ts';
import type { ApplyPorts } from './ports.ts';
import { failureMessage } from '../../shared/messages/error-message.ts';
import { message } from '../../shared/messages/message.ts';
import type { RunState } from './run-state.ts';
import { recordEnforced } from './versions.ts';

/**
 * Restores settings file and engine configuration, and the previous state of the engine, then reports the
 * reason. Never throws. If restoring fails too, journal and backup stay: the next start tries again, and the
 * outcome names the directory.
 */
export async function rollBack(
  ports: ApplyPorts,
  state: RunState,
  journal: Journal,
  error: AppError,
): Promise<ApplyOutcome> {
  const failedStep = journal.step;
  const { paths } = ports;
  // A full disk must not prevent the roll back; without this entry, an apply that crashes now is rolled back
  // all the same.
  const noted: Journal = { ...journal, phase: 'rolling-back', error };
  await writeJournal(paths.journal, noted);
  await ports.onCheckpoint?.('rolling-back');
  state.log(message('apply-log.rolling-back', { version: journal.fromVersion, why: failureMessage(error) }));
  let undone: Result<void, AppError>;
  try {
    undone = await undo(ports, state, noted);
  } catch (defect) {
    undone = fail('internal', message('apply.rollback-defect'), { cause: defect });
  }
  if (!undone.ok) {
    state.log(message('apply-log.rollback-failed', { why: failureMessage(undone.error) }));
    return {
      kind: 'rollback-failed',
      failedStep,
      error,
      rollbackError: undone.error,
      backupDir: backupDirectory(paths),
    };
  }
  // Of an apply that was killed while it wrote one of them.
  for (const file of [paths.settings, ...engineConfigFiles(paths)]) await removeLeftoverTemporaries(file);
  await removeJournalFile(paths.journal);
  await dropBackup(paths);
  state.log(message('apply-log.rolled-back', { version: journal.fromVersion }));
  return { kind: 'rolled-back', failedStep, error, restoredVersion: await restoredVersion(paths, journal) };
}

/** The version that the files are again: in place of a lost or unusable settings file, the enforced one. */
async function restoredVersion(paths: RootPaths, journal: Journal): Promise<number> {
  const applied = await readSettings(paths.settings);
  const versions = applied.ok ? await versionState(paths.history, applied.value) : applied;
  return versions.ok && versions.value.recorded ? versions.value.current : journal.fromVersion;
}

async function undo(ports: ApplyPorts, state: RunState, journal: Journal): Promise<Result<void, AppError>> {
  const restarted = hasBegunToChange(journal, 'engine');
  if (!hasBegunToChange(journal, 'files') && !restarted) return ok(undefined);
  if (!journal.restored) {
    const restored = await restoreBackup(ports.paths, {
      noteRemoval: ports.capabilities.enforcedByGateway,
    });
    if (!restored.ok) return restored;
    if (restored.value.foreignSettings) state.log(message('apply-log.settings-left'));
    else await recordEnforced(ports.paths, journal);
    const { foreignConfig } = restored.value;
    if (foreignConfig !== undefined)
      state.log(message('apply-log.daemon-json-kept', { file: foreignConfig }));
    await writeJournal(ports.paths.journal, { ...journal, restored: true });
  }
  if (!journal.engineRan) {
    if (!restarted) return ok(undefined);
    const stopped = await ports.driver.stop({ onLog: state.forward });
    return stopped.ok ? ok(undefined) : stopped;
  }
  let runsOn = !restarted;
  if (!restarted && hasBegunToChange(journal, 'loaded-configuration')) {
    const reloaded = await ports.driver.reload?.({ onLog: state.forward });
    if (reloaded?.ok === false)
      state.log(message('apply-log.not-reloaded', { why: failureMessage(reloaded.error) }));
    runsOn = reloaded?.ok !== false;
  }
  // If we did not restart it, it should still be running; if it isn't, it may have died for another reason:
  // start it. If it did not reload, a restart restores its configuration.
  if (runsOn && (await ports.health(null)).ok) return ok(undefined);
  const up = await ports.driver.restart({ onLog: state.forward });
  if (!up.ok) return up;
  const healthy = await ports.health(null);
  if (!healthy.ok) return healthy;
  if (journal.eciBefore) await verifyAgain(ports, state);
  return ok(undefined);
}

/**
 * Earlier results are about another run of the engine. A claim that fails now is reported as "not verified",
 * not as a failed roll back.
 */
async function verifyAgain(ports: ApplyPorts, state: RunState): Promise<void> {
  const verified = await ports.verify(new AbortController().signal);
  if (!verified.ok)
    state.log(message('apply-log.not-verified-again', { why: failureMessage(verified.error) }));
}
