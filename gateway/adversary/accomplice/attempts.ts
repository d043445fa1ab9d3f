import type { AccompliceAttempt } from './attempt.ts';
import { deviceAttempts } from './devices.ts';
import { fileAttempts } from './files.ts';
import { kernelAttempts } from './kernel.ts';
import { namespaceAttempts } from './namespaces.ts';
import { processAttempts } from './processes.ts';
import { socketAttempts } from './sockets.ts';

/** Every attempt of a process outside with one inside. */
export const accompliceCorpus: readonly AccompliceAttempt[] = [
  ...fileAttempts, ...namespaceAttempts, ...processAttempts, ...kernelAttempts, ...socketAttempts,
  ...deviceAttempts,
];
