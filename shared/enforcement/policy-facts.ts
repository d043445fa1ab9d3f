import * as z from 'zod';
import { recordedPolicySchema } from './recorded-policy.ts';

/** What else than the settings file shows which policy is in force. */
export const policyFactsSchema = z.object({
  /** The record of the gateway that runs; null where none runs, or none has recorded its policy. */
  recorded: recordedPolicySchema.nullable(),
  /** The version of history that has the recorded text; null where none has. */
  recordedVersion: z.number().int().nullable(),
  /** The settings file is gone, and no roll back has removed it. */
  isMissing: z.boolean(),
  /** The version that would put a missing or unusable file back; null where nothing needs it, or none can. */
  restorable: z.number().int().nullable(),
});
export type PolicyFacts = z.infer<typeof policyFactsSchema>;

/** Nothing but the settings file is known: no gateway, and no history that misses it. */
export const noPolicyFacts: PolicyFacts = {
  recorded: null,
  recordedVersion: null,
  isMissing: false,
  restorable: null,
};
