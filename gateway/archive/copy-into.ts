import { engineDiskId } from '../../shared/isolation/disk-ids.ts';
import { message } from '../../shared/messages/message.ts';
import { deny } from '../../shared/policy/decision.ts';
import type { EngineFacts, MountFacts } from '../engine-api/engine-facts.ts';
import type { PassThrough } from '../http/message/body-stream.ts';
import { ResponseReplacedError, type StreamingRequestTransform } from '../http/exchange.ts';
import { asBytes, components, ContainerView, joinComponents, type FileNode } from './container-view.ts';
import { identityShift, withIds } from './copy-out.ts';
import { checkUncompressed, decompressIfNeeded } from './decompress.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { isUnchanged, changedMeanwhile, type ContainerRun, type IsolatedContainer } from './isolated.ts';
import type { DenyCopy, UserShares } from './sharing-view.ts';
import { directoryEntry } from './directory-entry.ts';
import type { IdShift } from './tar-headers.ts';
import { displayName, type EntryPlan, type TarEntry } from './tar-ids.ts';
import { TarError } from './tar-numbers.ts';

/** The kernel's PATH_MAX, which counts a byte at the end. */
const maxPathBytes = 4096;
/** The kernel's id for ids that a user namespace does not have. */
const overflowId = 65_534;
/**
 * Limit of tracked directories and links of one archive: with mounts, more are refused; without, the oldest
 * are dropped.
 */
const maxTracked = 1_000_000;
/** Limit of their names, bytes; a name can be as long as 1 MiB. */
const maxTrackedBytes = 64 * 1024 * 1024;

export interface CopyInto {
  readonly container: IsolatedContainer;
  /** The destination as the client wrote it. */
  readonly destination: string;
  /** The owner of all entries, instead of the archive's (`copyUIDGID`); null: the archive's. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly shares: UserShares | null;
  readonly denyCopy: DenyCopy;
}

/** PUT archive: entries get the owners of the archive, as the container sees them. */
export function copyInto(copy: CopyInto, facts: EngineFacts): StreamingRequestTransform {
  const { container, shares } = copy;
  return {
    begin: async () => {
      // The engine has locked the container by now, with its files mounted, and waits for the body.
      if (!(await isUnchanged(container, facts))) throw changedMeanwhile(container.facts.name);
      const { run } = container;
      const plan =
        run === null && shares === null ? planForStopped(copy) : (await EntryLocator.open(copy)).planner();
      return async function* (content, offer) {
        let plain = false;
        // Decompressed content has another length, and cannot bypass the transform.
        const offerPassThrough = (passing: PassThrough) => {
          offer?.({
            remaining: () => (plain ? passing.remaining() : 0),
            passed: (bytes) => {
              passing.passed(bytes);
            },
          });
        };
        try {
          yield* checkUncompressed(
            withIds(plan)(
              decompressIfNeeded(content, () => {
                plain = true;
              }),
              offerPassThrough,
            ),
          );
        } catch (error) {
          throw error instanceof TarError
            ? new ResponseReplacedError(
                400,
                `bulkhead gateway: the archive could not be read: ${error.message}`,
              )
            : error;
        }
      };
    },
  };
}

/** For a container that is not up: the ids of the archive are those on disk. */
function planForStopped({ container, owner, denyCopy }: CopyInto): (entry: TarEntry) => EntryPlan {
  return (entry) => {
    denyEngineDiskId(container.facts.name, entry, owner ?? entry, denyCopy);
    return { ...identityShift, owner };
  };
}

/**
 * Refuses the disk id that is reserved for the machine's root in a running container's layer (disk-ids.ts).
 * Throws ResponseReplacedError.
 */
function denyEngineDiskId(
  container: string,
  { name }: TarEntry,
  { uid, gid }: { readonly uid: number; readonly gid: number },
  denyCopy: DenyCopy,
): void {
  if (uid !== engineDiskId && gid !== engineDiskId) return;
  const path = JSON.stringify(displayName(name));
  throw denyCopy(
    deny('reserved-id', message('gateway.copy-of-reserved-id', { name: container, path, id: engineDiskId })),
  );
}

/**
 * The shift into a container's range. An id outside of every container's range becomes the container's
 * overflow id, as it would appear inside: a running container's mount maps no other ids, and the engine's
 * chown would fail in the middle of the archive. Users of directory services have such ids.
 */
function shiftIntoRange({ base }: ContainerRun): IdShift {
  if (base === 0) return identityShift;
  const outside = (id: number) => base + (id < rangeSize ? id : overflowId);
  return { uid: outside, gid: outside, capabilityRoot: (id) => (id < rangeSize ? id + base : id) };
}

/**
 * Resolves the paths that the engine will write the entries of one archive to, ahead of what it has unpacked.
 */
class EntryLocator {
  readonly #view: ContainerView;
  readonly #shares: UserShares | null;
  readonly #rootFs: IdShift;
  readonly #destination: string;
  readonly #copy: CopyInto;
  /** By resolved path: entries that the archive itself creates. */
  readonly #tracked = new Map<string, FileNode>();
  #trackedBytes = 0;

  private constructor(view: ContainerView, copy: CopyInto, destination: string) {
    const { run } = copy.container;
    this.#copy = copy;
    this.#view = view;
    this.#shares = copy.shares;
    this.#rootFs = run === null ? identityShift : shiftIntoRange(run);
    this.#destination = destination;
  }

