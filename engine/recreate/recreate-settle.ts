import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Inspected } from '../../shared/containers/inspected.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { root } from '../base/docker-client-as.ts';
import { engineMessage, statusOf } from '../base/docker-client.ts';
import { makeContainer } from './recreate-create.ts';
import { imageOf } from './recreate-facts.ts';
import { removeRecreateJournal, type JournalMember, type RecreateJournal } from './recreate-journal.ts';
import { message } from '../../shared/messages/message.ts';
import { inspect, type RecreatePorts } from './recreate-ports.ts';

/**
 * Undoes a recreation from whatever point it had come to: what was made goes, the old ones get their names,
 * restart policies and processes back. Looks at the engine, not at how far the journal says it went, so that
 * it may be done any number of times. The journal goes when all is back.
 */
export async function rollBackRecreate(
  ports: RecreatePorts,
  journal: RecreateJournal,
): Promise<Result<void, AppError>> {
  const problems: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      problems.push(`${what}: ${engineMessage(error)}`);
    }
  };
  for (const member of journal.members.toReversed()) {
    await attempt(`what was made for ${member.name} could not be removed`, () =>
      removeMade(ports.engine, member),
    );
  }
  for (const member of journal.members)
    await attempt(`${member.name} could not be put back`, () => putBack(ports, member));
  await ports.onCheckpoint?.('put back');
  for (const { commitTo } of journal.members) {
    if (commitTo !== null)
      await attempt(`image ${commitTo} could not be removed`, () =>
        absentIsFine(ports.engine.getImage(commitTo).remove()),
      );
  }
  if (problems.length > 0)
    return fail('apply.rollback-failed', message('containers.going-back-did-not-work-out-altogether'), {
      reason: problems.join('; '),
      hint: message('containers.look-at-docker-ps-bulkhead-containers-recreate'),
    });
  return removeRecreateJournal(ports.paths);
}

/** Every container made for a member, by id as far as that was noted, and by the names only it can have. */
async function removeMade(docker: Docker, member: JournalMember): Promise<void> {
  for (const reference of [member.newId, member.temporaryName, trialName(member)]) {
    if (reference === null) continue;
    const found = await inspect(docker, reference);
    if (!found.ok) throw new Error(found.error.reason ?? found.error.message);
    // Never the old one, whatever it is called.
    if (found.value === null || found.value.view.Id === member.oldId) continue;
    // With volumes: those it has from the old one are in it by name, and stay.
    await absentIsFine(docker.getContainer(found.value.view.Id).remove({ force: true, v: true }));
  }
}

async function putBack(ports: RecreatePorts, member: JournalMember): Promise<void> {
  const { engine: docker } = ports;
  const found = await inspect(docker, member.oldId);
  if (!found.ok) throw new Error(found.error.reason ?? found.error.message);
  if (found.value === null) throw new Error('it is gone');
  const old = docker.getContainer(member.oldId);
  if (found.value.name !== member.name) await old.rename({ name: member.name });
  const { Name, MaximumRetryCount } = found.value.view.HostConfig.RestartPolicy;
  if (Name !== member.restartPolicy.Name || MaximumRetryCount !== member.restartPolicy.MaximumRetryCount)
    await old.update({ RestartPolicy: member.restartPolicy });
  if (member.wasRunning && !found.value.view.State.Running) await old.start();
}

/**
 * Ends a recreation whose new containers were seen to be well: the old ones go, where they should and the new
 * one is still there. The value says what is not as it should be.
 */
export async function finishRecreate(
  ports: RecreatePorts,
  journal: RecreateJournal,
): Promise<Result<string[], AppError>> {
  const problems: string[] = [];
  for (const member of journal.members) {
    if (!member.removeOld) continue;
    const made = await inspect(ports.engine, member.newId ?? member.name);
    const old = await inspect(ports.engine, member.oldId);
    if (!made.ok) return made;
    if (!old.ok) return old;
    if (old.value === null) continue;
    // Between that and now the machine may have gone down, or somebody removed it.
    if (made.value === null || made.value.view.Id === member.oldId) {
      problems.push(`the new ${member.name} is gone, so the old one stays, as ${old.value.name}`);
      continue;
    }
    // Without volumes: the new one has them.
    try {
      await absentIsFine(ports.engine.getContainer(member.oldId).remove({ v: false }));
    } catch (error) {
      problems.push(`${member.keptName} could not be removed: ${engineMessage(error)}`);
    }
  }
  const removed = await removeRecreateJournal(ports.paths);
  return removed.ok ? ok(problems) : removed;
}

/**
 * What a container is called that only tries out, before anything is stopped, whether the gateway lets it be
 * made.
 */
export const trialName = (member: Pick<JournalMember, 'temporaryName'>): string =>
  `${member.temporaryName}-trial`;

/** Waits for a removal; what is gone already is fine, and so is what another is removing just now. */
export async function absentIsFine(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (
      statusOf(error) !== 404 &&
      !(statusOf(error) === 409 && /already in progress/.test(engineMessage(error)))
    )
      throw error;
  }
}

