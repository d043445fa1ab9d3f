import type { RangeLedger } from './range-ledger.ts';
import type { RangeOwner } from './range-owner.ts';
import type { IdSpan } from './taken-ids.ts';

/**
 * Exclusive ranges of 64K host ids (A3), claimed as files `<base>` in one directory of the machine. A claim
 * appears complete or not at all (a temporary file is linked; `link` refuses an existing name), so that
 * neither a crash nor a second planner can hand out a range twice. Claims are not synced to the disk: no
 * container outlives the machine's boot, and syncing would be most of the cost of a claim. Several containers
 * hold one range only if one joined the namespaces of another.
 *
 * A claim is valid for this boot, and names the current holder of the range. Its permanent owner is recorded
 * in the ledger, which only the holder of the claim may change.
 */
export interface RangeStore {
  /**
   * Claims a free range for container `id` and returns its base: the least recently used one of `owner`'s,
   * else one without an owner, which becomes `owner`'s. Refuses if none is left for the owner; throws on an
   * I/O error.
   */
  claim(id: string, owner: RangeOwner): number;
  /**
   * Makes `id` a holder of `base` too: of a joined range, or of one read back after a restart. Throws if
   * another engine holds it.
   */
  addHolder(base: number, id: string): void;
  /** Removes `id` as a holder; with the last one the range is free for its owner. Unknown ids are ignored. */
  release(id: string): void;
  /**
   * The permanent owner of the range; `unreadable`: it has one that cannot be read; null: it has none yet.
   */
  ownerOf(base: number): RangeOwner | 'unreadable' | null;
  /** Bases that this engine claimed on disk and that nobody holds: left by a crash. */
  orphans(): { readonly base: number; readonly id: string }[];
  /** Bases of engines whose root no longer exists, unless a process has ids in them (`inUse`). */
  abandoned(inUse: ReadonlySet<number>): number[];
  /** Frees an orphan or an abandoned base. */
  free(base: number): void;
  /**
   * Reads again which ranges are in use: ranges that are used by others by now are not handed out, those that
   * are unused again are.
   */
  refresh(): void;
  /** Whether a container holds `base`. */
  hasHolder(base: number): boolean;
  /** Whether a container other than `id` holds `base`. */
  hasOtherHolder(base: number, id: string): boolean;
}

export interface RangeStoreOptions {
  /** Claims of this boot. */
  readonly directory: string;
  /** The engine that claims. */
  readonly root: string;
  readonly ledger: RangeLedger;
  /** The owner recorded for the range of a container that was created before ranges had owners. */
  readonly ownerOf: (id: string) => RangeOwner;
  /**
   * Bases with running processes: not handed out, whether they are of other container managers or of a
   * directory that was lost.
   */
  readonly inUse?: () => ReadonlySet<number>;
  /** Ids that are assigned to others: handed out only when nothing else is left. */
  readonly listed?: () => readonly IdSpan[];
  readonly log: (line: string) => void;
}
