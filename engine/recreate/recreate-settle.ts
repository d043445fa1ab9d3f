import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import { isUp, type ContainerInspection } from '../../shared/containers/container-inspection.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { root } from '../base/docker-client-as.ts';
import { engineReason } from '../base/docker-client.ts';
import { commitOld } from './commit-old.ts';
import { ignoreAbsent } from './ignore-absent.ts';
import { makeContainer } from './recreate-create.ts';
import { imageOf } from './recreate-facts.ts';
import type { JournalMember, RecreateJournal } from './recreate-journal.ts';
import { removeJournalFile } from '../base/files.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { joinMessages } from '../../shared/messages/join-messages.ts';
import { inspect, type RecreatePorts } from './recreate-ports.ts';
import { stopOld } from './stop-old.ts';

/**
 * Rolls back a recreation from any point: removes created containers, and restores names, restart policies
 * and processes of the old ones. It reads the state of the engine, not the step in the journal, so it is
 * idempotent. Removes the journal, `file`, when all is restored that still exists.
 */
export async function rollBackRecreate(
  ports: RecreatePorts,
  journal: RecreateJournal,
  file: string,
): Promise<Result<void, AppError>> {
  const problems: Message[] = [];
  const attempt = async (what: Message, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      problems.push(message('common.what-and-why', { what, why: engineReason(error) }));
    }
  };
  for (const member of journal.members.toReversed()) {
    await attempt(message('containers.new-one-not-removed', { name: member.name }), () =>
      removeCreated(ports.engine, member),
    );
  }
  const gone: Message[] = [];
  for (const member of journal.members) {
    const what = message('containers.not-rolled-back', { name: member.name });
    await attempt(what, async () => {
      if (await restoreMember(ports, member)) return;
      gone.push(message('common.what-and-why', { what, why: message('containers.old-one-gone') }));
    });
  }
  await ports.onCheckpoint?.('put back');
  for (const { commitTo } of journal.members) {
    if (commitTo !== null)
      await attempt(message('containers.image-not-removed', { image: commitTo }), () =>
        ignoreAbsent(ports.engine.getImage(commitTo).remove()),
      );
  }
  if (problems.length > 0)
    return fail('apply.rollback-failed', message('containers.rollback-incomplete'), {
      reason: joinMessages('statements', problems),
      hint: message('containers.recreate-retries-rollback'),
    });
  const removed = await removeJournalFile(file);
  // Trying again would not bring it back.
  return removed.ok && gone.length > 0
    ? fail('apply.rollback-failed', message('containers.rollback-incomplete'), {
        reason: joinMessages('statements', gone),
      })
    : removed;
}

/**
 * Removes every container created for a member, by its recorded id, and by the names that only it can have.
 */
async function removeCreated(docker: Docker, member: JournalMember): Promise<void> {
  for (const reference of [member.newId, member.temporaryName, trialName(member)]) {
    if (reference === null) continue;
    const found = await inspect(docker, reference);
    if (!found.ok) throw new Error(found.error.reason ?? found.error.message);
    // Never the old one, whatever its name.
    if (found.value === null || found.value.view.Id === member.oldId) continue;
    // With volumes: those taken over from the old one are referenced by name, and stay.
    await ignoreAbsent(docker.getContainer(found.value.view.Id).remove({ force: true, v: true }));
  }
}

/** False: somebody has removed it. */
async function restoreMember({ engine }: RecreatePorts, member: JournalMember): Promise<boolean> {
  const found = await inspectOrThrow(engine, member.oldId);
  if (found === null) return false;
  const old = engine.getContainer(member.oldId);
  if (found.name !== member.name) await old.rename({ name: member.name });
  const { Name, MaximumRetryCount } = found.view.HostConfig.RestartPolicy;
  if (Name !== member.restartPolicy.Name || MaximumRetryCount !== member.restartPolicy.MaximumRetryCount)
    await old.update({ RestartPolicy: member.restartPolicy });
  if (member.wasRunning && !found.view.State.Running) await old.start();
  return true;
}

/**
 * Completes a recreation whose new containers run well: removes the old ones if that was requested and the
 * new one still exists, and the journal, `file`. The value lists problems.
 */
