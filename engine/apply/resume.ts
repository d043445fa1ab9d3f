import { applyStepTable } from '../../shared/apply/steps.ts';
import type { ApplyEvent, ApplyOutcome, ApplyRun } from '../../shared/apply/run.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { removeJournalFile } from '../base/files.ts';
import { acquireLock } from '../base/lock.ts';
import { backupDirectory, dropBackup, hasBackup, readTargetText, restoreBackup } from './backup.ts';
import { dueSteps, orderedSteps, resumeDecision, workOf } from './due-steps.ts';
import { addResults, finalise, noResults } from './finish.ts';
import { readJournal, type Journal } from './journal.ts';
import { applyLockPath } from '../base/root-paths.ts';
import type { ApplyPorts } from './ports.ts';
import { rollBack } from './roll-back.ts';
import { createRunState, type RunState } from './run-state.ts';
import { errorMessage, failureMessage } from '../../shared/messages/error-message.ts';
import { message } from '../../shared/messages/message.ts';

/**
 * Settles an apply whose process is gone: finishes one that was verified, rolls back any other. Null if there
 * was none. `apply.in-progress` if its process is still running. Call at start, before any other operation on
 * the engine.
 */
export async function resumeInterruptedApply(
  ports: ApplyPorts,
  onEvent: (event: ApplyEvent) => void,
): Promise<Result<ApplyRun | null, AppError>> {
  if ((await readJournal(ports.paths.journal)) === null) return ok(null);
  const lock = await acquireLock(applyLockPath(ports.paths));
  if (!lock.ok) return lock;
  try {
    return await resumeUnderLock(ports, onEvent);
  } finally {
    await lock.value.release();
  }
}

/** As above, for a caller that holds the apply lock. */
export async function resumeUnderLock(
  ports: ApplyPorts,
  onEvent: (event: ApplyEvent) => void,
): Promise<Result<ApplyRun | null, AppError>> {
  const journal = await readJournal(ports.paths.journal);
  if (journal === null) return ok(null);
  if (journal === 'damaged') return settleDamaged(ports);
  const state = createRunState(journal, onEvent);
  for (const { id, isDue } of orderedSteps(workOf(journal))) {
    if (id === journal.step) break;
    if (isDue(workOf(journal))) {
      state.begin(id);
      state.finish(id, 'done', null);
    } else state.skip(id);
  }
  const outcome =
    resumeDecision(journal) === 'finish'
      ? await finish(ports, state, journal)
      : await rollBackAfter(ports, state, journal);
  state.end(outcome);
  if (outcome.kind === 'rollback-failed') {
    return fail('apply.rollback-failed', message('apply.interrupted-rollback-failed'), {
      reason: errorMessage(outcome.rollbackError),
      hint: message('apply.backup-location', { backupDir: outcome.backupDir }),
      params: { backupDir: outcome.backupDir },
    });
  }
  return ok(state.snapshot());
}

function rollBackAfter(ports: ApplyPorts, state: RunState, journal: Journal): Promise<ApplyOutcome> {
  state.activity('rolling-back', false);
  const interrupted = fail('apply.rolled-back', message('apply.interrupted'), {
    reason: message('apply.interrupted-step', { step: journal.step }),
    hint: message('apply.apply-draft-again'),
  });
  return rollBack(ports, state, journal, journal.error ?? interrupted.error);
}

async function finish(ports: ApplyPorts, state: RunState, journal: Journal): Promise<ApplyOutcome> {
  state.activity('applying', false);
  const text = await readTargetText(ports.paths);
  // The backup is removed last: without it everything else was done.
  if (!text.ok) {
    await dropAll(ports);
    return {
      kind: 'applied',
      version: journal.toVersion,
      ...noResults(),
      verification: await ports.lastVerification(),
    };
  }
  state.log(message('apply-log.finishing', { version: journal.toVersion }));
  const results = noResults();
  if (journal.eciAfter) results.verification = await ports.lastVerification();
  const left = dueSteps(workOf(journal)).filter(({ id }) => !applyStepTable[id].reversible);
  const up =
    left.length === 0 || (await ports.health(null)).ok
      ? ok(undefined)
      : await ports.driver.start({ onLog: state.forward });
  for (const step of left) {
    state.begin(step.id);
    if (!up.ok) {
      state.finish(step.id, 'failed', failureMessage(up.error));
      addResults(results, step.resultsWithout?.(journal, up.error));
      continue;
    }
    const { signal } = new AbortController();
    const done = await step.run({ ports, state, journal, text: text.value, signal });
    state.finish(step.id, 'done', done.ok ? done.value.detail : null);
    addResults(results, done.ok ? done.value : step.resultsWithout?.(journal, done.error));
  }
  return finalise(ports, state, journal, text.value, results);
}

async function dropAll(ports: ApplyPorts): Promise<void> {
  await removeJournalFile(ports.paths.journal);
  await dropBackup(ports.paths);
}

/**
 * An unreadable journal (a damaged disk; ours are written atomically): the files are restored, and the engine
 * follows them.
 */
async function settleDamaged(ports: ApplyPorts): Promise<Result<null, AppError>> {
  if (await hasBackup(ports.paths)) {
    const restored = await restoreBackup(ports.paths, {
      noteRemoval: ports.capabilities.enforcedByGateway,
    });
    if (!restored.ok) return restored;
    const status = await ports.driver.status();
    const restarted = status.phase === 'stopped' ? ok(undefined) : await ports.driver.restart();
    if (!restarted.ok) {
      return fail('apply.rollback-failed', message('apply.interrupted-rollback-failed'), {
        reason: failureMessage(restarted.error),
        hint: message('apply.backup-location', { backupDir: backupDirectory(ports.paths) }),
        params: { backupDir: backupDirectory(ports.paths) },
      });
    }
  }
  await dropAll(ports);
  return ok(null);
}
