import * as z from 'zod';
import { appErrorSchema } from '../app-error.ts';
import { removeOutcomeSchema } from './protection.ts';

/**
 * A removal of containers: how far it is, and of whom there is something to tell. There is no way back from
 * it.
 */
export const removalRunSchema = z.object({
  activity: z.enum(['removing', 'cancelling', 'ended']),
  total: z.number().int(),
  /** Ended one way or the other. */
  done: z.number().int(),
  removed: z.number().int(),
  /** What was not removed and why; removed ones of which something stayed (volumes). */
  outcomes: z.array(removeOutcomeSchema),
  /** Why the whole of it failed, if so. */
  error: appErrorSchema.nullable(),
  /** As it was asked for: what is tried again is tried the same way. */
  includeRunning: z.boolean(),
  removeVolumes: z.boolean(),
});
export type RemovalRun = z.infer<typeof removalRunSchema>;
