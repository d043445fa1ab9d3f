import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';
import type { Change, DenialSentences, DenialSubject } from '../policy/decision.ts';
import type { RuleCode, SettingPointer } from '../rules/index.ts';

/**
 * The outcome of a request. `would-deny`: in audit mode, the rule refuses it, but it was allowed. Requests
 * that pass unchanged are not logged.
 */
export const auditOutcomes = ['allow', 'rewrite', 'deny', 'would-deny'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/**
 * The data of a decision, so that its text can be rendered in another language; missing in lines of versions
 * that wrote English only.
 */
export const decisionPartsSchema = {
  /** Detail of a refusal, in English. */
  detail: z.string().optional(),
  /** `what` and `detail` as catalogue sentences. */
  sentences: z
    .object({ what: messageReferenceSchema.optional(), detail: messageReferenceSchema.optional() })
    .optional(),
  /** What was rewritten. */
  changes: z
    .array(z.object({ rule: z.string(), field: z.string(), before: z.string(), after: z.string() }))
    .optional(),
};

/** The subject of a decision as data: a `DenialSubject`. */
export const decisionSubjectSchema = z.object({
  path: z.string().optional(),
  command: z.string().optional(),
  image: z.string().optional(),
  container: z.string().optional(),
});

/** One line of the decision log (JSONL). Lines of earlier versions lack the newer fields. */
export const auditEntrySchema = z.object({
  /** Unique, and in order within one run of the gateway: `<run>-<number>`; a gap means lost entries. */
  id: z.string().optional(),
  /** When it was decided, ISO 8601 UTC. */
  time: z.string(),
  outcome: z.enum(auditOutcomes),
  rule: z.string(),
  /** Spec id of the rule (A7, B1, …), '' if it has none. */
  spec: z.string().optional(),
  /** JSON pointer of the setting that would change the outcome, or null. */
  setting: z.string().nullable(),
  /** What was requested, as the user would name it: '--pid=host', 'bind mount of /etc'. */
  what: z.string().optional(),
  /** The same as data, where a setting can change the outcome. */
  subject: decisionSubjectSchema.optional(),
  /** The refusal sent to the client, or what was changed, in English. */
  message: z.string(),
  ...decisionPartsSchema,
  /** The caller (SO_PEERCRED); null if it could not be determined. */
  client: z.object({ uid: z.number().nullable(), pid: z.number().nullable() }),
  /** The socket of the request: the clients' socket, or one mounted into a container. */
  origin: z
    .object({
      kind: z.string(),
      mount: z.string().optional(),
      container: z.string().nullable().optional(),
      image: z.string().nullable().optional(),
      /** Uid of the creator of the container whose socket it is; null if unknown. */
      createdBy: z.number().nullable().optional(),
      /** Root had the container created for a verification. */
      verification: z.boolean().optional(),
    })
    .optional(),
  method: z.string(),
  /** Target as requested; values of parameters that may contain secrets are removed. */
  target: z.string(),
  container: z.string().optional(),
  image: z.string().optional(),
  /** How long the decision took, µs, including queries to the engine. */
  decisionUs: z.number().optional(),
  /** Counts the policies this gateway has had in force. */
  generation: z.number().optional(),
  /**
   * A user's preference in force at that time, if the administrator allows it: `sam: docker load allowed`.
   */
  preference: z.string().optional(),
  /** Entries that were lost before this one (a full disk, a flood). */
  droppedBefore: z.number().optional(),
});
export type StoredAuditEntry = z.infer<typeof auditEntrySchema>;

/** The origin of a request, as written to the log. */
export type AuditOrigin =
  | { readonly kind: 'clients' }
  | {
      readonly kind: 'socket-mount';
      readonly mount: string;
      readonly container: string | null;
      readonly image: string | null;
      readonly createdBy: number | null;
      readonly verification?: boolean;
    };

/** What the gateway passes to the log; the log adds id and time. */
export interface AuditEntry {
  readonly outcome: AuditOutcome;
  readonly rule: RuleCode;
  readonly spec: string;
  readonly setting: SettingPointer;
  readonly what: string;
  readonly subject?: DenialSubject | undefined;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly sentences?: DenialSentences | undefined;
  readonly changes?: readonly Change[] | undefined;
  readonly client: { readonly uid: number | null; readonly pid: number | null };
  readonly origin: AuditOrigin;
  readonly method: string;
  readonly target: string;
  readonly container?: string | undefined;
  readonly image?: string | undefined;
  readonly decisionUs: number;
  readonly generation: number;
  readonly preference?: string;
}
