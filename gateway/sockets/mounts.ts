import { closeSync } from 'node:fs';
import type { InheritedListener, ListenerStore } from '../../shared/gateway/listener-handoff.ts';
import { listenerPrefix, MountListeners, type MountListenersOptions } from './mount-listeners.ts';
import type { MountRecords } from './mount-records.ts';
import type { SocketMount, SocketMountId, SocketMounts } from '../base/socket-mount.ts';

export interface SocketMountsOptions extends MountListenersOptions {
  readonly records: MountRecords;
  readonly log: (line: string) => void;
}

/** The mounts, with the operations of the module that owns them. */
export interface OwnedSocketMounts extends SocketMounts {
  /**
   * Listens again on every recorded socket: on its inherited descriptor where there is one, else on a new
   * socket at the same path. True when anything is recorded.
   */
  restore(inherited: readonly InheritedListener[]): Promise<boolean>;
  /** Mounts whose record was unreadable, and is not restored yet. */
  lost(): readonly SocketMountId[];
  /**
   * Milliseconds since this process opened or restored the mount, while it has no container; null for all
   * others.
   */
  pendingForMs(id: SocketMountId): number | null;
  /** From now on `open` waits. Resolves when no mount is being opened. */
  holdOpening(): Promise<void>;
  /** What waits is opened. No effect on a retired gateway's mounts. */
  resumeOpening(): void;
  /** From now on `open` rejects, also what waits: only the next gateway opens mounts. */
  retire(): void;
  /** Stops listening; sockets and records stay, for the next gateway. */
  close(graceMs?: number): Promise<void>;
}

/** While it lasts no mount is opened. */
interface Hold {
  /** Resolves with whether mounts may be opened again. */
  readonly ended: Promise<boolean>;
  end(mayOpen: boolean): void;
}

function createHold(): Hold {
  let end: Hold['end'] = () => undefined;
  const ended = new Promise<boolean>((resolve) => {
    end = resolve;
  });
  return { ended, end };
}

export function createSocketMounts(options: SocketMountsOptions): OwnedSocketMounts {
  return new ServedMounts(options);
}

class ServedMounts implements OwnedSocketMounts {
  readonly #records: MountRecords;
  readonly #log: (line: string) => void;
  readonly #store: ListenerStore;
  readonly #listeners: MountListeners;
  readonly #mounts = new Map<SocketMountId, SocketMount>();
  /** When mounts were opened or restored that have no container yet, ms. */
  readonly #opened = new Map<SocketMountId, number>();
  readonly #lost = new Set<SocketMountId>();
  readonly #changes = new Map<SocketMountId, Promise<void>>();
  #hold: Hold | null = null;
  #isRetired = false;

  constructor(options: SocketMountsOptions) {
    this.#records = options.records;
    this.#log = options.log;
    this.#store = options.listenerStore;
    this.#listeners = new MountListeners(options);
  }

  reserve(): { readonly id: SocketMountId; readonly socket: string } {
    const id = this.#records.newId();
    return { id, socket: this.#records.socketOf(id) };
  }

  async open(mount: SocketMount): Promise<void> {
    if (this.#hold !== null && !(await this.#hold.ended))
      throw new Error('the gateway is being replaced: try again');
    return this.#serialize(mount.id, async () => {
      this.#mounts.set(mount.id, mount);
      this.#opened.set(mount.id, Date.now());
      this.#lost.delete(mount.id);
      try {
        await this.#records.write(mount);
        await this.#listeners.listenAnew(mount);
      } catch (error) {
        this.#mounts.delete(mount.id);
        this.#opened.delete(mount.id);
        await this.#listeners.stop(mount.id);
        await this.#records.remove(mount.id).catch(() => undefined);
        throw error;
      }
    });
  }

