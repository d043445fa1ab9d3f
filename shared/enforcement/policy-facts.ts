import * as z from 'zod';
import { recordedPolicySchema } from './recorded-policy.ts';
import { startsWithoutFile } from './start-without-file.ts';

/** Facts other than the settings file about which policy is in force. */
export const policyFactsSchema = z.object({
  /** The record of the running gateway; null if none runs, or it has not recorded its policy. */
  recorded: recordedPolicySchema.nullable(),
  /** The record of the last gateway, whether it runs or not; null if there is none. */
  lastRecorded: recordedPolicySchema.nullable(),
  /** The version of history with the text recorded last; null if there is none. */
  recordedVersion: z.number().int().nullable(),
  /** The settings file is gone, and no roll back has removed it. */
  isMissing: z.boolean(),
  /** What a start without the settings file would bring into force (`startWithoutFile`). */
  startWithoutFile: z.enum(startsWithoutFile),
  /** The version that would restore a missing or unusable file; null if that is unnecessary or impossible. */
  restorable: z.number().int().nullable(),
});
export type PolicyFacts = z.infer<typeof policyFactsSchema>;

/** Only the settings file is known: no gateway, and no history. */
export const noPolicyFacts: PolicyFacts = {
  recorded: null,
  lastRecorded: null,
  recordedVersion: null,
  isMissing: false,
  startWithoutFile: 'default',
  restorable: null,
};
