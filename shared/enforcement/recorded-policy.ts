import * as z from 'zod';
import { processIdentitySchema } from '../process/process-stat.ts';
import { backendChoices, policyModes } from '../settings/schema/engine-keys.ts';

/** Why the policy in force is not that of the settings file. */
const policyProblems = ['deleted', 'unusable'] as const;
export type PolicyProblem = (typeof policyProblems)[number];

/**
 * The policy that a gateway enforces, as recorded by it: what is in force while that gateway runs, later what
 * was.
 */
export const recordedPolicySchema = z.object({
  gateway: processIdentitySchema,
  /** In force since, ISO 8601 UTC. */
  at: z.string(),
  /** sha256 (hex) of the settings text; '' if there was no file; null while locked down. */
  hash: z.string().nullable(),
  /** Whether ECI is on, with users' preferences. */
  eci: z.boolean(),
  /** Whether the administrator has locked it. */
  locked: z.boolean(),
  /** A user's preference has turned off what the administrator left unlocked. */
  preferredOff: z.boolean(),
  mode: z.enum(policyModes),
  backend: z.enum(backendChoices),
  /** Whether any image may mount the Docker socket. Absent: recorded by a version that did not record it. */
  socketMounts: z.boolean().optional(),
  /** Why the settings file is not in force; null if it is. */
  problem: z.object({ kind: z.enum(policyProblems), text: z.string() }).nullable(),
  /**
   * Whether the text is stored for a start without the settings file (`startWithoutFile`). Absent: recorded
   * by a version that stores none.
   */
  stored: z.boolean().optional(),
});
export type RecordedPolicy = z.infer<typeof recordedPolicySchema>;
