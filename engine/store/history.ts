import { z } from 'zod';
import { applySteps } from '../../shared/apply/plan.ts';

/** `history/NNNN/meta.json`. */
export const historyEntrySchema = z.object({
  version: z.number().int().nonnegative(),
  /** ISO 8601, UTC. */
  at: z.string(),
  uid: z.number().int(),
  user: z.string(),
  /** sha256 of the text, '' for "no file". */
  hash: z.string(),
  fromHash: z.string(),
  /** 'apply': applied by us. 'found': the file as another program left it, recorded before we changed it. */
  how: z.enum(['apply', 'found']),
  eci: z.boolean(),
  /** How long each step took, for the next estimate. */
  durationsMs: z.partialRecord(z.enum(applySteps), z.number()),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
