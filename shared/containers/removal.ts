import * as z from 'zod';
import { appErrorSchema } from '../app-error.ts';
import { removeOutcomeSchema } from './protection.ts';

/** A removal of containers: its progress, and the containers with problems. It cannot be undone. */
export const removalRunSchema = z.object({
  activity: z.enum(['removing', 'cancelling', 'ended']),
  total: z.number().int(),
  /** Ended, successfully or not. */
  done: z.number().int(),
  removed: z.number().int(),
  /** What was not removed and why; removed ones with remains (volumes). */
  outcomes: z.array(removeOutcomeSchema),
  /** Why the whole removal failed, if it did. */
  error: appErrorSchema.nullable(),
  /** The original request: a retry uses the same options. */
  includeRunning: z.boolean(),
  removeVolumes: z.boolean(),
});
export type RemovalRun = z.infer<typeof removalRunSchema>;