export async function finishRecreate(
  ports: RecreatePorts,
  journal: RecreateJournal,
  file: string,
): Promise<Result<Message[], AppError>> {
  const problems: Message[] = [];
  for (const member of journal.members) {
    if (!member.removeOld) continue;
    const created = await inspect(ports.engine, member.newId ?? member.name);
    const old = await inspect(ports.engine, member.oldId);
    if (!created.ok) return created;
    if (!old.ok) return old;
    if (old.value === null) continue;
    // Since then the machine may have crashed, or somebody may have removed it.
    if (created.value === null || created.value.view.Id === member.oldId) {
      problems.push(message('containers.new-one-missing', { name: member.name, old: old.value.name }));
      continue;
    }
    // Without volumes: the new one uses them.
    try {
      await ignoreAbsent(ports.engine.getContainer(member.oldId).remove({ v: false }));
    } catch (error) {
      problems.push(
        message('containers.old-one-not-removed', {
          name: member.keptName,
          reason: engineReason(error),
        }),
      );
    }
  }
  const removed = await removeJournalFile(file);
  return removed.ok ? ok(problems) : removed;
}

/**
 * Name of the trial container, created before anything is stopped to find out whether the gateway allows it.
 */
export const trialName = (member: Pick<JournalMember, 'temporaryName'>): string =>
  `${member.temporaryName}-trial`;

/**
 * Completes a recreation that cannot be rolled back, since an old container is gone: one run with --rm once
 * it stops, any other if somebody removes it after its stop (`docker container prune`). Then the new one is
 * all there is. Renames and starts the new ones. Null: it can be rolled back. The value describes the
 * outcome. A new one that is gone as well is created once more, so that its configuration is not lost. It is
 * not started if it ran before (it ended, or somebody has removed both), or if its start just failed
 * (`startFailed`).
 */
export async function rollForwardRecreate(
  ports: RecreatePorts,
  journal: RecreateJournal,
  file: string,
  startFailed: boolean,
): Promise<Result<Message, AppError> | null> {
  const gone: JournalMember[] = [];
  for (const member of journal.members) {
    const old = await inspect(ports.engine, member.oldId);
    if (!old.ok) return old;
    if (old.value === null && (member.autoRemove || journal.step !== 'create')) gone.push(member);
  }
  if (gone.length === 0) return null;
  const problems: Message[] = [];
  for (const member of journal.members) {
    try {
      problems.push(...(await replaceOld(ports, journal, member, startFailed)));
    } catch (error) {
      problems.push(message('common.what-and-why', { what: member.name, why: engineReason(error) }));
    }
  }
  const removed = await removeJournalFile(file);
  if (!removed.ok) return removed;
  const names = joinMessages(
    'enumeration',
    gone.map(({ name }) => name),
  );
  const what = gone.every(({ autoRemove }) => autoRemove)
    ? message('containers.auto-removed', { names })
    : message('containers.removed-meanwhile', { names });
  return problems.length === 0
    ? ok(what)
    : fail('apply.rollback-failed', what, { reason: joinMessages('statements', problems) });
}

/** Gives a member's new container the place of the old one. The value lists problems. */
async function replaceOld(
  ports: RecreatePorts,
  journal: RecreateJournal,
  member: JournalMember,
  startFailed: boolean,
): Promise<Message[]> {
  const { name } = member;
  // Or one of its group has.
  const hasRun = journal.step === 'wait';
  if (hasRun && member.autoRemove) await waitForAutoRemoval(ports.engine, member);
  const found = await newest(ports.engine, member);
  const created = found.created ?? (await createAgain(ports, member));
  if (created === null) {
    await restoreMember(ports, member);
    return [message('containers.no-new-one', { name })];
  }
  if (found.trial) {
    const uncommitted = await commitBeforeStop(ports.engine, member);
    if (uncommitted !== null) {
      await removeCreated(ports.engine, member);
      return [uncommitted];
    }
  }
  await putAside(ports.engine, member);
  const lacksCommit = found.trial && member.commitTo !== null;
  const problems = lacksCommit ? [await describeLostWrites(ports.engine, member)] : [];
  const container = ports.engine.getContainer(created.view.Id);
  const holder = await inspectOrThrow(ports.engine, name);
  if (holder?.name === name && holder.view.Id !== created.view.Id) {
    // Of several, others may use its namespaces.
    if (created.view.State.Status === 'created' && journal.members.length === 1)
      await ignoreAbsent(container.remove({ force: true, v: true }));
    return [...problems, message('containers.name-in-use', { name })];
  }
  if (created.name !== name) await container.rename({ name });
  if (found.created === null && (hasRun || startFailed))
    return [...problems, message('containers.new-one-not-started', { name })];
  if (member.wasRunning && !created.view.State.Running)
    await ports
      .clients(member.making?.user ?? root)
      .getContainer(created.view.Id)
      .start();
  return problems;
}