/**
 * Where there is no way back, since a container run with --rm is gone once it stops: gives the new ones their
 * names and starts them. Null: there is a way back. The value says what is the case now. A new one that is
 * gone as well is made once more; it is not started where it ran and ended, nor where its start failed just
 * now (`startFailed`): it would be gone again.
 */
export async function pushOnRecreate(
  ports: RecreatePorts,
  journal: RecreateJournal,
  startFailed: boolean,
): Promise<Result<string, AppError> | null> {
  const gone: string[] = [];
  for (const member of journal.members) {
    const old = await inspect(ports.engine, member.oldId);
    if (!old.ok) return old;
    if (old.value === null && member.autoRemove) gone.push(member.name);
  }
  if (gone.length === 0) return null;
  const left: string[] = [];
  for (const member of journal.members) {
    try {
      const old = await inspect(ports.engine, member.oldId);
      if (old.ok && old.value?.name === member.name) {
        if (old.value.view.State.Running) await ports.engine.getContainer(member.oldId).stop();
        await ports.engine.getContainer(member.oldId).rename({ name: member.keptName });
      }
      const ended = journal.step === 'wait' && member.autoRemove;
      if (ended) await goneIfEnded(ports.engine, member);
      const found = await newest(ports.engine, member);
      const made = found.made ?? (await makeAgain(ports, member));
      const trial = found.trial;
      if (made === null) {
        left.push(`there is no new ${member.name}`);
        continue;
      }
      if (trial)
        left.push(
          `the new ${member.name} is without what was written inside the old one${await whereWrites(ports.engine, member)}`,
        );
      const container = ports.engine.getContainer(made.view.Id);
      if (made.name !== member.name) await container.rename({ name: member.name });
      if (found.made === null && (ended || startFailed)) {
        left.push(`the new ${member.name} is made once more and not started`);
        continue;
      }
      if (member.wasRunning && !made.view.State.Running)
        await ports
          .clients(member.making?.user ?? root)
          .getContainer(made.view.Id)
          .start();
    } catch (error) {
      left.push(`${member.name}: ${engineMessage(error)}`);
    }
  }
  const removed = await removeRecreateJournal(ports.paths);
  if (!removed.ok) return removed;
  const what = `${gone.join(', ')} ran with --rm and is gone; what was made of it stands in its place`;
  return left.length === 0 ? ok(what) : fail('apply.rollback-failed', what, { reason: left.join('; ') });
}

/** Makes the new one of a member once more; null where it is not known how. */
async function makeAgain(
  ports: RecreatePorts,
  { making, temporaryName, oldId }: JournalMember,
): Promise<Inspected | null> {
  // While the old one is still there it has what the new one is to have.
  if (making === undefined || (await inspectOrThrow(ports.engine, oldId)) !== null) return null;
  const { body, networks, ...options } = making;
  const made = await makeContainer(
    ports,
    { body, networks },
    { ...options, name: temporaryName, made: () => Promise.resolve(ok(undefined)) },
  );
  if (!made.ok) throw new Error(`${made.error.message}: ${made.error.reason ?? ''}`);
  return inspectOrThrow(ports.engine, made.value);
}

/** Waits until a new one that ran with --rm and ended is gone, as the engine is about to have it. */
async function goneIfEnded(docker: Docker, { newId }: JournalMember): Promise<void> {
  if (newId === null) return;
  for (let attempt = 0; attempt < 100; attempt++) {
    const made = await inspectOrThrow(docker, newId);
    if (made === null || made.view.State.Running) return;
    await absentIsFine(docker.getContainer(newId).remove({ force: true, v: true }));
    // Where the engine is at it already there is nothing to wait for but time.
    await setTimeout(100);
  }
}

async function inspectOrThrow(docker: Docker, reference: string): Promise<Inspected | null> {
  const found = await inspect(docker, reference);
  if (!found.ok) throw new Error(found.error.reason ?? found.error.message);
  return found.value;
}

/**
 * The new one of a member; failing that the one that only tried out whether it may be made, which else goes.
 */
async function newest(
  docker: Docker,
  member: JournalMember,
): Promise<{ readonly made: Inspected | null; readonly trial: boolean }> {
  const made =
    (member.newId === null ? null : await inspectOrThrow(docker, member.newId)) ??
    (await inspectOrThrow(docker, member.temporaryName));
  const trial = await inspectOrThrow(docker, trialName(member));
  if (made === null || trial === null) return { made: made ?? trial, trial: made === null && trial !== null };
  await absentIsFine(docker.getContainer(trial.view.Id).remove({ force: true, v: true }));
  return { made, trial: false };
}

/** Where what was written inside an old one is all the same. */
async function whereWrites(docker: Docker, member: JournalMember): Promise<string> {
  const old = await inspect(docker, member.oldId);
  if (old.ok && old.value !== null) return `, which is kept as ${old.value.name}`;
  return member.commitTo !== null && (await imageOf(docker, member.commitTo)) !== null
    ? `: that is in image ${member.commitTo}`
    : '';
}
