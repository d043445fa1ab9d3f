import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { ContainerView } from '../archive/container-view.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import type { ContainerFacts, ContainerLayers } from '../engine-api/engine-facts.ts';

/**
 * Files that dockerd opens in a container's layers, as root and on a mount without nodev, before it starts a
 * process.
 */
const userFiles = ['/etc/passwd', '/etc/group'] as const;
type UserFile = (typeof userFiles)[number];

/** Cached results for images, by the paths of their layers. */
const cache = new Map<string, UserFile | null>();
const maxCached = 1000;

/**
 * Refuses to start a container whose /etc/passwd or /etc/group is a device, a FIFO or a socket (A5): the
 * engine would open a device of the machine, or wait for a FIFO for ever. `what`: the request, for the text.
 * Null where the files are regular, and where the paths of the layers are unknown.
 */
export async function userFilesDenial(
  container: ContainerFacts,
  what: string | Message,
): Promise<Denial | null> {
  const { layers } = container;
  if (layers === null || container.running) return null;
  const isTouched = await lstat(path.join(layers.upper, 'etc')).then(
    () => true,
    () => false,
  );
  const special = isTouched ? await specialFile(container, layers) : await imageUserFile(container, layers);
  return special === null
    ? null
    : deny('special-user-file', what, {
        detail: message('gateway.user-file-is-special', { special, name: container.name }),
      });
}

/**
 * For a container that changed nothing below /etc. The result is cached: layers of images never change, and
 * an image may have a hundred.
 */
async function imageUserFile(container: ContainerFacts, layers: ContainerLayers): Promise<UserFile | null> {
  const key = layers.lowers.slice(1).join(':');
  const found = cache.get(key);
  if (found !== undefined) return found;
  const special = await specialFile(container, layers);
  if (cache.size >= maxCached) cache.clear();
  cache.set(key, special);
  return special;
}

async function specialFile(container: ContainerFacts, layers: ContainerLayers): Promise<UserFile | null> {
  // The engine opens them before it mounts volumes and binds.
  const view = await ContainerView.open({
    facts: { ...container, layers, mounts: [] },
    requestedName: container.name,
    run: null,
  });
  for (const file of userFiles) if (await view.isSpecial(file)) return file;
  return null;
}
