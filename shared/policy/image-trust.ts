import { joinMessages } from '../messages/join-messages.ts';
import { message, referenceTo, type Message, type MessageReference } from '../messages/message.ts';
import { problemOf, registryProblem, type RegistryProblem } from '../settings/registry-problem.ts';
import {
  parseImageReference,
  referenceCovers,
  referenceCoversRepository,
  type Repository,
} from '../settings/image-reference.ts';
import {
  type EntryCheck,
  type AllowedEntry,
  type LocalImage,
  type RegistryQuery,
  queryKey,
  type RegistryResult,
} from './image-trust-facts.ts';
import { checkSentence, detailOf } from './image-trust-text.ts';

/*
 * Which images may have the Docker socket (B2–B4), from facts. Names are only claims: `docker tag`, `load`,
 * `import`, `commit` and `build -t` assign any name to any content. What counts is a digest that the engine
 * itself has verified, and what the registry serves under the entry. Which digests are verified depends on
 * the engine's image store (`provenDigests`).
 */

/** Whether an image, by content, matches an entry, and if not, why. */
export type DigestTrust =
  | { readonly trusted: true; readonly allowedBy: string; readonly checks: readonly EntryCheck[] }
  | {
      readonly trusted: false;
      readonly reason: 'not-listed' | 'other-content' | 'local-only' | 'registry-unreachable';
      /** Why, in English. */
      readonly detail: string;
      readonly sentence: MessageReference;
      readonly checks: readonly EntryCheck[];
    };

/**
 * Maximum number of names of one image that are checked: an image with thousands must not cause thousands of
 * queries to a registry.
 */
const maxNames = 16;

/** The entries that can be parsed; the others match nothing, and the linter reports them. */
export function allowedEntries(written: readonly string[]): AllowedEntry[] {
  return written.flatMap((text) => {
    const parsed = parseImageReference(text);
    return parsed.ok ? [{ written: text, reference: parsed.value }] : [];
  });
}

interface ProvenDigest extends Repository {
  readonly digest: string;
}

/**
 * Digests that the engine has checked, with the repositories they may be looked for in.
 * - Graph driver: RepoDigests. Only pull and push write them, with the digest of the manifest that went over
 *   the wire.
 * - containerd: the id, and nothing else. There RepoDigests are made of the images' names, and `docker load`
 *   takes a name with any digest in it; the id is the true hash of the manifest or index. The names only
 *   state where to look for it.
 */
export function provenDigests(image: LocalImage): ProvenDigest[] {
  const claims = (image.store === 'graph' ? image.digests : [...image.digests, ...image.tags]).flatMap(
    (name) => {
      const parsed = parseImageReference(name);
      if (!parsed.ok || parsed.value.kind !== 'image' || parsed.value.path.includes('*')) return [];
      const digest = image.store === 'graph' ? parsed.value.digest : image.id;
      return digest === null || !/^sha(?:256|512):[0-9a-f]+$/.test(digest)
        ? []
        : [{ domain: parsed.value.domain, path: parsed.value.path, digest }];
    },
  );
  return [
    ...new Map(claims.map((claim) => [`${claim.domain}/${claim.path}@${claim.digest}`, claim])).values(),
  ];
}

interface PlannedCheck {
  readonly entry: AllowedEntry;
  readonly proven: ProvenDigest;
  readonly query: RegistryQuery | null;
}

function plannedChecks(entries: readonly AllowedEntry[], image: LocalImage): PlannedCheck[] {
  const covered = provenDigests(image).filter((proven) =>
    entries.some((entry) => referenceCoversRepository(entry.reference, proven)),
  );
  return covered.slice(0, maxNames).flatMap((proven) =>
    entries.flatMap((entry): PlannedCheck[] => {
      const { reference } = entry;
      if (reference.kind === 'any' || !referenceCoversRepository(reference, proven)) return [];
      const at = { domain: proven.domain, path: proven.path };
      // A pinned digest needs no registry: the engine has verified it. It may still be an index that contains
      // the local one.
      if (reference.digest !== null)
        return [
          {
            entry,
            proven,
            query: reference.digest === proven.digest ? null : { ...at, reference: reference.digest },
          },
        ];
      return [
        {
          entry,
          proven,
          query: {
            ...at,
            reference: reference.tag === null || reference.tag === '*' ? proven.digest : reference.tag,
          },
        },
      ];
    }),
  );
}

