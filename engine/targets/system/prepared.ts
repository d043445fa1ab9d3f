import { errorMessage } from '../../../shared/messages/error-message.ts';
import { message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { giveBackFiles, recordInstalled, saveBefore } from './install-files.ts';
import { refuseBlocked, type PlannedInstall } from './install-plan.ts';
import { writeInstallJournal, type InstallJournal } from './install-record.ts';
import { inOrder, type Outcome } from './install-steps.ts';

/**
 * Brings a prepared installation into force by `write`, which writes the files that change how the engine is
 * started. What is refused or fails is rolled back, now or, after a crash, at the machine's next start: the
 * prepared sockets would listen where those of the plain engine do.
 */
export async function finishPrepared<T extends Pick<PlannedInstall, 'plan'>>(
  paths: RootPaths,
  prepared: InstallJournal,
  {
    plan,
    write,
  }: {
    readonly plan: () => Promise<Result<T, AppError>>;
    readonly write: (planned: T) => Promise<Outcome>;
  },
): Promise<Outcome> {
  const planned = await plan().catch((cause: unknown) =>
    fail('internal', message('system.cannot-install'), { cause }),
  );
  const usable = planned.ok ? refuseBlocked(planned.value) : planned;
  if (!usable.ok) return undo(paths, prepared, usable.error);
  const phase = 'installing';
  const saved = await saveBefore(paths, { phase, files: prepared.files }, prepared);
  const journal: InstallJournal = { ...prepared, phase, saved };
  const done = await inOrder([
    () => writeInstallJournal(paths, journal),
    () => write(usable.value),
    () => recordInstalled(paths, journal),
  ]);
  return done.ok ? ok(undefined) : undo(paths, journal, done.error);
}

async function undo(paths: RootPaths, journal: InstallJournal, error: AppError): Promise<Outcome> {
  const givenBack = await giveBackFiles(paths, journal);
  if (!givenBack.ok) return givenBack;
  return fail('engine.start-failed', message('system.preparation-undone'), {
    cause: error,
    reason: errorMessage(error),
    hint: message('system.correct-then-install'),
  });
}
