import type Dockerode from 'dockerode';
import { engineMessage } from '../base/docker-client.ts';
import type { JournalMember } from './recreate-journal.ts';
import type { PlannedMember } from './recreate-plan.ts';
import { ignoreAbsent } from './recreate-settle.ts';

/**
 * Stops the old container of a recreation with its own signal and timeout, and without a restart policy: an
 * engine that restarts meanwhile must not start it again. For one that removes itself, resolves once it is
 * gone.
 */
export async function stopMember(
  engine: Dockerode,
  { id, running, subject: { inspected } }: PlannedMember,
  { restartPolicy, autoRemove }: JournalMember,
): Promise<void> {
  const old = engine.getContainer(id);
  if (!['', 'no'].includes(restartPolicy.Name)) await old.update({ RestartPolicy: { Name: 'no' } });
  if (!running) return;
  const removed = autoRemove ? ignoreAbsent(old.wait({ condition: 'removed' })) : Promise.resolve();
  // Named in the request, so that this may take as long: if it ended before, the old one would be found running
  // by the roll back, and end a moment later.
  const timeout = inspected.config['StopTimeout'];
  const options = typeof timeout === 'number' && timeout >= 0 ? { t: timeout } : {};
  await ignoreAbsent(
    old.stop(options).catch((error: unknown) => {
      if (!/already stopped|not running/.test(engineMessage(error)) && !isNotModified(error)) throw error;
    }),
  );
  await removed;
}

const isNotModified = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 304;
