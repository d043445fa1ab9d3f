import type { RootPaths } from '../../base/root-paths.ts';
import { giveBackFiles, recordInstalled, saveBefore } from './install-files.ts';
import { writeInstallJournal, type InstallJournal } from './install-record.ts';
import { inOrder, type Outcome } from './install-steps.ts';

/**
 * Brings a prepared installation into force by `write`, which writes the files that change how the engine is
 * started. What fails is rolled back, now or, after a crash, at the machine's next start.
 */
export async function finishPrepared(
  paths: RootPaths,
  prepared: InstallJournal,
  write: () => Promise<Outcome>,
): Promise<Outcome> {
  const phase = 'installing';
  const saved = await saveBefore(paths, { phase, files: prepared.files }, prepared);
  const journal: InstallJournal = { ...prepared, phase, saved };
  const done = await inOrder([
    () => writeInstallJournal(paths, journal),
    write,
    () => recordInstalled(paths, journal),
  ]);
  if (done.ok) return done;
  const givenBack = await giveBackFiles(paths, journal);
  return givenBack.ok ? done : givenBack;
}