/** The queries that `decideByDigest` needs results for, without duplicates. */
export function trustQueries(entries: readonly AllowedEntry[], image: LocalImage): RegistryQuery[] {
  if (entries.some((entry) => entry.reference.kind === 'any')) return [];
  const queries = plannedChecks(entries, image).flatMap((check) =>
    check.query === null ? [] : [check.query],
  );
  return [...new Map(queries.map((query) => [queryKey(query), query])).values()];
}

/** `docker` of `docker@sha256:…`. */
const repositoryOf = (digest: string): string => digest.slice(0, digest.indexOf('@'));

/**
 * Whether the image, by content, matches an entry. `written`: the name by which it was requested. A missing
 * result counts as unavailable.
 */
export function decideByDigest(
  entries: readonly AllowedEntry[],
  image: LocalImage,
  results: ReadonlyMap<string, RegistryResult>,
  written: string,
): DigestTrust {
  const any = entries.find((entry) => entry.reference.kind === 'any');
  if (any !== undefined) return { trusted: true, allowedBy: any.written, checks: [] };
  const names = [written, ...image.tags, ...image.digests].flatMap((name) => {
    const parsed = parseImageReference(name);
    return parsed.ok && parsed.value.kind === 'image' ? [parsed.value] : [];
  });
  const isNamed = (entry: AllowedEntry) => names.some((name) => referenceCovers(entry.reference, name));
  const checks = plannedChecks(entries, image).map((check) => judge(check, results, isNamed(check.entry)));
  const match = checks.find((check) => check.outcome === 'match');
  if (match !== undefined) return { trusted: true, allowedBy: match.entry, checks };

  const naming = entries.filter(isNamed);
  const deciding = naming.length > 0 ? checks.filter((check) => check.named) : checks;
  const unanswered = deciding.find((check) => check.outcome === 'unanswered');
  if (unanswered !== undefined)
    return { ...untrusted('registry-unreachable', checkSentence(unanswered)), checks };
  if (naming.length > 0 && deciding.length > 0)
    return { ...untrusted('other-content', detailOf(deciding)), checks };
  if (naming.length > 0) {
    const entry = joinMessages(
      'enumeration',
      naming.map((allowed) => allowed.written),
    );
    if (image.digests.length > 0) {
      const source = joinMessages('enumeration', [...new Set(image.digests.map(repositoryOf))]);
      return { ...untrusted('not-listed', message('trust.pulled-elsewhere', { entry, source })), checks };
    }
    return { ...untrusted('local-only', message('trust.named-but-not-pulled', { entry })), checks };
  }
  return {
    ...untrusted('not-listed', checks.length > 0 ? detailOf(checks) : message('trust.not-listed')),
    checks,
  };
}

/** The verdict that an image may not have the socket. */
export const untrusted = <Reason extends string>(reason: Reason, detail: Message) =>
  ({ trusted: false, reason, detail: detail.text, sentence: referenceTo(detail) }) as const;

function judge(
  { entry, proven, query }: PlannedCheck,
  results: ReadonlyMap<string, RegistryResult>,
  named: boolean,
): EntryCheck {
  const base = {
    entry: entry.written,
    repository: `${proven.domain}/${proven.path}`,
    local: proven.digest,
    named,
  };
  if (query === null) return { ...base, query, answer: null, outcome: 'match' };
  const answer = results.get(queryKey(query)) ?? {
    kind: 'unavailable' as const,
    ...registryProblem(message('registry.not-queried')),
  };
  return { ...base, query, answer, outcome: outcomeOf(proven.digest, query, answer) };
}

