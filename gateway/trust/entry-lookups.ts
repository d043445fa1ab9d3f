import { allowedEntries, entryQueries } from '../../shared/policy/image-trust.ts';
import { problemOf } from '../../shared/settings/registry-problem.ts';
import type { EntryLookupResult } from '../../shared/ipc/registry.ts';
import { createEngineFacts } from '../engine-api/create-engine-facts.ts';
import { EngineUnreachable, type RegistryFacts } from '../engine-api/engine-facts.ts';
import { dockerCredentials, type CredentialSource } from './docker-credentials.ts';
import { KnownDigests } from './known-digests.ts';
import { freshMs, RegistryCache } from './registry-cache.ts';
import { createRegistryClient } from './registry-client.ts';

/** What Docker takes for granted of registries where no engine says otherwise. */
const dockerDefaults: RegistryFacts = {
  mirrors: [],
  insecureHosts: [],
  insecureRanges: ['127.0.0.0/8'],
};

/** The engine's mirrors and insecure registries; Docker's defaults while it does not respond. */
export async function registriesOrDefaults(
  facts: { registries(): Promise<RegistryFacts> } | null,
): Promise<RegistryFacts> {
  try {
    return (await facts?.registries()) ?? dockerDefaults;
  } catch (error) {
    if (error instanceof EngineUnreachable) return dockerDefaults;
    throw error;
  }
}

export interface EntryLookups {
  /**
   * What the registries serve for entries of an image list, in the order of `references`. `again`: bypasses
   * the cache. Never rejects for a registry's sake.
   */
  lookUp(references: readonly string[], again?: boolean): Promise<EntryLookupResult[]>;
  close(): void;
}

/**
 * Resolves entries for as long as a window is open, with one cache and a limit of concurrent queries per
 * registry; reads the gateway's last-known digests, writes nothing.
 */
export function createEntryLookups(at: {
  readonly engineSocket: string | null;
  readonly knownDigests: string | null;
  readonly credentials?: CredentialSource;
  readonly now?: () => number;
}): EntryLookups {
  const now = at.now ?? Date.now;
  const facts = at.engineSocket === null ? null : createEngineFacts(at.engineSocket);
  const client = createRegistryClient({
    registries: () => registriesOrDefaults(facts),
    credentials: at.credentials ?? dockerCredentials(),
  });
  const cache = new RegistryCache(client, new KnownDigests(at.knownDigests, () => undefined, true), now);
  const one = async (reference: string, again: boolean): Promise<EntryLookupResult> => {
    const [query] = entryQueries(allowedEntries([reference]));
    if (query === undefined) return { kind: 'not-queried' };
    const result = await cache.query(query, again ? 0 : freshMs);
    switch (result.kind) {
      case 'served':
        return {
          kind: 'served',
          digest: result.digest,
          children: result.children === null ? null : [...result.children],
          at: new Date(now() - result.ageMs).toISOString(),
          lastKnown: result.lastKnown,
          ...(result.lastKnownSentence === undefined ? {} : { lastKnownSentence: result.lastKnownSentence }),
        };
      case 'absent':
        return { kind: 'absent' };
      case 'denied':
      case 'unavailable':
        return { kind: result.kind, ...problemOf(result) };
    }
  };
  return {
    lookUp: (references, again = false) => Promise.all(references.map((reference) => one(reference, again))),
    close: () => {
      client.close();
      facts?.close();
    },
  };
}
