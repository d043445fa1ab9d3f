import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { isUp } from '../../shared/containers/container-inspection.ts';
import { acquireLock } from '../base/lock.ts';
import { applyLockPath } from '../base/root-paths.ts';
import { readRecreateJournal, type RecreateJournal } from './recreate-journal.ts';
import { recreateJournalPaths } from './recreate-journal-paths.ts';
import { inspect, type RecreatePorts } from './recreate-ports.ts';
import { finishRecreate, rollForwardRecreate, rollBackRecreate } from './recreate-settle.ts';
import { stopOld } from './stop-old.ts';

/** How an interrupted recreation of one group was settled. */
export interface SettledRecreate {
  readonly names: readonly string[];
  readonly how: 'finished' | 'rolled-back' | 'rolled-forward';
  /** Remaining problems. */ readonly problems: readonly Message[];
}

/**
 * Settles a recreation whose process is gone, group by group; does nothing if there is none.
 * `apply.in-progress` if an apply or recreation is running. Needs the engine, and root.
 */
export async function settleInterruptedRecreate(
  ports: RecreatePorts,
): Promise<Result<readonly SettledRecreate[], AppError>> {
  if ((await interruptedGroups(ports)).length === 0) return ok([]);
  const lock = await acquireLock(applyLockPath(ports.paths));
  if (!lock.ok) return lock;
  try {
    return await settleUnderLock(ports);
  } finally {
    await lock.value.release();
  }
}

/** As above, for a caller that holds the apply lock. All are tried; the first failure is the error. */
export async function settleUnderLock(
  ports: RecreatePorts,
): Promise<Result<readonly SettledRecreate[], AppError>> {
  const settled: SettledRecreate[] = [];
  let failure: Result<never, AppError> | null = null;
  for (const { file, journal } of await interruptedGroups(ports)) {
    const group = await settleGroup(ports, file, journal);
    if (group.ok) settled.push(group.value);
    else failure ??= group;
  }
  return failure ?? ok(settled);
}

interface InterruptedGroup {
  readonly file: string;
  readonly journal: RecreateJournal | 'damaged';
}

async function interruptedGroups({ paths }: RecreatePorts): Promise<InterruptedGroup[]> {
  const found = await Promise.all(
    recreateJournalPaths(paths).map(async (file) => ({ file, journal: await readRecreateJournal(file) })),
  );
  return found.flatMap(({ file, journal }) => (journal === null ? [] : [{ file, journal }]));
}

async function settleGroup(
  ports: RecreatePorts,
  file: string,
  journal: InterruptedGroup['journal'],
): Promise<Result<SettledRecreate, AppError>> {
  if (journal === 'damaged')
    return fail('apply.rollback-failed', message('containers.journal-damaged'), {
      hint: message('containers.delete-journal', { recreateJournalPath: file }),
    });
  const names = journal.members.map(({ name }) => name);
  if (journal.phase === 'finishing') {
    const finished = await finishRecreate(ports, journal, file);
    return finished.ok ? ok({ names, how: 'finished', problems: finished.value }) : finished;
  }
  if (journal.step === 'stop') await awaitRequestedStop(ports, journal);
  const pushed = await rollForwardRecreate(ports, journal, file, false);
  if (pushed !== null) return pushed.ok ? ok({ names, how: 'rolled-forward', problems: [] }) : pushed;
  const back = await rollBackRecreate(ports, journal, file);
  return back.ok ? ok({ names, how: 'rolled-back', problems: [] }) : back;
}

/**
 * An engine continues a stop whose client is gone: what still runs would end a moment after it was found
 * running. So that stop is requested again, which ends with it. Members are stopped one by one, the last one
 * first: for those before the first one that runs, no stop was requested.
 */
async function awaitRequestedStop({ engine }: RecreatePorts, { members }: RecreateJournal): Promise<void> {
  for (const member of members.toReversed()) {
    const found = member.wasRunning ? await inspect(engine, member.oldId) : ok(null);
    if (!found.ok) return;
    if (found.value === null || !isUp(found.value)) continue;
    // One that cannot be stopped runs on: the roll back finds it so.
    await stopOld(engine, found.value, { ...member, isUp: true }).catch(() => undefined);
    return;
  }
}
