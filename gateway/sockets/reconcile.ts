import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { EngineTimeout, type EngineFacts } from '../engine-api/engine-facts.ts';
import type { ImageTrust } from '../trust/image-verdict.ts';
import type { EngineContainers, ListedContainer } from './engine-containers.ts';
import { mismatchDenial } from './grant.ts';
import type { OwnedSocketMounts } from './mounts.ts';
import type { SocketMount } from '../base/socket-mount.ts';

export interface ReconcileOptions {
  readonly mounts: OwnedSocketMounts;
  readonly containers: EngineContainers;
  readonly facts: EngineFacts;
  readonly trust: ImageTrust | null;
  readonly settings: () => EffectiveSettings['socket'];
  readonly log: (line: string) => void;
}

/** A create request that takes longer than this is considered failed, ms. */
export const pendingMs = 5 * 60_000;

/**
 * Reconciles the mounts with the engine's containers: a mount whose container was removed is removed; one
 * without a container (the gateway or the client died in between) is bound to the container that mounts it,
 * or removed; a container whose mount has lost its record gets a new one, if its image is allowed. Rejects
 * when the engine can't be reached.
 */
export async function reconcile(options: ReconcileOptions): Promise<void> {
  const { mounts, containers, facts, log } = options;
  // Before the list request: a container created meanwhile is not in its response.
  const before = mounts.list();
  const listed = await containers.list();
  const ids = new Set(listed.map(({ id }) => id));
  for (const mount of before) {
    if (mount.container !== null) {
      const { id, name } = mount.container;
      if (ids.has(id)) continue;
      // Its socket can't be made again while it runs: no list alone is enough.
      const exists = await containers.exists(id).catch((error: unknown) => String(error));
      if (exists === false) await mounts.discard(mount.id);
      else
        log(
          `container ${name} is missing in the engine's list of ${ids.size} containers, ` +
            (exists === true ? 'but exists' : `and the engine does not say whether it exists: ${exists}`),
        );
      continue;
    }
    if (mounts.get(mount.id)?.container !== null) continue; // bound, or gone, meanwhile
    const holder = listed.find(({ binds }) => binds.includes(mount.socket));
    if (holder !== undefined) await skipOnTimeout(holder.name, () => bindLate(mount, holder, options));
    else if ((mounts.pendingForMs(mount.id) ?? Infinity) > pendingMs) await mounts.discard(mount.id);
  }
  for (const id of mounts.lost()) {
    if (!listed.some(({ binds }) => binds.some((source) => mounts.idAt(source) === id)))
      await mounts.discard(id);
  }
  for (const container of listed) {
    const id = container.binds.map((source) => mounts.idAt(source)).find((one) => one !== null);
    if (id === undefined || id === null || mounts.get(id) !== null) continue;
    await skipOnTimeout(container.name, async () => {
      const restored = await restoreRecord(container, options);
      log(
        restored === null
          ? `container ${container.name} mounts a Docker socket (${id}) that has lost its record: ` +
              'it was made again; restart the container to use it'
          : `container ${container.name} mounts a Docker socket (${id}) that has lost its record; ` +
              `it stays dead: ${restored}`,
      );
    });
  }

  /**
   * A container that the engine does not report in time does not block the others; the next reconciliation
   * retries it.
   */
  async function skipOnTimeout(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof EngineTimeout)) throw error;
      log(`the Docker socket of container ${name} stays as it is for now: ${error.message}`);
    }
  }

  async function bindLate(
    mount: SocketMount,
    holder: ListedContainer,
    { log }: ReconcileOptions,
  ): Promise<void> {
    const found = await facts.container(holder.id);
    if (found === null) return;
    const denial = mismatchDenial(found, mount, mounts);
    if (denial === null) await mounts.bind(mount.id, { id: found.id, name: found.name });
    else
      log(
        `the Docker socket of container ${found.name} (${mount.id}) stays dead: ` +
          `${denial.detail ?? denial.what}`,
      );
  }
}

/** Null when the record was restored, else the reason why not. */
async function restoreRecord(
  container: ListedContainer,
  { mounts, facts, trust, settings }: ReconcileOptions,
): Promise<string | null> {
  const found = await facts.container(container.id);
  const socket = found?.mounts.map(({ source }) => source).find((source) => mounts.idAt(source) !== null);
  const id = socket === undefined ? null : mounts.idAt(socket);
  if (found === null || id === null || socket === undefined) return 'the container is gone';
  const verdict = trust === null ? null : await trust.decide(found.imageId, settings());
  if (verdict?.trusted !== true) return verdict?.detail ?? 'this gateway cannot check images';
  const mount: SocketMount = {
    id,
    socket,
    image: found.image,
    imageId: found.imageId,
    allowedBy: verdict.allowedBy,
    derivedFrom: verdict.derivedFrom,
    governing: [],
    createdBy: null,
    byClient: false,
    container: null,
  };
  const denial = mismatchDenial(found, mount, mounts);
  if (denial !== null) return denial.detail ?? denial.what;
  await mounts.open(mount);
  await mounts.bind(id, { id: found.id, name: found.name });
  return null;
}
