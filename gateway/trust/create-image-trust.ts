import path from 'node:path';
import { message } from '../../shared/messages/message.ts';
import { problemText } from '../../shared/settings/registry-problem.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import {
  allowedEntries,
  decideByDigest,
  entryQueries,
  existenceQueries,
  existsInRegistry,
  isBuiltFrom,
  namesAnEntry,
  trustQueries,
  untrusted,
  type DigestTrust,
} from '../../shared/policy/image-trust.ts';
import { imageName } from '../../shared/policy/image-trust-text.ts';
import type { AllowedEntry, EntryCheck, LocalImage } from '../../shared/policy/image-trust-facts.ts';
import type { EngineFacts, RegistryFacts } from '../engine-api/engine-facts.ts';
import { dockerCredentials, type CredentialSource } from './docker-credentials.ts';
import type { ImageTrust, ImageVerdict } from './image-trust.ts';
import { KnownDigests } from './known-digests.ts';
import { freshMs, recheckMs, RegistryAnswers } from './registry-answers.ts';
import { createRegistryClient, type RegistryClient } from './registry-client.ts';

export interface ImageTrustOptions {
  readonly facts: Pick<EngineFacts, 'image' | 'images' | 'registries'>;
  /** Directory for `registry-digests.json`, the last-known digests; null: kept in memory only. */
  readonly stateDirectory: string | null;
  /** Use what is in `stateDirectory`, write nothing there: it is the gateway's. */
  readonly readOnly?: boolean;
  /**
   * The list to ask about ahead of time, at start and every 30 minutes; null where nothing is to be asked
   * (ECI off). Missing: no refresh.
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

/** A verdict with everything it was made of. */
export interface TrustExplanation {
  readonly verdict: ImageVerdict;
  readonly image: LocalImage | null;
  /** The check of each entry against the image itself. */
  readonly checks: readonly EntryCheck[];
  /** Allowed images it could have been built from, and what the entries said about them (B4). */
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

const refreshMs = 30 * 60_000;
const registryFactsMs = 60_000;
/** Limit of local images that are checked as possible bases. */
const maxBases = 200;

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
      registries: cacheFor(registryFactsMs, now, () => options.facts.registries()),
      credentials: options.credentials ?? dockerCredentials(),
      now,
      ...(options.certificates === undefined ? {} : { certificates: options.certificates }),
    });
  const answers = new RegistryAnswers(client, known, now);
  /** Layers never change under an id. */
  const layers = new Map<string, LocalImage>();

  const byDigest = async (
    entries: readonly AllowedEntry[],
    image: LocalImage,
    written: string,
    maxAgeMs: number,
  ): Promise<DigestTrust> =>
    decideByDigest(entries, image, await answers.askAll(trustQueries(entries, image), maxAgeMs), written);

  const basesOf = async (entries: readonly AllowedEntry[], image: LocalImage): Promise<LocalImage[]> => {
    const candidates = (await options.facts.images())
      .filter((candidate) => candidate.id !== image.id && namesAnEntry(entries, candidate))
      .slice(0, maxBases);
    const bases: LocalImage[] = [];
    for (const candidate of candidates) {
      // Names come with the list: they change, the layers don't.
      const found = layers.get(candidate.id) ?? (await options.facts.image(candidate.id));
      if (found === null) continue;
      if (layers.size > 1000) layers.clear();
      layers.set(candidate.id, found);
      if (isBuiltFrom(image, found))
        bases.push({ ...found, tags: candidate.tags, digests: candidate.digests });
    }
    return bases.sort((a, b) => b.layers.length - a.layers.length);
  };

  const derived = async (
    entries: readonly AllowedEntry[],
    image: LocalImage,
    maxAgeMs: number,
  ): Promise<Pick<TrustExplanation, 'bases'> & { readonly verdict: ImageVerdict | null }> => {
    const bases: { name: string; id: string; checks: readonly EntryCheck[] }[] = [];
    let unmet: Extract<ImageVerdict, { trusted: false }> | null = null;
    const existence = existenceQueries(image);
    if ('known' in existence && !existence.known) return { bases, verdict: null };
    for (const base of await basesOf(entries, image)) {
      const trust = await byDigest(entries, base, base.id, maxAgeMs);
      const name = imageName(base);
      bases.push({ name, id: base.id, checks: trust.checks });
      if (!trust.trusted) {
        const problem = { ...trust.sentence, text: trust.detail };
        const detail = message('trust.base-is-not-allowed', { base: name, problem });
        // An unknown result takes precedence over a difference: it may still become trusted.
        if (trust.reason === 'registry-unreachable' && unmet?.reason !== 'registry-unreachable')
          unmet = untrusted('registry-unreachable', detail);
        unmet ??= untrusted('local-only', detail);
        continue;
      }
      const exists =
        'known' in existence
          ? false
          : existsInRegistry([...(await answers.askAll(existence.queries, maxAgeMs, false)).values()]);
      if (exists === true)
        return {
          bases,
          verdict: untrusted('other-content', message('trust.derived-is-in-registry', { base: name })),
        };
      if (exists !== false)
        return {
          bases,
          verdict: untrusted(
            'registry-unreachable',
            message('trust.derived-is-unknown', { base: name, problem: problemText(exists) }),
          ),
        };
      return {
        bases,
        verdict: { trusted: true, imageId: image.id, allowedBy: trust.allowedBy, derivedFrom: name },
      };
    }
    return { bases, verdict: unmet };
  };

  const round = async (
    entries: readonly AllowedEntry[],
    image: LocalImage,
    written: string,
    allowDerived: boolean,
    maxAgeMs: number,
  ): Promise<TrustExplanation> => {
    const direct = await byDigest(entries, image, written, maxAgeMs);
    if (direct.trusted)
      return {
        image,
        checks: direct.checks,
        bases: [],
        verdict: { trusted: true, imageId: image.id, allowedBy: direct.allowedBy, derivedFrom: null },
      };
    const { reason, detail, sentence } = direct;
    const refusal: ImageVerdict = { trusted: false, reason, detail, sentence };
    const base = { image, checks: direct.checks };
    if (!allowDerived || entries.length === 0) return { ...base, bases: [], verdict: refusal };
    const built = await derived(entries, image, maxAgeMs);
    if (built.verdict !== null) return { ...base, bases: built.bases, verdict: built.verdict };
    const local = image.store === 'graph' && image.digests.length === 0;
    return {
      ...base,
      bases: built.bases,
      verdict:
        direct.reason === 'not-listed' && local
          ? untrusted('local-only', message('trust.not-listed-nor-derived'))
          : refusal,
    };
  };

  const explain = async (written: string, socket: EffectiveSettings['socket']): Promise<TrustExplanation> => {
    const image = await options.facts.image(written);
    if (image === null || image.id === '')
      return {
        image: null,
        checks: [],
        bases: [],
        verdict: untrusted('not-local', message('trust.image-is-missing', { image: written })),
      };
    const entries = allowedEntries(socket.images);
    const first = await round(entries, image, written, socket.allowDerivedImages, freshMs);
    // A cached refusal does not apply to an image that was pulled or pushed a moment ago.
    return first.verdict.trusted
      ? first
      : round(entries, image, written, socket.allowDerivedImages, recheckMs);
  };

  let closed = false;
  const refresh = async (): Promise<void> => {
    const socket = options.refresh?.() ?? null;
    if (socket === null) return;
    // Per-image lists too: their images are queried even where the image list is `*` (B7).
    for (const question of entryQueries(
      allowedEntries([...socket.images, ...socket.perImage.map(({ image }) => image)]),
    ).slice(0, 200)) {
      if (closed) return;
      await answers.ask(question, recheckMs);
    }
  };
  const timers: NodeJS.Timeout[] = [];
  if (options.refresh !== undefined) {
    const quietly = () => {
      refresh().catch((error: unknown) => {
        log(`registry digests were not refreshed: ${error instanceof Error ? error.message : String(error)}`);
      });
    };
    timers.push(setTimeout(quietly, 1000), setInterval(quietly, refreshMs));
    for (const timer of timers) timer.unref();
  }

  return {
    explain,
    decide: async (image, socket) => (await explain(image, socket)).verdict,
    flush: () => known.flush(),
    close: () => {
      closed = true;
      for (const timer of timers) clearInterval(timer);
      client.close();
      void known.flush();
    },
  };
}

/** Caches a result for `ms`; a failure is not cached. */
function cacheFor(
  ms: number,
  now: () => number,
  ask: () => Promise<RegistryFacts>,
): () => Promise<RegistryFacts> {
  let cached: { at: number; value: Promise<RegistryFacts> } | null = null;
  return () => {
    if (cached === null || now() - cached.at >= ms || now() < cached.at) {
      const value = ask();
      const mine = { at: now(), value };
      cached = mine;
      value.catch(() => {
        if (cached === mine) cached = null;
      });
    }
    return cached.value;
  };
}
