import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';
import type { Change, DenialSentences, DenialSubject } from '../policy/decision.ts';
import type { RuleCode, SettingPointer } from '../rules/index.ts';

/**
 * What became of a request. `would-deny`: audit mode, the rule refuses it, and it was let pass all the same.
 * Requests that pass unchanged are not logged.
 */
export const auditOutcomes = ['allow', 'rewrite', 'deny', 'would-deny'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/**
 * What a decision was made of, so that its text can be made again in another language; lines of versions that
 * wrote English only have none of it.
 */
export const decisionPartsSchema = {
  /** Detail of a refusal, in English. */
  detail: z.string().optional(),
  /** `what` and `detail` as sentences of the catalogue. */
  sentences: z
    .object({ what: messageReferenceSchema.optional(), detail: messageReferenceSchema.optional() })
    .optional(),
  /** What was written differently. */
  changes: z
    .array(z.object({ rule: z.string(), field: z.string(), before: z.string(), after: z.string() }))
    .optional(),
};

/** One line of the decision log (JSONL). Lines of earlier versions lack the newer fields. */
export const auditEntrySchema = z.object({
  /** Unique, and in order within one run of the gateway: `<run>-<number>`; a gap means lost entries. */
  id: z.string().optional(),
  /** When it was decided, ISO 8601 UTC. */
  time: z.string(),
  outcome: z.enum(auditOutcomes),
  rule: z.string(),
  /** Spec id of the rule (A7, B1, …), '' where it has none. */
  spec: z.string().optional(),
  /** JSON pointer of the setting that would change the outcome, or null. */
  setting: z.string().nullable(),
  /** What was requested, as the user would name it: '--pid=host', 'bind mount of /etc'. */
  what: z.string().optional(),
  /** The same as data, where a setting can change the outcome. */
  subject: z
    .object({ path: z.string().optional(), command: z.string().optional(), image: z.string().optional() })
    .optional(),
  /** The refusal that the client got, or what was changed, in English. */
  message: z.string(),
  ...decisionPartsSchema,
  /** Who called (SO_PEERCRED); null where it could not be determined. */
  client: z.object({ uid: z.number().nullable(), pid: z.number().nullable() }),
  /** The door it came in by: the clients' socket, or one mounted into a container. */
  origin: z
    .object({
      kind: z.string(),
      mount: z.string().optional(),
      container: z.string().nullable().optional(),
      image: z.string().nullable().optional(),
    })
    .optional(),
  method: z.string(),
  /** Target as requested; values of parameters that may hold secrets are left away. */
  target: z.string(),
  container: z.string().optional(),
  image: z.string().optional(),
  /** How long it took to decide, µs, questions to the engine included. */
  decisionUs: z.number().optional(),
  /** Counts the policies this gateway has had in force. */
  generation: z.number().optional(),
  /**
   * A user's preference that was in force then, where the administrator left it open: `sam: docker load
   * allowed`.
   */
  preference: z.string().optional(),
  /** Entries that were lost before this one (a full disk, a flood). */
  droppedBefore: z.number().optional(),
});
export type StoredAuditEntry = z.infer<typeof auditEntrySchema>;

/** Where a request came from, as the log names it. */
export type AuditOrigin =
  | { readonly kind: 'clients' }
  | {
      readonly kind: 'socket-mount';
      readonly mount: string;
      readonly container: string | null;
      readonly image: string | null;
    };

/** What the gateway hands to the log; id and time are the log's own. */
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