  static async open(copy: CopyInto): Promise<EntryLocator> {
    const view = await ContainerView.open(copy.container);
    return new EntryLocator(view, copy, (await view.resolve(asBytes(copy.destination), new Map())).real);
  }

  planner(): (entry: TarEntry) => Promise<EntryPlan> {
    const { container, owner, denyCopy } = this.#copy;
    return async (entry) => {
      const { real, before } = await this.#locate(entry);
      const mount = this.#view.mountAt(real);
      if (mount !== null && this.#shares?.has(mount) === true)
        await this.#checkShared(real, entry, this.#shares);
      if (mount === null) denyEngineDiskId(container.facts.name, entry, owner ?? entry, denyCopy);
      return { ...this.#idsOf(mount), owner, before };
    };
  }

  /** Volumes and root's shares have the ids on disk, for the engine and for the container. */
  #idsOf(mount: MountFacts | null): IdShift {
    if (mount === null) return this.#rootFs;
    return this.#shares?.has(mount) === true ? this.#shares.shiftIn() : identityShift;
  }

  /**
   * Only root copies here (copy-verdict.ts); devices, and files that replace directories, are refused all the
   * same. Throws ResponseReplacedError.
   */
  async #checkShared(real: string, { name, type }: TarEntry, shares: UserShares): Promise<void> {
    const path = displayName(name);
    if (type === '3' || type === '4') throw shares.refusal(message('gateway.copy-makes-device', { path }));
    const { entries, missing } = await this.#view.pathInMount(real);
    if (type !== '5' && missing === 0 && entries.at(-1)?.isDirectory() === true)
      throw shares.refusal(message('gateway.copy-replaces', { path }));
  }

  async #locate({ name, type, link }: TarEntry): Promise<{ real: string; before: Buffer[] }> {
    const names = normalizeEntryName(name);
    const last = names.pop();
    // The engine does not take that for the destination: it would apply the entry's owner to the container's
    // root directory (root-guard.ts).
    if (last === undefined && name.startsWith('/')) throw new TarError('it has an entry named "/"');
    // The destination itself, or a name that the engine refuses.
    if (last === undefined || names.includes('..') || last === '..')
      return { real: this.#destination, before: [] };
    // The kernel takes no longer path; several directories on it would take its length squared.
    if (names.length > 1 && names.join('/').length >= maxPathBytes)
      throw new TarError(
        `it has an entry below a directory whose path is longer than ${maxPathBytes - 1} bytes`,
      );
    if (type === '2' && link.length >= maxPathBytes)
      throw new TarError(`it has a symbolic link to a path that is longer than ${maxPathBytes - 1} bytes`);
    const parent = await this.#parent(names);
    const real = joinComponents([...components(parent.real), last]);
    if (type === '5') this.#track(real, { kind: 'directory' });
    else if (type === '2') this.#track(real, { kind: 'link', target: link });
    else if (this.#tracked.has(real)) this.#track(real, { kind: 'other' });
    return { real, before: parent.before };
  }

  /**
   * The parent directory of an entry. The engine would create missing ones as the machine's root: entries for
   * them are inserted.
   */
  async #parent(names: readonly string[]): Promise<{ real: string; before: Buffer[] }> {
    const { real, missing, byLink } = await this.#view.resolve(
      joinComponents([...components(this.#destination), ...names]),
      this.#tracked,
    );
    const before: Buffer[] = [];
    if (missing.length > 0 && !byLink) {
      const existing = components(real).slice(0, -missing.length);
      for (let length = 1; length <= missing.length; length++) {
        const created = joinComponents([...existing, ...missing.slice(0, length)]);
        this.#track(created, { kind: 'directory' });
        const ids = this.#idsOf(this.#view.mountAt(created));
        before.push(
          ...directoryEntry(names.slice(0, names.length - missing.length + length).join('/'), {
            uid: ids.uid(0),
            gid: ids.gid(0),
          }),
        );
      }
    }
    return { real, before };
  }

  #track(real: string, node: FileNode): void {
    this.#untrack(real);
    this.#tracked.set(real, node);
    this.#trackedBytes += nameBytes(real, node);
    while (this.#tracked.size > maxTracked || this.#trackedBytes > maxTrackedBytes) {
      // They determine which mount an entry is in.
      if (this.#view.hasMounts)
        throw new TarError(
          `it has more than ${maxTracked} directories and links, or more than ${maxTrackedBytes} bytes of ` +
            'their names, and the container has volumes or shared directories; copy it in parts',
        );
      // The engine is never so far behind that the oldest entries are not unpacked yet.
      const [oldest = real] = this.#tracked.keys();
      this.#untrack(oldest);
    }
  }

  #untrack(real: string): void {
    const node = this.#tracked.get(real);
    if (node === undefined) return;
    this.#tracked.delete(real);
    this.#trackedBytes -= nameBytes(real, node);
  }
}

const nameBytes = (real: string, node: FileNode): number =>
  real.length + (node.kind === 'link' ? node.target.length : 0);

/**
 * Components of an entry's name as the engine reads it: leading `..` stay, except in absolute names.
 */
function normalizeEntryName(name: string): string[] {
  const clean: string[] = [];
  for (const part of components(name)) {
    if (part === '..' && name.startsWith('/') && clean.length === 0) continue;
    if (part === '..' && clean.length > 0 && clean.at(-1) !== '..') clean.pop();
    else clean.push(part);
  }
  return clean;
}
