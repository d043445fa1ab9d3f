import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { EntryDigest } from '../../shared/settings/lint/index.ts';
import { governingList, type GoverningList } from '../../shared/policy/commands.ts';
import { allowedEntries, entryQueries } from '../../shared/policy/image-trust.ts';
import { problemOf } from '../../shared/settings/registry-problem.ts';
import { createEngineFacts } from '../engine-api/create-engine-facts.ts';
import { createImageTrust, type TrustExplanation } from './create-image-trust.ts';
import { dockerCredentials } from './docker-credentials.ts';
import { registriesOrDefaults } from './entry-lookups.ts';
import { resolveCommandList } from './command-list.ts';
import { createRegistryClient } from './registry-client.ts';

/**
 * With the command list that a container of the image would be under (B7); null where it may have no socket.
 */
export interface SocketExplanation extends TrustExplanation {
  readonly list: GoverningList | null;
}

/**
 * One explanation for the command line: reads the gateway's last-known digests, writes nothing. Rejects with
 * EngineUnreachable.
 */
export async function explainImageTrust(
  image: string,
  socket: EffectiveSettings['socket'],
  at: { readonly engineSocket: string; readonly stateDirectory: string },
): Promise<SocketExplanation> {
  const facts = createEngineFacts(at.engineSocket);
  const trust = createImageTrust({ facts, stateDirectory: at.stateDirectory, readOnly: true });
  try {
    const explained = await trust.explain(image, socket);
    if (!explained.verdict.trusted) return { ...explained, list: null };
    const mount = {
      image,
      imageId: explained.verdict.imageId,
      allowedBy: explained.verdict.allowedBy,
      governing: [],
    };
    return {
      ...explained,
      list: governingList(socket, { ...mount, governing: await resolveCommandList(trust, mount, socket) }),
    };
  } finally {
    trust.close();
    facts.close();
  }
}

/**
 * What the registries serve for entries of an image list, by the entry as written. Wildcard entries, which
 * have no single reference, are left out.
 */
export async function queryEntries(
  images: readonly string[],
  engineSocket: string | null,
): Promise<ReadonlyMap<string, EntryDigest>> {
  const facts = engineSocket === null ? null : createEngineFacts(engineSocket);
  const client = createRegistryClient({
    registries: () => registriesOrDefaults(facts),
    credentials: dockerCredentials(),
  });
  try {
    const results = await Promise.all(
      allowedEntries(images).map(async (entry): Promise<[string, EntryDigest][]> => {
        const [query] = entryQueries([entry]);
        if (query === undefined) return [];
        const response = await client.query(query, () => []);
        return [
          [
            entry.written,
            response.kind === 'served' || response.kind === 'absent'
              ? { kind: response.kind }
              : { kind: 'unanswered', ...problemOf(response) },
          ],
        ];
      }),
    );
    return new Map(results.flat());
  } finally {
    client.close();
    facts?.close();
  }
}
