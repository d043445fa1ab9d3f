import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';

/** Why there is no result, and its catalogue sentence. */
const problemFields = { why: z.string(), sentence: messageReferenceSchema.optional() };

/**
 * What a registry serves for one entry of the image list, as displayed in the window. Only `served` with
 * `lastKnown: null` is up to date.
 */
export const registryResultSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('served'),
    digest: z.string(),
    /** Digests of an index's manifests; null: it is an index and they are unknown. */
    children: z.array(z.string()).nullable(),
    /** When the registry returned this. */
    at: z.string(),
    /** Why the registry could not be queried now, if it could not: the digest is the last known one. */
    lastKnown: z.string().nullable(),
    /** The catalogue sentence of `lastKnown`. */
    lastKnownSentence: messageReferenceSchema.optional(),
  }),
  z.object({ kind: z.literal('absent') }),
  /** It requires credentials, or other ones. */
  z.object({ kind: z.literal('denied'), ...problemFields }),
  z.object({ kind: z.literal('unavailable'), ...problemFields }),
  /** A wildcard, or not a reference at all: there is no single manifest to query. */
  z.object({ kind: z.literal('not-queried') }),
]);
export type EntryLookupResult = z.infer<typeof registryResultSchema>;
