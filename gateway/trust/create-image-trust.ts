import path from 'node:path';
import { message } from '../../shared/messages/message.ts';
import { problemText } from '../../shared/settings/registry-problem.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import {
  allowedEntries,
  decideByDigest,
  existenceQueries,
  existsInRegistry,
  mayMatchOncePulled,
  trustQueries,
  untrusted,
  type DigestTrust,
} from '../../shared/policy/image-trust.ts';
import { imageName } from '../../shared/policy/image-trust-text.ts';
import type { AllowedEntry, EntryCheck, LocalImage } from '../../shared/policy/image-trust-facts.ts';
import type { EngineFacts, RegistryFacts } from '../engine-api/engine-facts.ts';
import { BaseImages } from './base-images.ts';
import { dockerCredentials, type CredentialSource } from './docker-credentials.ts';
import type { ImageTrust, ImageVerdict } from './image-verdict.ts';
import { KnownDigests } from './known-digests.ts';
import { refreshDigests } from './refresh-digests.ts';
import { freshMs, recheckMs, RegistryCache } from './registry-cache.ts';
import { createRegistryClient, type RegistryClient } from './registry-client.ts';

export interface ImageTrustOptions {
  readonly facts: Pick<EngineFacts, 'image' | 'images' | 'registries'>;
  /** Directory for `registry-digests.json`, the last-known digests; null: kept in memory only. */
  readonly stateDirectory: string | null;
  /** Use what is in `stateDirectory`, write nothing there: it is the gateway's. */
  readonly readOnly?: boolean;
  /**
   * The list to query ahead of time, at start and every 30 minutes; null where nothing is to be queried now
   * (ECI off, no engine). Missing: no refresh.
   */
  readonly refresh?: () => EffectiveSettings['socket'] | null;
  readonly log?: (line: string) => void;
  /** Default: docker login's of the user the gateway runs as. */
  readonly credentials?: CredentialSource;
  /** Default /etc/docker/certs.d. */
  readonly certificates?: string;
  readonly client?: RegistryClient;
  readonly now?: () => number;
}

/** A verdict with all the checks that led to it. */
export interface TrustExplanation {
  readonly verdict: ImageVerdict;
  readonly image: LocalImage | null;
  /** The check of each entry against the image itself. */
  readonly checks: readonly EntryCheck[];
  /** Allowed images it could have been built from, with the checks of the entries against them (B4). */
  readonly bases: readonly {
    readonly name: string;
    readonly id: string;
    readonly checks: readonly EntryCheck[];
  }[];
}

export interface ExplainingImageTrust extends ImageTrust {
  explain(image: string, socket: EffectiveSettings['socket']): Promise<TrustExplanation>;
  /** Resolves when the last-known digests are on disk. */
  flush(): Promise<void>;
}

const registryFactsTtlMs = 60_000;

type SocketSettings = EffectiveSettings['socket'];
type Refusal = Extract<ImageVerdict, { trusted: false }>;

/** Image trust by content (B2–B4): compares the engine's images with what the registries serve. */
export function createImageTrust(options: ImageTrustOptions): ExplainingImageTrust {
  const now = options.now ?? Date.now;
  const log = options.log ?? (() => undefined);
  const known = new KnownDigests(
    options.stateDirectory === null ? null : path.join(options.stateDirectory, 'registry-digests.json'),
    log,
    options.readOnly === true,
  );
  const client =
    options.client ??
    createRegistryClient({
      registries: cacheFor(registryFactsTtlMs, now, () => options.facts.registries()),
      credentials: options.credentials ?? dockerCredentials(),
      now,
      ...(options.certificates === undefined ? {} : { certificates: options.certificates }),
    });
  const registries = new RegistryCache(client, known, now);
  const trust = new TrustByContent(options.facts, registries);
  const refresh = options.refresh === undefined ? null : refreshDigests(options.refresh, registries, log);
  return {
    explain: (image, socket) => trust.explain(image, socket),
    decide: async (image, socket) => (await trust.explain(image, socket)).verdict,
    flush: () => known.flush(),
    close: () => {
      refresh?.close();
      client.close();
      void known.flush();
    },
  };
}

/** An image to check against the entries of a list. */
interface TrustQuery {
  readonly entries: readonly AllowedEntry[];
  readonly image: LocalImage;
  /** The image as the create request names it. */
  readonly written: string;
  readonly allowDerived: boolean;
  /** Maximum age of a cached registry response, ms. */
  readonly maxAgeMs: number;
}

class TrustByContent {
  readonly #facts: Pick<EngineFacts, 'image' | 'images'>;
  readonly #registries: RegistryCache;
  readonly #bases: BaseImages;

  constructor(facts: Pick<EngineFacts, 'image' | 'images'>, registries: RegistryCache) {
    this.#facts = facts;
    this.#registries = registries;
    this.#bases = new BaseImages(facts);
  }

