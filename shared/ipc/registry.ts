import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';

/** Why there is no answer, and which sentence of the catalogue that is. */
const problemFields = { why: z.string(), sentence: messageReferenceSchema.optional() };

/**
 * What a registry serves for one entry of the image list, as the window shows it. Only `served` with
 * `lastKnown: null` is fresh knowledge.
 */
export const registryResultSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('served'),
    digest: z.string(),
    /** Digests of an index's manifests; null: it is an index and they are not known. */
    children: z.array(z.string()).nullable(),
    /** When the registry answered so. */
    at: z.string(),
    /** Why the registry could not be queried now, if so: the digest is the last known one. */
    lastKnown: z.string().nullable(),
    /** Which sentence of the catalogue `lastKnown` is. */
    lastKnownSentence: messageReferenceSchema.optional(),
  }),
  z.object({ kind: z.literal('absent') }),
  /** It wants credentials, or other ones. */
  z.object({ kind: z.literal('denied'), ...problemFields }),
  z.object({ kind: z.literal('unavailable'), ...problemFields }),
  /** A wildcard, or no reference at all: there is no one manifest to ask for. */
  z.object({ kind: z.literal('not-asked') }),
]);
export type EntryLookupResult = z.infer<typeof registryResultSchema>;
