import { randomBytes } from 'node:crypto';
import { lstat, rename, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { ListenerStore } from '../../shared/gateway/listener-handoff.ts';
import type { AppError, Result } from '../../shared/result.ts';
import type { Origin, SocketMount, SocketMountId } from '../base/socket-mount.ts';
import type { ListenAddress, Listener } from '../http/listener.ts';

export interface MountListenersOptions {
  /** Where the sockets are. */
  readonly directory: string;
  readonly listen: (at: ListenAddress, origin: Origin) => Promise<Result<Listener, AppError>>;
  readonly listenerStore: ListenerStore;
}

/** Prefix of the names of the mounts' descriptors in the listener store. */
export const listenerPrefix = 'mount-';

/** The listeners of the mounts' sockets. */
export class MountListeners {
  readonly #options: MountListenersOptions;
  readonly #listeners = new Map<SocketMountId, Listener>();
  /** Names in the listener store. */
  readonly #stored = new Map<SocketMountId, string>();

  constructor(options: MountListenersOptions) {
    this.#options = options;
  }

  /** Listens on a new socket at the mount's path, and replaces an existing file. */
  async listenAnew(mount: SocketMount): Promise<void> {
    // Bound under a short name: the kernel limits the path a socket is bound to, not the one it is moved to.
    const temporary = path.join(this.#options.directory, `.${randomBytes(4).toString('hex')}`);
    await this.#listen(mount, { path: temporary });
    // The engine creates a directory for a missing bind source.
    if ((await lstat(mount.socket).catch(() => null))?.isDirectory() === true) await rmdir(mount.socket);
    await rename(temporary, mount.socket);
    const name = await listenerName(mount);
    if (name !== null) await this.#store(mount.id, name);
  }

  /**
   * Listens again, on the inherited descriptor of its file where there is one, which is taken out of
   * `inherited`. Another descriptor, or one without its file, is unreachable for new clients. An earlier
   * version's name of a descriptor has no inode; it is stored again under its present name.
   */
  async restore(mount: SocketMount, inherited: Map<string, number>): Promise<void> {
    const name = await listenerName(mount);
    const earlierName = listenerPrefix + mount.id;
    const inheritedName = name === null || inherited.has(name) ? name : earlierName;
    const fd = inheritedName === null ? undefined : inherited.get(inheritedName);
    if (name === null || inheritedName === null || fd === undefined) {
      await this.listenAnew(mount);
      return;
    }
    inherited.delete(inheritedName);
    this.#stored.set(mount.id, inheritedName);
    await this.#listen(mount, { fd });
    if (inheritedName !== name) await this.#store(mount.id, name);
  }

  async stop(id: SocketMountId): Promise<void> {
    const listener = this.#listeners.get(id);
    this.#listeners.delete(id);
    await listener?.close(0, { keepFile: true });
  }

  /** Removes the mount's descriptor from the listener store. */
  dropStored(id: SocketMountId): void {
    const name = this.#stored.get(id);
    if (name === undefined) return;
    this.#stored.delete(id);
    this.#options.listenerStore.drop(name);
  }

  /** Stores the mount's descriptor under this name alone. */
  async #store(id: SocketMountId, name: string): Promise<void> {
    const handle = this.#listeners.get(id)?.handle ?? null;
    if (handle === null) return;
    // First: systemd does not store a descriptor again that it has under another name.
    this.dropStored(id);
    this.#stored.set(id, name);
    await this.#options.listenerStore.keep(name, handle);
  }

  async close(graceMs?: number): Promise<void> {
    await Promise.all(
      [...this.#listeners.values()].map((listener) => listener.close(graceMs, { keepFile: true })),
    );
    this.#listeners.clear();
  }

  async #listen(mount: SocketMount, at: ListenAddress): Promise<void> {
    const listening = await this.#options.listen(at, { kind: 'socket-mount', id: mount.id });
    if (!listening.ok)
      throw new Error(
        [listening.error.message, listening.error.reason, listening.error.hint].filter(Boolean).join(' '),
      );
    this.#listeners.set(mount.id, listening.value);
  }
}

/** The mount's name in the listener store contains its file's inode. Null: there is no file. */
async function listenerName({ id, socket }: SocketMount): Promise<string | null> {
  const file = await lstat(socket, { bigint: true }).catch(() => null);
  return file === null ? null : `${listenerPrefix}${id}-${file.ino}`;
}
