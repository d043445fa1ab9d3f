import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';
import { auditOutcomes, decisionPartsSchema, decisionSubjectSchema } from '../audit/entry.ts';

/**
 * One part of a create request: a field of its body and the value (one entry of a list, one pair of a map).
 */
const requestPartSchema = z.object({ field: z.string(), value: z.string() });
export type RequestPart = z.infer<typeof requestPartSchema>;

/** One finding of a rule about a request. */
export const findingSchema = z.object({
  /** `missing`: a named object does not exist, or could not be queried. */
  outcome: z.enum([...auditOutcomes, 'missing']),
  /** Rule code; '' if a named object does not exist, or could not be queried. */
  rule: z.string(),
  /** Spec id (A7, B1, …) or ''. */
  spec: z.string(),
  /** JSON pointer of the setting that would change it, or null. */
  setting: z.string().nullable(),
  /** What it is about, as the user would name it. */
  what: z.string(),
  /** The same as data, where a setting can change the outcome. */
  subject: decisionSubjectSchema.optional(),
  /** The sentence sent to the client or the log, in English. */
  message: z.string(),
  ...decisionPartsSchema,
  /** The part of a create request that it is about; missing if only the whole request causes it. */
  part: requestPartSchema.optional(),
});
export type Finding = z.infer<typeof findingSchema>;

/** One request that would change something, decided and not executed. */
const explainedRequestSchema = z.object({
  method: z.string(),
  target: z.string(),
  /**
   * `would-deny`: audit mode allows it. `undecided`: the engine could not be queried, or a named object does
   * not exist.
   */
  outcome: z.enum([...auditOutcomes, 'undecided']),
  /** Every finding, denials first; a request without findings passes unchanged. */
  findings: z.array(findingSchema),
  /** The parts of a create request to which no rule applies; values of variables and labels are removed. */
  passed: z.array(requestPartSchema).optional(),
  /** The first refusal, as sent to the client. */
  refusal: z.string().nullable(),
  /** The service of a Compose file it is for. */
  service: z.string().optional(),
  /** The kind of object that a Compose file's request creates. */
  kind: z.enum(['container', 'network', 'volume', 'build']).optional(),
  /** Name of a network or volume that is created. */
  name: z.string().optional(),
  /** The image of a create request. */
  image: z.string().optional(),
});
export type ExplainedRequest = z.infer<typeof explainedRequestSchema>;

/** The findings about an image that requests the Docker socket. */
const imageLookupSchema = z.object({
  image: z.string(),
  trusted: z.boolean(),
  /** The entry of the list that allows it, '' if none does. */
  allowedBy: z.string(),
  /** The compared content, '' if there is none. */
  imageId: z.string(),
  /** The command list of the socket it gets. */
  commands: z.object({ type: z.enum(['allow', 'deny']), names: z.array(z.string()) }).optional(),
  /** Why not, as a code of `gateway/trust`; '' if it is trusted. */
  reason: z.string(),
  /** Why not, in English; for a trusted one the image it was built from, or ''. */
  detail: z.string(),
  /** Why not, as a catalogue sentence. */
  sentence: messageReferenceSchema.optional(),
});
export type ImageLookup = z.infer<typeof imageLookupSchema>;

/** One query to the engine. */
const factLookupSchema = z.object({
  kind: z.enum(['container', 'image', 'volume', 'network']),
  name: z.string(),
  /** What it is: an id, a driver; null: it is not there. */ found: z.string().nullable(),
});
export type FactLookup = z.infer<typeof factLookupSchema>;

const explanationNotes = [
  'joined-owner',
  'later-requests',
  'build-calls',
  'image-assumed',
  'stub-context',
  'options-left-out',
  'compose-environment',
  'compose-build',
  'compose-stopped',
] as const;

/** What would happen. Nothing was executed. */
export const explanationSchema = z.object({
  eci: z.boolean(),
  mode: z.enum(['enforce', 'audit']),
  /** The strictest outcome of all requests; `allow` without any: it only reads. */
  outcome: explainedRequestSchema.shape.outcome,
  requests: z.array(explainedRequestSchema),
  /**
   * Queries to an engine that is not available: their objects are assumed to be absent. Empty with an engine.
   */
  missingFacts: z.array(z.string()),
  /** The same as catalogue sentences, in the same order. */
  missingFactSentences: z.array(messageReferenceSchema).optional(),
  /** The queries to the engine, and their results. */
  facts: z.array(factLookupSchema),
  images: z.array(imageLookupSchema),
  /** Whether an engine was available. */
  engine: z.boolean(),
  /** The client's own output: errors if it was refused, warnings. */
  clientOutput: z.string(),
  /** What the explanation leaves open, as codes. */
  notes: z.array(z.enum(explanationNotes)),
  /** Options or fields that were not examined, as written. */
  leftOut: z.array(z.string()),
});
export type Explanation = z.infer<typeof explanationSchema>;
