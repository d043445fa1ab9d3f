import type { FileLocks } from '../base/file-locks.ts';

/**
 * Volumes that a request names. `mounted`: by the engine itself, as it creates a container: it copies the
 * image's files into an empty one, as root. `directory`: the volume is made as a directory of the machine,
 * which the engine would mount following links, wherever they lead by then.
 */
export interface VolumeUse {
  readonly names: readonly string[];
  readonly as: 'mounted' | 'directory';
}

/** The state of `VolumeUses` before a request's look-ups. */
export interface UsesBefore {
  readonly directoryChanges: number;
  readonly hadOthers: boolean;
}

const opposite = { mounted: 'directory', directory: 'mounted' } as const;
const lockKinds = { mounted: 'volume-mounted', directory: 'volume-directory' } as const;

/**
 * The volumes named by requests in progress. While a container is being created, none of its volumes may be
 * created as a bind of a directory, and vice versa. `locks` extends this to other gateways of the engine: one
 * that was replaced serves its open connections beside its successor. A gateway that uses a name has a read
 * lock of its kind; null: there are no other gateways.
 */
export class VolumeUses {
  readonly #counts = { mounted: new Map<string, number>(), directory: new Map<string, number>() } as const;
  readonly #locks: FileLocks | null;
  /** Grows whenever the engine may begin, or has ended, to make a volume as a directory. */
  #directoryChanges = 0;

  constructor(locks: FileLocks | null) {
    this.#locks = locks;
  }

  /** To be called before the look-ups of a request, for `mayHaveChanged`. */
  before(): UsesBefore {
    return { directoryChanges: this.#directoryChanges, hadOthers: this.#hasOthers };
  }

  /** Whether a volume may have been made as a directory since then. */
  mayHaveChanged({ directoryChanges, hadOthers }: UsesBefore): boolean {
    return this.#directoryChanges !== directoryChanges || hadOthers || this.#hasOthers;
  }

  /**
   * Records a use. Returns the function that ends it (idempotent), or the name of a volume that a request
   * under way uses in the other way: then nothing is recorded.
   */
  begin({ names, as }: VolumeUse): (() => void) | { readonly conflict: string } {
    if (as === 'directory') this.#directoryChanges++;
    const begun: string[] = [];
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      if (as === 'directory') this.#directoryChanges++;
      for (const name of begun) this.#release(name, as);
    };
    try {
      for (const name of names) {
        if (!this.#acquire(name, as)) {
          end();
          return { conflict: name };
        }
        begun.push(name);
      }
    } catch (error) {
      end();
      throw error;
    }
    return end;
  }

  #acquire(name: string, as: VolumeUse['as']): boolean {
    if (this.#counts[opposite[as]].has(name)) return false;
    const counts = this.#counts[as];
    const count = counts.get(name) ?? 0;
    if (count === 0 && this.#locks?.tryLock(lockKinds[as], name, 'read') === false) return false;
    counts.set(name, count + 1);
    let isExclusive = false;
    try {
      // Looked up behind the own lock: of two gateways at the same time, at least one finds the other's.
      isExclusive = this.#locks?.isHeldElsewhere(lockKinds[opposite[as]], name) !== true;
      return isExclusive;
    } finally {
      if (!isExclusive) this.#release(name, as);
    }
  }

  #release(name: string, as: VolumeUse['as']): void {
    const counts = this.#counts[as];
    const left = (counts.get(name) ?? 0) - 1;
    if (left > 0) {
      counts.set(name, left);
      return;
    }
    counts.delete(name);
    this.#locks?.unlock(lockKinds[as], name);
  }

  get #hasOthers(): boolean {
    return this.#locks?.hasOthers() === true;
  }
}