function outcomeOf(local: string, query: RegistryQuery, answer: RegistryResult): EntryCheck['outcome'] {
  switch (answer.kind) {
    case 'denied':
    case 'unavailable':
      return 'unanswered';
    case 'absent':
      return 'absent';
    case 'served':
      // A response about a digest must have that digest, or it is invalid.
      if (query.reference.includes(':') && query.reference !== answer.digest) return 'absent';
      if (answer.digest === local || answer.children?.includes(local) === true) return 'match';
      return answer.children === null ? 'unanswered' : 'differs';
  }
}

/**
 * Whether an image consists of all layers of another, possibly with more on top (B4). An image without layers
 * is the base of none.
 */
export function isBuiltFrom(image: Pick<LocalImage, 'layers'>, base: Pick<LocalImage, 'layers'>): boolean {
  return (
    base.layers.length > 0 &&
    base.layers.length <= image.layers.length &&
    base.layers.every((layer, index) => layer === image.layers[index])
  );
}

/** Whether an entry could match this image, by its names. Only then is it worth checking as a base. */
export function namesAnEntry(
  entries: readonly AllowedEntry[],
  image: Pick<LocalImage, 'tags' | 'digests'>,
): boolean {
  return [...image.tags, ...image.digests].some((name) => {
    const parsed = parseImageReference(name);
    if (!parsed.ok || parsed.value.kind !== 'image') return false;
    const { domain, path } = parsed.value;
    return entries.some((entry) => referenceCoversRepository(entry.reference, { domain, path }));
  });
}

/**
 * Whether an entry could match what a pull of this name gets: any tag of a listed repository may have the
 * listed content. An id can't be pulled, and what is no reference can't either: unknown, so true.
 */
export function mayMatchOncePulled(entries: readonly AllowedEntry[], name: string): boolean {
  const parsed = parseImageReference(name);
  if (!parsed.ok || parsed.value.kind !== 'image') return true;
  const { domain, path } = parsed.value;
  return entries.some(
    ({ reference }) => reference.kind === 'any' || referenceCoversRepository(reference, { domain, path }),
  );
}

/**
 * Whether the image is known to be in no registry (B4). With a graph driver RepoDigests determine that.
 * containerd does not record it: the registries of its names must be queried; these are the queries.
 */
export function existenceQueries(
  image: LocalImage,
): { readonly known: boolean } | { readonly queries: readonly RegistryQuery[] } {
  const proven = provenDigests(image);
  if (image.store === 'graph')
    return { known: image.digests.filter((digest) => !digest.startsWith('<none>')).length === 0 };
  return {
    queries: proven
      .slice(0, maxNames)
      .map(({ domain, path, digest }) => ({ domain, path, reference: digest })),
  };
}

/**
 * Some registry has it: true; none of those that could be queried has it: false; unknown: the reason. Denied
 * counts as "not served": registries respond so for repositories that don't exist.
 */
export function existsInRegistry(results: readonly RegistryResult[]): boolean | RegistryProblem {
  if (results.some((answer) => answer.kind === 'served')) return true;
  for (const answer of results) if (answer.kind === 'unavailable') return problemOf(answer);
  return false;
}

/**
 * The queries for entries alone, for a refresh in advance: their tags and pinned digests. Wildcards depend on
 * images.
 */
export function entryQueries(entries: readonly AllowedEntry[]): RegistryQuery[] {
  const queries = entries.flatMap(({ reference }): RegistryQuery[] => {
    if (reference.kind === 'any' || reference.path.includes('*')) return [];
    const wanted = reference.digest ?? reference.tag;
    return wanted === null || wanted === '*'
      ? []
      : [{ domain: reference.domain, path: reference.path, reference: wanted }];
  });
  return [...new Map(queries.map((query) => [queryKey(query), query])).values()];
}
