import { engineDiskId } from '../../shared/isolation/disk-ids.ts';
import type { EngineFacts, MountFacts } from '../engine-api/engine-facts.ts';
import type { PassThrough } from '../http/message/body-stream.ts';
import { ResponseReplacedError, type StreamingRequestTransform } from '../http/exchange.ts';
import { asBytes, components, ContainerView, joined, type Node } from './container-view.ts';
import { asTheyAre, withIds } from './copy-out.ts';
import { checkUncompressed, uncompressed } from './decompress.ts';
import {
  isUnchanged,
  changedMeanwhile,
  rangeSize,
  type ContainerRun,
  type IsolatedContainer,
} from './isolated.ts';
import type { UserShares } from './sharing-view.ts';
import { directoryEntry } from './directory-entry.ts';
import type { IdShift } from './tar-headers.ts';
import type { EntryPlan, TarEntry } from './tar-ids.ts';
import { TarError } from './tar-numbers.ts';

/** The kernel's id for ids that a user namespace does not have. */
const overflowId = 65_534;
/**
 * Directories and links of one archive that are tracked: where something is mounted, more are refused,
 * elsewhere the oldest are forgotten.
 */
const maxTracked = 1_000_000;
/** Bytes of their names; a name can be as long as 1 MiB. */
const maxTrackedBytes = 64 * 1024 * 1024;