  async explain(written: string, socket: SocketSettings): Promise<TrustExplanation> {
    const image = await this.#facts.image(written);
    const entries = allowedEntries(socket.images);
    if (image === null || image.id === '')
      return {
        image: null,
        checks: [],
        bases: [],
        // What is pulled is in a registry, so it counts as built from no allowed image (B4).
        verdict: untrusted(
          'not-local',
          mayMatchOncePulled(entries, written)
            ? message('trust.image-is-missing', { image: written })
            : message('trust.missing-and-not-listed', { image: written }),
        ),
      };
    const query = { entries, image, written, allowDerived: socket.allowDerivedImages };
    const first = await this.#decide({ ...query, maxAgeMs: freshMs });
    // A cached refusal does not apply to an image that was pulled or pushed a moment ago.
    return first.verdict.trusted ? first : this.#decide({ ...query, maxAgeMs: recheckMs });
  }

  async #decide(query: TrustQuery): Promise<TrustExplanation> {
    const { entries, image, written, allowDerived, maxAgeMs } = query;
    const direct = await this.#byDigest(entries, image, written, maxAgeMs);
    const base = { image, checks: direct.checks };
    if (direct.trusted)
      return {
        ...base,
        bases: [],
        verdict: { trusted: true, imageId: image.id, allowedBy: direct.allowedBy, derivedFrom: null },
      };
    const { reason, detail, sentence } = direct;
    const refusal: Refusal = { trusted: false, reason, detail, sentence };
    if (!allowDerived || entries.length === 0) return { ...base, bases: [], verdict: refusal };
    const { bases, verdict } = await this.#byBase(query);
    if (verdict !== null) return { ...base, bases, verdict };
    const isLocal = image.store === 'graph' && image.digests.length === 0;
    return {
      ...base,
      bases,
      verdict:
        reason === 'not-listed' && isLocal
          ? untrusted('local-only', message('trust.not-listed-nor-derived'))
          : refusal,
    };
  }

  async #byDigest(
    entries: readonly AllowedEntry[],
    image: LocalImage,
    written: string,
    maxAgeMs: number,
  ): Promise<DigestTrust> {
    const responses = await this.#registries.queryAll(trustQueries(entries, image), maxAgeMs);
    return decideByDigest(entries, image, responses, written);
  }

  /** The verdict by the allowed image that this one was built from (B4); null where no base decides it. */
  async #byBase(
    query: TrustQuery,
  ): Promise<Pick<TrustExplanation, 'bases'> & { readonly verdict: ImageVerdict | null }> {
    const { entries, image, maxAgeMs } = query;
    const bases: { name: string; id: string; checks: readonly EntryCheck[] }[] = [];
    let unmet: Refusal | null = null;
    const existence = existenceQueries(image);
    if ('known' in existence && !existence.known) return { bases, verdict: null };
    for (const base of await this.#bases.find(image, entries)) {
      const trust = await this.#byDigest(entries, base, base.id, maxAgeMs);
      const name = imageName(base);
      bases.push({ name, id: base.id, checks: trust.checks });
      if (trust.trusted) {
        const exists =
          'known' in existence
            ? false
            : existsInRegistry([
                ...(await this.#registries.queryAll(existence.queries, maxAgeMs, false)).values(),
              ]);
        const allowed = { imageId: image.id, allowedBy: trust.allowedBy, derivedFrom: name };
        return { bases, verdict: derivedVerdict(exists, allowed) };
      }
      const problem = { ...trust.sentence, text: trust.detail };
      const detail = message('trust.base-is-not-allowed', { base: name, problem });
      // An unknown result takes precedence over a difference: it may still become trusted.
      if (trust.reason === 'registry-unreachable' && unmet?.reason !== 'registry-unreachable')
        unmet = untrusted('registry-unreachable', detail);
      unmet ??= untrusted('local-only', detail);
    }
    return { bases, verdict: unmet };
  }
}

/** `exists`: whether a registry serves the image under its own name, where its content could be another. */
function derivedVerdict(
  exists: ReturnType<typeof existsInRegistry>,
  allowed: { readonly imageId: string; readonly allowedBy: string; readonly derivedFrom: string },
): ImageVerdict {
  const base = allowed.derivedFrom;
  if (exists === false) return { trusted: true, ...allowed };
  if (exists === true) return untrusted('other-content', message('trust.derived-is-in-registry', { base }));
  const problem = problemText(exists);
  return untrusted('registry-unreachable', message('trust.derived-is-unknown', { base, problem }));
}

/** Caches a result for `ms`; a failure is not cached. */
function cacheFor(
  ms: number,
  now: () => number,
  load: () => Promise<RegistryFacts>,
): () => Promise<RegistryFacts> {
  let cached: { at: number; value: Promise<RegistryFacts> } | null = null;
  return () => {
    if (cached === null || now() - cached.at >= ms || now() < cached.at) {
      const value = load();
      const entry = { at: now(), value };
      cached = entry;
      value.catch(() => {
        if (cached === entry) cached = null;
      });
    }
    return cached.value;
  };
}
