import { isBuiltFrom, namesAnEntry } from '../../shared/policy/image-trust.ts';
import type { AllowedEntry, LocalImage } from '../../shared/policy/image-trust-facts.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';

/** Limit of local images that are checked as possible bases. */
const maxBases = 200;
/** Number of images whose layers are cached. */
const maxCached = 1000;

/** Finds the local images that another one was built from. */
export class BaseImages {
  readonly #facts: Pick<EngineFacts, 'image' | 'images'>;
  /** By id: the layers of an id never change. */
  readonly #cache = new Map<string, LocalImage>();

  constructor(facts: Pick<EngineFacts, 'image' | 'images'>) {
    this.#facts = facts;
  }

  /** Bases that an entry names, the one with most layers first. */
  async find(image: LocalImage, entries: readonly AllowedEntry[]): Promise<LocalImage[]> {
    const candidates = (await this.#facts.images())
      .filter((candidate) => candidate.id !== image.id && namesAnEntry(entries, candidate))
      .slice(0, maxBases);
    const bases: LocalImage[] = [];
    for (const candidate of candidates) {
      const found = this.#cache.get(candidate.id) ?? (await this.#facts.image(candidate.id));
      if (found === null) continue;
      if (this.#cache.size > maxCached) this.#cache.clear();
      this.#cache.set(candidate.id, found);
      // Names may have changed since the layers were read: those of the list count.
      if (isBuiltFrom(image, found))
        bases.push({ ...found, tags: candidate.tags, digests: candidate.digests });
    }
    return bases.sort((a, b) => b.layers.length - a.layers.length);
  }
}