export interface CopyInto {
  readonly container: IsolatedContainer;
  /** The destination as the client wrote it. */
  readonly destination: string;
  /** Whose everything becomes, whatever the archive says (`copyUIDGID`); null: the archive says. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly shares: UserShares | null;
}

/** PUT archive: what is copied in becomes whose the archive says, as the container sees it. */
export function copyInto(
  { container, destination, owner, shares }: CopyInto,
  facts: EngineFacts,
): StreamingRequestTransform {
  return {
    begin: async () => {
      // The engine holds the container by now, with its files mounted, and waits for us.
      if (!(await isUnchanged(container, facts))) throw changedMeanwhile(container.facts.name);
      const { run } = container;
      const plan =
        run === null && shares === null
          ? onDisk(container, owner)
          : (await EntryPlacement.open(container, destination, shares)).planned(owner);
      return async function* (content, offer) {
        let plain = false;
        // What is decompressed comes in another size, and later.
        const offered = (passing: PassThrough) => {
          offer?.({
            left: () => (plain ? passing.left() : 0),
            passed: (bytes) => {
              passing.passed(bytes);
            },
          });
        };
        try {
          yield* checkUncompressed(
            withIds(plan)(
              uncompressed(content, () => {
                plain = true;
              }),
              offered,
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

/** Into a container that is not up: what the archive says is what is on disk. */
function onDisk({ facts }: IsolatedContainer, owner: CopyInto['owner']): (entry: TarEntry) => EntryPlan {
  return (entry) => {
    refuseEngineId(facts.name, entry, owner ?? entry);
    return { ...asTheyAre, owner };
  };
}

/**
 * Refuses the id that the machine's root has in a container's layer while the container runs (disk-ids.ts).
 * Throws ResponseReplacedError.
 */
function refuseEngineId(
  container: string,
  { name }: TarEntry,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): void {
  if (uid !== engineDiskId && gid !== engineDiskId) return;
  const displayName = JSON.stringify(Buffer.from(name, 'latin1').toString('utf8'));
  throw new ResponseReplacedError(
    400,
    `enhanced container isolation: docker cp into container ${container} was stopped at ${displayName}: ` +
      `it belongs to id ${engineDiskId}, which is reserved for the engine in containers' layers (A3); ` +
      'give it another owner in the archive',
  );
}

/**
 * Into a range. An id that no container has becomes nobody's of the container, which is what it would be
 * inside: the mount of a running container's files maps no other ids, and the engine's chown would fail in
 * the middle of the archive. Users of directory services have such ids.
 */
export function into({ base }: ContainerRun): IdShift {
  if (base === 0) return asTheyAre;
  const outside = (id: number) => base + (id < rangeSize ? id : overflowId);
  return { uid: outside, gid: outside, capabilityRoot: (id) => (id < rangeSize ? id + base : id) };
}

/**
 * Resolves where the engine will put the entries of one archive, ahead of what it has unpacked so far.
 */
class EntryPlacement {
  readonly #view: ContainerView;
  readonly #shares: UserShares | null;
  readonly #rootFs: IdShift;
  readonly #destination: string;
  readonly #container: string;
  /** By path without links: what the archive itself makes there. */
  readonly #tracked = new Map<string, Node>();
  #trackedBytes = 0;

  private constructor(
    view: ContainerView,
    { facts, run }: IsolatedContainer,
    shares: UserShares | null,
    destination: string,
  ) {
    this.#container = facts.name;
    this.#view = view;
    this.#shares = shares;
    this.#rootFs = run === null ? asTheyAre : into(run);
    this.#destination = destination;
  }

  static async open(
    container: IsolatedContainer,
    destination: string,
    shares: UserShares | null,
  ): Promise<EntryPlacement> {
    const view = await ContainerView.open(container);
    return new EntryPlacement(
      view,
      container,
      shares,
      (await view.resolve(asBytes(destination), new Map())).real,
    );
  }

  planned(owner: CopyInto['owner']): (entry: TarEntry) => Promise<EntryPlan> {
    return async (entry) => {
      const { real, before } = await this.#place(entry);
      const mount = this.#view.mountAt(real);
      if (mount !== null && this.#shares?.has(mount) === true)
        await this.#checkShared(real, entry, this.#shares);
      if (mount === null) refuseEngineId(this.#container, entry, owner ?? entry);
      return { ...this.#idsOf(mount), owner, before };
    };
  }

  /** Volumes and what root shares are as they are on disk, for the engine and for the container. */
  #idsOf(mount: MountFacts | null): IdShift {
    if (mount === null) return this.#rootFs;
    return this.#shares?.has(mount) === true ? this.#shares.into() : asTheyAre;
  }

  /**
   * Root copies here (copy-verdict.ts); devices, and files in the place of directories, are not for a share
   * all the same. Throws ResponseReplacedError.
   */
  async #checkShared(real: string, { name, type }: TarEntry, shares: UserShares): Promise<void> {
    const displayName = Buffer.from(name, 'latin1').toString('utf8');
    if (type === '3' || type === '4') throw shares.refusal(`making the device ${displayName}`);
    const { entries, missing } = await this.#view.pathInMount(real);
    if (type !== '5' && missing === 0 && entries.at(-1)?.isDirectory() === true)
      throw shares.refusal(`replacing ${displayName}`);
  }

  async #place({ name, type, link }: TarEntry): Promise<{ real: string; before: Buffer[] }> {
    const names = cleaned(name);
    const last = names.pop();
    // To the engine that is no name for the destination: where it leads to the container's root directory, it
    // would give that to whomever the archive says (root-guard.ts).
    if (last === undefined && name.startsWith('/')) throw new TarError('it has an entry named "/"');
    // The destination itself; or what the engine refuses.
    if (last === undefined || names.includes('..') || last === '..')
      return { real: this.#destination, before: [] };
    const parent = await this.#parent(names);
    const real = joined([...components(parent.real), last]);
    if (type === '5') this.#track(real, { kind: 'directory' });
    else if (type === '2') this.#track(real, { kind: 'link', target: link });
    else if (this.#tracked.has(real)) this.#track(real, { kind: 'other' });
    return { real, before: parent.before };
  }

  /**
   * The directory an entry is in. The engine makes those that are missing, as the machine's root's: they
   * become entries of their own before.
   */
  async #parent(names: readonly string[]): Promise<{ real: string; before: Buffer[] }> {
    const { real, missing, byLink } = await this.#view.resolve(
      joined([...components(this.#destination), ...names]),
      this.#tracked,
    );
    const before: Buffer[] = [];
    if (missing.length > 0 && !byLink) {
      const existing = components(real).slice(0, -missing.length);
      for (let length = 1; length <= missing.length; length++) {
        const created = joined([...existing, ...missing.slice(0, length)]);
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

  #track(real: string, node: Node): void {
    this.#untrack(real);
    this.#tracked.set(real, node);
    this.#trackedBytes += nameBytes(real, node);
    while (this.#tracked.size > maxTracked || this.#trackedBytes > maxTrackedBytes) {
      // They decide which mount an entry is in.
      if (this.#view.mounted)
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

const nameBytes = (real: string, node: Node): number =>
  real.length + (node.kind === 'link' ? node.target.length : 0);

/**
 * Components of an entry's name as the engine reads it: `..` only where it leads out; nothing leads out of
 * the root.
 */
function cleaned(name: string): string[] {
  const clean: string[] = [];
  for (const part of components(name)) {
    if (part === '..' && name.startsWith('/') && clean.length === 0) continue;
    if (part === '..' && clean.length > 0 && clean.at(-1) !== '..') clean.pop();
    else clean.push(part);
  }
  return clean;
}
