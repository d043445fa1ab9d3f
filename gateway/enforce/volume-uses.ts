/**
 * Volumes that a request names. `mounted`: by the engine itself, as it creates a container: it copies the
 * image's files into an empty one, as root. `directory`: the volume is made as a directory of the machine,
 * which the engine would mount following links, wherever they lead by then.
 */
export interface VolumeUse {
  readonly names: readonly string[];
  readonly as: 'mounted' | 'directory';
}

/**
 * The volumes of requests that the engine is not done with: a name may not become a directory's between the
 * decision about a container and the container's creation.
 */
export class VolumeUses {
  readonly #counts = { mounted: new Map<string, number>(), directory: new Map<string, number>() } as const;
  #directoryChanges = 0;

  /** Grows whenever the engine may begin, or has ended, to make a volume as a directory. */
  get directoryChanges(): number {
    return this.#directoryChanges;
  }

  /** A name that a request under way uses in the other way; null: none. */
  conflict({ names, as }: VolumeUse): string | null {
    const others = this.#counts[as === 'mounted' ? 'directory' : 'mounted'];
    return names.find((name) => others.has(name)) ?? null;
  }

  /** Records a use without a conflict. Returns the function that ends it (idempotent). */
  begin({ names, as }: VolumeUse): () => void {
    const counts = this.#counts[as];
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    if (as === 'directory') this.#directoryChanges++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (as === 'directory') this.#directoryChanges++;
      for (const name of names) {
        const left = (counts.get(name) ?? 0) - 1;
        if (left > 0) counts.set(name, left);
        else counts.delete(name);
      }
    };
  }
}