  bind(id: SocketMountId, container: { readonly id: string; readonly name: string }): Promise<void> {
    return this.#serialize(id, async () => {
      const mount = this.#mounts.get(id);
      if (mount === undefined) throw new Error(`there is no socket mount ${id} any more`);
      const bound = { ...mount, container };
      // On disk first: after a crash, a mount that has accepted requests must still be known.
      await this.#records.write(bound);
      this.#mounts.set(id, bound);
      this.#opened.delete(id);
    });
  }

  renew(
    id: SocketMountId,
    verdict: Partial<Pick<SocketMount, 'allowedBy' | 'derivedFrom' | 'governing'>>,
  ): Promise<void> {
    return this.#serialize(id, async () => {
      const mount = this.#mounts.get(id);
      if (mount === undefined) return;
      const {
        allowedBy = mount.allowedBy,
        derivedFrom = mount.derivedFrom,
        governing = mount.governing,
      } = verdict;
      const renewed = { ...mount, allowedBy, derivedFrom, governing };
      await this.#records.write(renewed);
      this.#mounts.set(id, renewed);
    });
  }

  discard(id: SocketMountId): Promise<void> {
    this.#mounts.delete(id);
    this.#opened.delete(id);
    this.#lost.delete(id);
    return this.#serialize(id, async () => {
      // First, so that nobody gets a descriptor that is closed.
      this.#listeners.dropStored(id);
      await this.#listeners.stop(id);
      await this.#records.remove(id);
    });
  }

  get(id: SocketMountId): SocketMount | null {
    return this.#mounts.get(id) ?? null;
  }

  getRecorded(id: SocketMountId): SocketMount | null {
    const mount = this.get(id);
    if (mount?.container !== null) return mount;
    const recorded = this.#records.readOne(id);
    if (recorded?.container == null) return mount;
    this.#mounts.set(id, recorded);
    this.#opened.delete(id);
    return recorded;
  }

  idAt(file: string): SocketMountId | null {
    return this.#records.idAt(file);
  }

  bySocket(socket: string): SocketMount | null {
    const id = this.#records.idAt(socket);
    return id === null ? null : this.get(id);
  }

  list(): readonly SocketMount[] {
    return [...this.#mounts.values()];
  }

  lost(): readonly SocketMountId[] {
    return [...this.#lost];
  }

  pendingForMs(id: SocketMountId): number | null {
    const since = this.#opened.get(id);
    return since === undefined ? null : Date.now() - since;
  }

  async restore(inherited: readonly InheritedListener[]): Promise<boolean> {
    const inheritedByName = new Map(
      inherited.filter(({ name }) => name.startsWith(listenerPrefix)).map(({ name, fd }) => [name, fd]),
    );
    const { mounts: recorded, unreadable } = this.#records.read();
    for (const id of unreadable) this.#lost.add(id);
    for (const mount of recorded) {
      this.#mounts.set(mount.id, mount);
      // Its creation may still run, through a gateway that is being replaced.
      if (mount.container === null) this.#opened.set(mount.id, Date.now());
      try {
        await this.#listeners.restore(mount, inheritedByName);
      } catch (error) {
        this.#log(
          `the socket of container ${mount.container?.name ?? '(none)'} (${mount.id}) cannot be ` +
            `served: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    for (const [name, fd] of inheritedByName) {
      this.#store.drop(name);
      closeSync(fd);
    }
    return recorded.length > 0 || unreadable.length > 0;
  }

  async holdOpening(): Promise<void> {
    this.#hold ??= createHold();
    await Promise.allSettled(this.#changes.values());
  }

  resumeOpening(): void {
    if (this.#isRetired) return;
    this.#hold?.end(true);
    this.#hold = null;
  }

  retire(): void {
    this.#isRetired = true;
    this.#hold ??= createHold();
    this.#hold.end(false);
  }

  close(graceMs?: number): Promise<void> {
    return this.#listeners.close(graceMs);
  }

  /** Changes of a mount run one after the other: no record is written into a directory being removed. */
  #serialize(id: SocketMountId, change: () => Promise<void>): Promise<void> {
    const done = (this.#changes.get(id) ?? Promise.resolve()).catch(() => undefined).then(change);
    this.#changes.set(id, done);
    void done
      .catch(() => undefined)
      .then(() => {
        if (this.#changes.get(id) === done) this.#changes.delete(id);
      });
    return done;
  }
}