/**
 * Commits an old container that is to be committed and would be gone with its stop, being run with --rm. The
 * problem if that fails: it must not be stopped then.
 */
async function commitBeforeStop(
  docker: Docker,
  { oldId: id, name, autoRemove, commitTo: to }: JournalMember,
): Promise<Message | null> {
  if (!autoRemove || to === null) return null;
  const old = await inspectOrThrow(docker, id);
  if (old === null || !isUp(old)) return null;
  try {
    await commitOld(docker, { id, name, to, isUp: true });
    return null;
  } catch (error) {
    return message('containers.old-one-not-committed', { name, why: engineReason(error) });
  }
}

/**
 * Stops an old container for good, whatever its name, and gives it the name under which it is kept. For one
 * that removes itself, resolves once it is gone.
 */
async function putAside(docker: Docker, member: JournalMember): Promise<void> {
  const old = await inspectOrThrow(docker, member.oldId);
  if (old === null) return;
  const wasUp = isUp(old);
  await stopOld(docker, old, { ...member, isUp: wasUp });
  if (old.name !== member.name || (wasUp && member.autoRemove)) return;
  await ignoreAbsent(docker.getContainer(member.oldId).rename({ name: member.keptName }));
}

/** Creates the new container of a member once more; null if its create request is not recorded. */
async function createAgain(
  ports: RecreatePorts,
  { making, temporaryName, oldId }: JournalMember,
): Promise<ContainerInspection | null> {
  // While the old one still exists, the new one's resources are in use by it.
  if (making === undefined || (await inspectOrThrow(ports.engine, oldId)) !== null) return null;
  const { body, networks, ...options } = making;
  const created = await makeContainer(
    ports,
    { body, networks },
    { ...options, name: temporaryName, onCreated: () => Promise.resolve(ok(undefined)) },
  );
  if (!created.ok) throw new Error(`${created.error.message}: ${created.error.reason ?? ''}`);
  return inspectOrThrow(ports.engine, created.value);
}

/** Waits for the engine to remove a new container that ran with --rm and ended. */
async function waitForAutoRemoval(docker: Docker, { newId }: JournalMember): Promise<void> {
  if (newId === null) return;
  for (let attempt = 0; attempt < 100; attempt++) {
    const created = await inspectOrThrow(docker, newId);
    if (created === null || created.view.State.Running) return;
    await ignoreAbsent(docker.getContainer(newId).remove({ force: true, v: true }));
    // If the engine is already removing it, there is no event to wait for.
    await setTimeout(100);
  }
}

async function inspectOrThrow(docker: Docker, reference: string): Promise<ContainerInspection | null> {
  const found = await inspect(docker, reference);
  if (!found.ok) throw new Error(found.error.reason ?? found.error.message);
  return found.value;
}

/** The new container of a member, or else its trial container. With both, the trial container is removed. */
async function newest(
  docker: Docker,
  member: JournalMember,
): Promise<{ readonly created: ContainerInspection | null; readonly trial: boolean }> {
  const created =
    (member.newId === null ? null : await inspectOrThrow(docker, member.newId)) ??
    (await inspectOrThrow(docker, member.temporaryName));
  const trial = await inspectOrThrow(docker, trialName(member));
  if (created === null || trial === null)
    return { created: created ?? trial, trial: created === null && trial !== null };
  await ignoreAbsent(docker.getContainer(trial.view.Id).remove({ force: true, v: true }));
  return { created, trial: false };
}

/** That a new one lacks what was written inside the old one, and where that is still available. */
async function describeLostWrites(
  docker: Docker,
  { name, oldId, commitTo }: JournalMember,
): Promise<Message> {
  const old = await inspect(docker, oldId);
  if (old.ok && old.value !== null)
    return message('containers.writes-in-old-container', { name, kept: old.value.name });
  return commitTo !== null && (await imageOf(docker, commitTo)) !== null
    ? message('containers.writes-in-image', { name, image: commitTo })
    : message('containers.writes-missing', { name });
}
