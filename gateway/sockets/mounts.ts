import { randomBytes } from 'node:crypto';
import { closeSync, existsSync } from 'node:fs';
import { lstat, rename, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { AppError, Result } from '../../shared/result.ts';
import type { ListenAt, Listener } from '../http/listener.ts';
import type { InheritedListener, ListenerStore } from '../../shared/gateway/listener-handoff.ts';
import type { MountRecords } from './records.ts';
import type { Origin, SocketMount, SocketMountId, SocketMounts } from '../base/socket-mount.ts';

export interface SocketMountsOptions {
  readonly directory: string;
  readonly records: MountRecords;
  readonly listen: (at: ListenAt, origin: Origin) => Promise<Result<Listener, AppError>>;
  readonly listenerStore: ListenerStore;
  readonly log: (line: string) => void;
}

/** The mounts, and what their owner needs beyond what requests need. */
export interface OwnedSocketMounts extends SocketMounts {
  /**
   * Listens again on every socket on record: on the descriptor that was handed down where there is one, else
   * on a new socket at the same path. True when anything at all is on record.
   */
  restore(inherited: readonly InheritedListener[]): Promise<boolean>;
  /** Mounts that were found with their record lost, and have none yet. */
  lost(): readonly SocketMountId[];
  /**
   * Milliseconds since the mount was opened by this process, while nothing has become of it; null for all
   * others.
   */
  pendingForMs(id: SocketMountId): number | null;
  /** Stops listening; sockets and records stay, for the next gateway. */
  close(graceMs?: number): Promise<void>;
}

const namePrefix = 'mount-';
export const listenerName = (id: SocketMountId): string => `${namePrefix}${id}`;

export function createSocketMounts(options: SocketMountsOptions): OwnedSocketMounts {
  const { directory, records, listenerStore, log } = options;
  const mounts = new Map<SocketMountId, SocketMount>();
  const listeners = new Map<SocketMountId, Listener>();
  const opened = new Map<SocketMountId, number>();
  const lost = new Set<SocketMountId>();
  const changes = new Map<SocketMountId, Promise<void>>();

  /**
   * One change of a mount after the other: a record is not written into a directory that is being removed.
   */
  const serialize = (id: SocketMountId, change: () => Promise<void>): Promise<void> => {
    const done = (changes.get(id) ?? Promise.resolve()).catch(() => undefined).then(change);
    changes.set(id, done);
    void done
      .catch(() => undefined)
      .then(() => {
        if (changes.get(id) === done) changes.delete(id);
      });
    return done;
  };

  const listen = async (mount: SocketMount, at: ListenAt): Promise<void> => {
    const listening = await options.listen(at, { kind: 'socket-mount', id: mount.id });
    if (!listening.ok)
      throw new Error(
        [listening.error.message, listening.error.reason, listening.error.hint].filter(Boolean).join(' '),
      );
    listeners.set(mount.id, listening.value);
  };

  /** A new socket at the mount's path, in place of whatever is there. */
  const makeSocket = async (mount: SocketMount): Promise<void> => {
    // Bound under a short name: the kernel limits the path a socket is bound to, not the one it is moved to.
    const temporary = path.join(directory, `.${randomBytes(4).toString('hex')}`);
    await listen(mount, { path: temporary });
    // The engine makes a directory of a bind source that is missing.
    if ((await lstat(mount.socket).catch(() => null))?.isDirectory() === true) await rmdir(mount.socket);
    await rename(temporary, mount.socket);
    const handle = listeners.get(mount.id)?.handle ?? null;
    if (handle !== null) await listenerStore.keep(listenerName(mount.id), handle);
  };

  const stopListening = async (id: SocketMountId): Promise<void> => {
    const listener = listeners.get(id);
    listeners.delete(id);
    await listener?.close(0, { keepFile: true });
  };

  const self: OwnedSocketMounts = {
    reserve: () => {
      const id = records.newId();
      return { id, socket: records.socketOf(id) };
    },
    open: (mount) =>
      serialize(mount.id, async () => {
        mounts.set(mount.id, mount);
        opened.set(mount.id, Date.now());
        lost.delete(mount.id);
        try {
          await records.write(mount);
          await makeSocket(mount);
        } catch (error) {
          mounts.delete(mount.id);
          opened.delete(mount.id);
          await stopListening(mount.id);
          await records.remove(mount.id).catch(() => undefined);
          throw error;
        }
      }),
    bind: (id, container) =>
      serialize(id, async () => {
        const mount = mounts.get(id);
        if (mount === undefined) throw new Error(`there is no socket mount ${id} any more`);
        const bound = { ...mount, container };
        // On disk first: what has answered once must be known after a crash.
        await records.write(bound);
        mounts.set(id, bound);
        opened.delete(id);
      }),
    renew: (id, verdict) =>
      serialize(id, async () => {
        const mount = mounts.get(id);
        if (mount === undefined) return;
        const {
          allowedBy = mount.allowedBy,
          derivedFrom = mount.derivedFrom,
          governing = mount.governing,
        } = verdict;
        const renewed = { ...mount, allowedBy, derivedFrom, governing };
        await records.write(renewed);
        mounts.set(id, renewed);
      }),
    discard: (id) => {
      mounts.delete(id);
      opened.delete(id);
      lost.delete(id);
      return serialize(id, async () => {
        await stopListening(id);
        listenerStore.drop(listenerName(id));
        await records.remove(id);
      });
    },
    get: (id) => mounts.get(id) ?? null,
    idAt: (file) => records.idAt(file),
    bySocket: (socket) => {
      const id = records.idAt(socket);
      return id === null ? null : (mounts.get(id) ?? null);
    },
    list: () => [...mounts.values()],
    lost: () => [...lost],
    pendingForMs: (id) => {
      const since = opened.get(id);
      return since === undefined ? null : Date.now() - since;
    },
    restore: async (inherited) => {
      const inheritedByName = new Map(
        inherited.filter(({ name }) => name.startsWith(namePrefix)).map(({ name, fd }) => [name, fd]),
      );
      const { mounts: recorded, unreadable } = records.read();
      for (const id of unreadable) lost.add(id);
      for (const mount of recorded) {
        const fd = inheritedByName.get(listenerName(mount.id));
        inheritedByName.delete(listenerName(mount.id));
        mounts.set(mount.id, mount);
        try {
          // A socket without its file is unreachable for new clients: it is replaced.
          if (fd !== undefined && existsSync(mount.socket)) await listen(mount, { fd });
          else {
            if (fd !== undefined) closeSync(fd);
            await makeSocket(mount);
          }
        } catch (error) {
          log(
            `the socket of container ${mount.container?.name ?? '(none)'} (${mount.id}) cannot be ` +
              `served: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }
      for (const [name, fd] of inheritedByName) {
        listenerStore.drop(name);
        closeSync(fd);
      }
      return recorded.length > 0 || unreadable.length > 0;
    },
    close: async (graceMs) => {
      await Promise.all(
        [...listeners.values()].map((listener) => listener.close(graceMs, { keepFile: true })),
      );
      listeners.clear();
    },
  };
  return self;
}
