import pLimit from 'p-limit';
import { waitsFor } from '../../shared/containers/recreate-order.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { readRecreateJournal } from './recreate-journal.ts';
import { recreateJournalPaths, recreationsAtOnce } from './recreate-journal-paths.ts';
import type { PlannedMember } from './recreate-plan.ts';

type Group = readonly PlannedMember[];

/**
 * Runs `work` for every group, concurrently, but after the groups that it depends on. `journalFile` belongs
 * to that group alone; null if groups that could not be rolled back occupy all. Resolves when all have ended;
 * rejects with the first exception of `work`.
 */
export async function forEachGroup(
  paths: RootPaths,
  groups: readonly Group[],
  work: (group: Group, journalFile: string | null) => Promise<void>,
): Promise<void> {
  const freeJournals = recreateJournalPaths(paths);
  const limit = pLimit(recreationsAtOnce);
  const run = async (group: Group): Promise<void> => {
    const journalFile = freeJournals.shift() ?? null;
    await work(group, journalFile);
    if (journalFile === null) return;
    // A group that could not be rolled back leaves its journal, to be settled later.
    if ((await readRecreateJournal(journalFile)) === null) freeJournals.unshift(journalFile);
    else limit.concurrency = Math.max(1, limit.concurrency - 1);
  };
  const inspected = groups.map((group) => group.map(({ subject }) => subject.inspected));
  const ends: Promise<void>[] = [];
  for (const [index, group] of groups.entries()) {
    const earlier = ends.filter((_, other) => waitsFor(inspected[index] ?? [], inspected[other] ?? []));
    ends.push(Promise.allSettled(earlier).then(() => limit(() => run(group))));
  }
  await Promise.allSettled(ends);
  await Promise.all(ends);
}
