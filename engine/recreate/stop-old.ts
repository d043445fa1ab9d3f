import { setTimeout } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import type { ContainerInspection } from '../../shared/containers/container-inspection.ts';
import { engineMessage } from '../base/docker-client.ts';
import { ignoreAbsent } from './ignore-absent.ts';
import type { JournalMember } from './recreate-journal.ts';
import { inspect } from './recreate-ports.ts';

type OldContainer = Pick<JournalMember, 'restartPolicy' | 'autoRemove'> & { readonly isUp: boolean };

/** How often, and at most how long, ms, it is looked whether the engine has removed a container. */
const pollIntervalMs = 100,
  longestRemovalMs = 120_000;

/**
 * Stops the old container of a recreation, if it `isUp`, with its own signal and timeout, and without a
 * restart policy: an engine that restarts meanwhile must not start it again. For one that removes itself,
 * resolves once it is gone.
 */
export async function stopOld(
  engine: Dockerode,
  { view, config }: ContainerInspection,
  { restartPolicy, autoRemove, isUp }: OldContainer,
): Promise<void> {
  const old = engine.getContainer(view.Id);
  if (!['', 'no'].includes(restartPolicy.Name)) await old.update({ RestartPolicy: { Name: 'no' } });
  if (!isUp) return;
  // Named in the request, so that this may take as long: if it ended before, the roll back would find the old
  // one running, which would end a moment later.
  const timeout = config['StopTimeout'];
  const options = typeof timeout === 'number' && timeout >= 0 ? { t: timeout } : {};
  await ignoreAbsent(
    old.stop(options).catch((error: unknown) => {
      if (!/already stopped|not running/.test(engineMessage(error)) && !isNotModified(error)) throw error;
    }),
  );
  if (autoRemove) await awaitRemoval(engine, view.Id);
}

/**
 * Resolves once a container run with --rm is gone, or the engine has failed to remove it. Not by the engine's
 * own wait: one that begins at the moment of the removal never ends.
 */
async function awaitRemoval(engine: Dockerode, id: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < longestRemovalMs; waitedMs += pollIntervalMs) {
    const found = await inspect(engine, id);
    if (!found.ok) throw new Error(found.error.reason ?? found.error.message);
    if (found.value === null || found.value.view.State.Status === 'dead') return;
    await setTimeout(pollIntervalMs);
  }
}

const isNotModified = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 304;
