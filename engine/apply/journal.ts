import * as z from 'zod';
import { applySteps } from '../../shared/apply/steps.ts';
import { appErrorSchema } from '../../shared/app-error.ts';
import type { AppError, Result } from '../../shared/result.ts';
import { chosenRecreationSchema } from '../recreate/recreate-chosen.ts';
import { writeFileAtomic } from '../base/files.ts';
import { readJournalFile } from '../base/read-journal.ts';

/**
 * What is needed to finish or undo an apply whose process is gone: `DIR/apply-journal.json`, written and
 * synced before and after each step.
 */
export const journalSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  startedAt: z.string(),
  uid: z.number().int(),
  user: z.string(),
  fromVersion: z.number().int(),
  toVersion: z.number().int(),
  /** sha256 of the previous text ('' for no file) and of the text being applied. */
  baseHash: z.string(),
  targetHash: z.string(),
  eciBefore: z.boolean(),
  eciAfter: z.boolean(),
  restartNeeded: z.boolean(),
  /** Absent in journals of earlier versions: false. */
  reloadNeeded: z.boolean().optional(),
  /** Whether the engine ran before: a roll back restores that. */
  engineRan: z.boolean(),
  estimatedSeconds: z.number(),
  remove: z.object({
    ids: z.array(z.string()),
    /** By id. */ names: z.record(z.string(), z.string()).optional(),
    includeRunning: z.boolean(),
    removeVolumes: z.boolean(),
  }),
  /** Absent if none was chosen. */
  recreate: chosenRecreationSchema.optional(),
  phase: z.enum(['applying', 'rolling-back']),
  /**
   * While rolling back: the files have been restored. A later attempt does not restore them again, since
   * somebody may have corrected them meanwhile.
   */
  restored: z.boolean(),
  step: z.enum(applySteps),
  stepState: z.enum(['begun', 'done']),
  /** The reason of the roll back. */
  error: appErrorSchema.nullable(),
  durationsMs: z.partialRecord(z.enum(applySteps), z.number()),
  /** Running containers outlive the restart, by live-restore; absent if not. */
  keepsContainers: z.boolean().optional(),
  /** See history. */
  stopWait: z.number().optional(),
});
export type Journal = z.infer<typeof journalSchema>;

/** The journal on disk; null if there is none, 'damaged' if it is invalid. */
export const readJournal = (file: string): Promise<Journal | null | 'damaged'> =>
  readJournalFile(file, journalSchema);

export function writeJournal(file: string, journal: Journal): Promise<Result<void, AppError>> {
  // 0600: it contains container names and the reason of a failure.
  return writeFileAtomic(file, `${JSON.stringify(journal)}\n`, { mode: 0o600 });
}
