import { randomBytes } from 'node:crypto';
import { retainedName } from '../../shared/policy/retained-name.ts';
import type { JournalMember, RecreateJournal } from './recreate-journal.ts';
import type { PlannedMember } from './recreate-plan.ts';

/** The journal of a recreation that is about to create its containers. `names`: the names in use. */
export function newRecreateJournal(
  members: readonly PlannedMember[],
  names: ReadonlySet<string>,
  now: Date,
): RecreateJournal {
  return {
    format: 1,
    startedAt: now.toISOString(),
    phase: 'replacing',
    step: 'create',
    members: members.map(
      ({ id, name, running, commit, removeOld, subject: { inspected } }): JournalMember => ({
        oldId: id,
        name,
        temporaryName: `${name}-under-eci-${randomBytes(4).toString('hex')}`,
        keptName: retainedName(name, names),
        newId: null,
        wasRunning: running,
        restartPolicy: inspected.view.HostConfig.RestartPolicy,
        autoRemove: inspected.view.HostConfig.AutoRemove,
        commitTo: commit ? commitReference(name, now) : null,
        removeOld,
      }),
    ),
  };
}

/** The image to which a container's layer is committed. */
export function commitReference(name: string, at: Date): string {
  return `bulkhead/recreated:${name.slice(0, 100)}-${at.toISOString().replaceAll(/[-:]|\.\d+Z$/g, '')}`;
}
