import type { SocketMountModule } from './socket-mount-module.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import path from 'node:path';
import type { ListenAddress, Listener } from '../http/listener.ts';
import type { ImageTrust } from '../trust/image-verdict.ts';
import { createAdmission } from './admission.ts';
import { engineContainers } from './engine-containers.ts';
import { followEngine } from './follow-engine.ts';
import type { ListenerStore } from '../../shared/gateway/listener-handoff.ts';
import { createSocketMounts } from './mounts.ts';
import { openMountRecords } from './mount-records.ts';
import { message } from '../../shared/messages/message.ts';
import type { Origin, SocketMounts } from '../base/socket-mount.ts';

export interface SocketMountModuleOptions {
  /** Directory of the gateway's persistent state; mounts are below `sockets`. */
  readonly stateDirectory: string;
  readonly engineSocket: string;
  readonly facts: EngineFacts;
  readonly trust: ImageTrust | null;
  readonly settings: () => EffectiveSettings['socket'];
  readonly listen: (at: ListenAddress, origin: Origin) => Promise<Result<Listener, AppError>>;
  readonly listenerStore: ListenerStore;
  readonly log: (line: string) => void;
}

export const socketsDirectory = (stateDirectory: string): string => path.join(stateDirectory, 'sockets');

/** Errors: `engine.start-failed` when the directory can't be created or read. */
export function openSocketMounts(options: SocketMountModuleOptions): Result<SocketMountModule, AppError> {
  const { facts, trust, log } = options;
  const directory = socketsDirectory(options.stateDirectory);
  let records;
  try {
    records = openMountRecords(directory);
  } catch (error) {
    return fail('engine.start-failed', message('sharing.directory-unusable', { directory }), {
      cause: error,
      hint: message('sharing.check-rights'),
    });
  }
  const containers = engineContainers(options.engineSocket);
  const mounts = createSocketMounts({
    directory,
    records,
    listen: options.listen,
    listenerStore: options.listenerStore,
    log,
  });
  const follower = followEngine({ mounts, containers, facts, trust, settings: options.settings, log });
  const followed: SocketMounts = {
    reserve: () => mounts.reserve(),
    bind: (id, container) => mounts.bind(id, container),
    renew: (id, verdict) => mounts.renew(id, verdict),
    discard: (id) => mounts.discard(id),
    get: (id) => mounts.get(id),
    getRecorded: (id) => mounts.getRecorded(id),
    bySocket: (socket) => mounts.bySocket(socket),
    idAt: (file) => mounts.idAt(file),
    list: () => mounts.list(),
    open: async (mount) => {
      await mounts.open(mount);
      follower.start();
    },
  };
  return ok({
    mounts: followed,
    containers,
    trust,
    admission: createAdmission(followed, trust),
    start: async (inherited) => {
      const onRecord = await mounts.restore(inherited);
      if (onRecord) follower.start();
    },
    holdOpening: () => mounts.holdOpening(),
    resumeOpening: () => {
      mounts.resumeOpening();
    },
    retire: () => {
      mounts.retire();
      follower.close();
    },
    close: async (graceMs) => {
      follower.close();
      await mounts.close(graceMs);
    },
  });
}
