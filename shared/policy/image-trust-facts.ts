import type { MessageReference } from '../messages/message.ts';
import type { RegistryProblem } from '../settings/registry-problem.ts';
import type { ImageReference, Repository } from '../settings/image-reference.ts';

/** An image in the engine. */
export interface LocalImage {
  /** `sha256:…`: of the configuration in a graph-driver store, of the manifest or index in containerd's. */
  readonly id: string;
  readonly tags: readonly string[];
  /** RepoDigests: `repository@sha256:…`. */
  readonly digests: readonly string[];
  /**
   * RootFS.Layers: digests of the uncompressed layers, lowest first; checked by the engine in both stores.
   */
  readonly layers: readonly string[];
  readonly store: 'graph' | 'containerd';
}

/** A query to a registry: the manifest under a tag or digest. */
export interface RegistryQuery extends Repository {
  readonly reference: string;
}

/** What a registry serves for a query. */
export type RegistryResult =
  | {
      readonly kind: 'served';
      readonly digest: string;
      /**
       * Digests of an index's manifests, [] for a plain manifest; null: it is an index and they are unknown.
       */
      readonly children: readonly string[] | null;
      readonly ageMs: number;
      /** Last-known: why the registry could not be queried now. Null: it was. */
      readonly lastKnown: string | null;
      /** The catalogue sentence of `lastKnown`. */
      readonly lastKnownSentence?: MessageReference | undefined;
    }
  /** The registry has no such manifest. */
  | { readonly kind: 'absent'; readonly ageMs: number }
  /** It requires credentials, or other ones: registries also respond so if the repository does not exist. */
  | ({ readonly kind: 'denied' } & RegistryProblem)
  | ({ readonly kind: 'unavailable' } & RegistryProblem);

/** An entry of the image list that could be parsed. */
export interface AllowedEntry {
  readonly written: string;
  readonly reference: ImageReference;
}

/** The result for one entry and one digest of the image. */
export interface EntryCheck {
  readonly entry: string;
  readonly repository: string;
  /** Digest of the local image. */
  readonly local: string;
  /** What was compared without a query: null. */
  readonly query: RegistryQuery | null;
  readonly answer: RegistryResult | null;
  readonly outcome: 'match' | 'differs' | 'absent' | 'unanswered';
  /** Whether the entry also matches the image's tag or digest, not only its repository. */
  readonly named: boolean;
}

/** The key of a query in a map of results. */
export const queryKey = (query: RegistryQuery): string =>
  `${query.domain}/${query.path}${query.reference.includes(':') ? '@' : ':'}${query.reference}`;
