import type { AccompliceAttempt } from './attempt.ts';
import { fileAttempts } from './files.ts';

/** Every attempt of a process outside with one inside. */
export const accompliceCorpus: readonly AccompliceAttempt[] = [...fileAttempts];
