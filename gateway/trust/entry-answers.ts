import { allowedEntries, entryQueries } from '../../shared/policy/image-trust.ts';
import { problemOf } from '../../shared/settings/registry-problem.ts';
import type { EntryLookupResult } from '../../shared/ipc/registry.ts';
import { createEngineFacts } from '../engine-api/create-engine-facts.ts';
import { EngineUnreachable, type RegistryFacts } from '../engine-api/engine-facts.ts';
import { dockerCredentials, type CredentialSource } from './docker-credentials.ts';
import { KnownDigests } from './known-digests.ts';
import { freshMs, RegistryAnswers } from './registry-answers.ts';
import { createRegistryClient } from './registry-client.ts';

/** What Docker takes for granted of registries where no engine says otherwise. */
export const dockerDefaults: RegistryFacts = {
  mirrors: [],
  insecureHosts: [],
  insecureRanges: ['127.0.0.0/8'],
};

/** The engine's mirrors and insecure registries; Docker's defaults while it does not respond. */
export async function registriesOr(
  facts: { registries(): Promise<RegistryFacts> } | null,
): Promise<RegistryFacts> {
  try {
    return (await facts?.registries()) ?? dockerDefaults;
  } catch (error) {
    if (error instanceof EngineUnreachable) return dockerDefaults;
    throw error;
  }
}

export interface EntryAnswers {
  /**
   * What the registries serve for entries of an image list, in the order asked. `again`: not from memory.
   * Never rejects for a registry's sake.
   */
  ask(references: readonly string[], again?: boolean): Promise<EntryLookupResult[]>;
  close(): void;
}

/**
 * Asks about entries for as long as a window is open: one memory, at most a few questions at once to one
 * registry; reads the gateway's last-known digests, writes nothing.
 */
export function createEntryAnswers(at: {
  readonly engineSocket: string | null;
  readonly knownDigests: string | null;
  readonly credentials?: CredentialSource;
  readonly now?: () => number;
}): EntryAnswers {
  const now = at.now ?? Date.now;
  const facts = at.engineSocket === null ? null : createEngineFacts(at.engineSocket);
  const client = createRegistryClient({
    registries: () => registriesOr(facts),
    credentials: at.credentials ?? dockerCredentials(),
  });
  const answers = new RegistryAnswers(client, new KnownDigests(at.knownDigests, () => undefined, true), now);
  const one = async (reference: string, again: boolean): Promise<EntryLookupResult> => {
    const [question] = entryQueries(allowedEntries([reference]));
    if (question === undefined) return { kind: 'not-asked' };
    const answer = await answers.ask(question, again ? 0 : freshMs);
    switch (answer.kind) {
      case 'served':
        return {
          kind: 'served',
          digest: answer.digest,
          children: answer.children === null ? null : [...answer.children],
          at: new Date(now() - answer.ageMs).toISOString(),
          lastKnown: answer.lastKnown,
          ...(answer.lastKnownSentence === undefined ? {} : { lastKnownSentence: answer.lastKnownSentence }),
        };
      case 'absent':
        return { kind: 'absent' };
      case 'denied':
      case 'unavailable':
        return { kind: answer.kind, ...problemOf(answer) };
    }
  };
  return {
    ask: (references, again = false) => Promise.all(references.map((reference) => one(reference, again))),
    close: () => {
      client.close();
      facts?.close();
    },
  };
}
