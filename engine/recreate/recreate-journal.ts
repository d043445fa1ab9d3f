import * as z from 'zod';
import { recreateSteps } from '../../shared/containers/recreate.ts';
import type { AppError, Result } from '../../shared/result.ts';
import { writeFileAtomic } from '../base/files.ts';
import { readJournalFile } from '../base/read-journal.ts';

const networkSchema = z.object({ name: z.string(), endpoint: z.record(z.string(), z.unknown()) });
/** A create request: for a container that may be gone together with its old one. */
const createOptionsSchema = z.object({
  body: z.record(z.string(), z.unknown()),
  networks: z.object({
    created: z.array(networkSchema).readonly(),
    connected: z.array(networkSchema).readonly(),
    all: z.array(z.string()).readonly().nullable(),
  }),
  user: z.object({ name: z.string(), uid: z.number().int(), gid: z.number().int() }),
  imageId: z.string(),
  runtime: z.string(),
});

const memberSchema = z.object({
  oldId: z.string(),
  name: z.string(),
  /** Unique names: created containers can be found by them even if their id was not recorded. */
  temporaryName: z.string(),
  /** The old container's name while the new one has its name. */
  keptName: z.string(),
  newId: z.string().nullable(),
  wasRunning: z.boolean(),
  restartPolicy: z.object({ Name: z.string(), MaximumRetryCount: z.number() }),
  /** Run with --rm: it is removed when it stops. */
  autoRemove: z.boolean(),
  /**
   * How the new one was created last, to create it again. The engine removes it, too, if the container runs
   * with --rm and its start fails, or is cancelled because the client disconnects; somebody may remove all
   * containers that do not run (`docker container prune`).
   */
  making: createOptionsSchema.optional(),
  /** Image to which the old one's layer is committed: `repository:tag`. */
  commitTo: z.string().nullable(),
  removeOld: z.boolean(),
});
export type JournalMember = z.infer<typeof memberSchema>;

/** What is needed to finish or undo the recreation of one group whose process is gone. */
const journalSchema = z.object({
  format: z.literal(1),
  startedAt: z.string(),
  /** `finishing`: the new ones run well; only clean-up remains. */
  phase: z.enum(['replacing', 'finishing']),
  step: z.enum(recreateSteps),
  members: z.array(memberSchema).min(1),
});
export type RecreateJournal = z.infer<typeof journalSchema>;

/** A journal on disk; null if there is none, 'damaged' if it is invalid. */
export const readRecreateJournal = (file: string): Promise<RecreateJournal | null | 'damaged'> =>
  readJournalFile(file, journalSchema);

export const writeRecreateJournal = (
  file: string,
  journal: RecreateJournal,
): Promise<Result<void, AppError>> => writeFileAtomic(file, `${JSON.stringify(journal)}\n`, { mode: 0o600 });
