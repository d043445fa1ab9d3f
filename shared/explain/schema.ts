import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';
import { auditOutcomes, decisionPartsSchema } from '../audit/entry.ts';

/**
 * One thing a create request asks for: a field of its body and the value (one entry of a list, one pair of a
 * map).
 */
export const requestPartSchema = z.object({ field: z.string(), value: z.string() });
export type RequestPart = z.infer<typeof requestPartSchema>;

/** One thing a rule has to say about a request. */
export const findingSchema = z.object({
  /** `missing`: something named is not there, or could not be queried. */
  outcome: z.enum([...auditOutcomes, 'missing']),
  /** Rule code; '' where something named is not there, or could not be queried. */
  rule: z.string(),
  /** Spec id (A7, B1, …) or ''. */
  spec: z.string(),
  /** JSON pointer of the setting that would change it, or null. */
  setting: z.string().nullable(),
  /** What it is about, as the user would name it. */
  what: z.string(),
  /** The same as data, where a setting can change the outcome. */
  subject: z
    .object({ path: z.string().optional(), command: z.string().optional(), image: z.string().optional() })
    .optional(),
  /** The sentence a client or the log would get, in English. */
  message: z.string(),
  ...decisionPartsSchema,
  /** What of a create request it is about; missing where only the whole shows it. */
  part: requestPartSchema.optional(),
});
export type Finding = z.infer<typeof findingSchema>;

/** One request that would change something, decided and not done. */
export const explainedRequestSchema = z.object({
  method: z.string(),
  target: z.string(),
  /**
   * `would-deny`: audit mode lets it through. `undecided`: the engine could not be queried, or what is named
   * is not there.
   */
  outcome: z.enum([...auditOutcomes, 'undecided']),
  /** Every finding, denials first found or not; a request without any passes as it is. */
  findings: z.array(findingSchema),
  /**
   * What a create request asks for and no rule has anything to say about; values of variables and labels are
   * left away.
   */
  passed: z.array(requestPartSchema).optional(),
  /** The first refusal, as the client would get it. */
  refusal: z.string().nullable(),
  /** The service of a compose file it is for. */
  service: z.string().optional(),
  /** What it makes, of a compose file's requests. */
  kind: z.enum(['container', 'network', 'volume', 'build']).optional(),
  /** Name of a network or volume that is made. */
  name: z.string().optional(),
  /** The image of a create request. */
  image: z.string().optional(),
});
export type ExplainedRequest = z.infer<typeof explainedRequestSchema>;

/** What was found about an image that asks for the Docker socket. */
export const imageLookupSchema = z.object({
  image: z.string(),
  trusted: z.boolean(),
  /** The entry of the list that allows it, '' where none does. */
  allowedBy: z.string(),
  /** Content that was compared, '' where there is none. */
  imageId: z.string(),
  /** The command list that governs the socket it gets. */
  commands: z.object({ type: z.enum(['allow', 'deny']), names: z.array(z.string()) }).optional(),
  /** Why not, as a code of `gateway/trust`; '' where it is trusted. */
  reason: z.string(),
  /** Why not, in English; of a trusted one the image it was built from, or ''. */
  detail: z.string(),
  /** Why not, as a sentence of the catalogue. */
  sentence: messageReferenceSchema.optional(),
});
export type ImageLookup = z.infer<typeof imageLookupSchema>;

/** One query to the engine. */
export const factLookupSchema = z.object({
  kind: z.enum(['container', 'image', 'volume', 'network']),
  name: z.string(),
  /** What it is: an id, a driver; null: it is not there. */ found: z.string().nullable(),
});
export type FactLookup = z.infer<typeof factLookupSchema>;

export const explanationNotes = [
  'later-requests',
  'build-calls',
  'image-assumed',
  'stub-context',
  'options-left-out',
  'compose-environment',
  'compose-build',
  'compose-stopped',
] as const;

/** What would happen. Nothing was run. */
export const explanationSchema = z.object({
  eci: z.boolean(),
  mode: z.enum(['enforce', 'audit']),
  /** The strictest outcome of all requests; `allow` without any: it only reads. */
  outcome: explainedRequestSchema.shape.outcome,
  requests: z.array(explainedRequestSchema),
  /** Queries to an engine that is not there: their objects are taken for absent. Empty with an engine. */
  missingFacts: z.array(z.string()),
  /** The same as sentences of the catalogue, in the same order. */
  missingFactSentences: z.array(messageReferenceSchema).optional(),
  /** The queries to the engine, and their answers. */
  facts: z.array(factLookupSchema),
  images: z.array(imageLookupSchema),
  /** Whether there was an engine to ask. */
  engine: z.boolean(),
  /** What the client itself wrote: errors where it was refused, warnings. */
  clientWords: z.string(),
  /** What the explanation leaves open, as codes. */
  notes: z.array(z.enum(explanationNotes)),
  /** Options or fields that were not looked at, as written. */
  leftOut: z.array(z.string()),
});
export type Explanation = z.infer<typeof explanationSchema>;
