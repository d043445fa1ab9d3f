import type { AccompliceAttempt } from './attempt.ts';
import { buildAttempts } from './builds.ts';
import { deviceAttempts } from './devices.ts';
import { fileAttempts } from './files.ts';
import { imageAttempts } from './images.ts';
import { kernelAttempts } from './kernel.ts';
import { mountAttempts } from './mounts.ts';
import { namespaceAttempts } from './namespaces.ts';
import { processAttempts } from './processes.ts';
import { socketAttempts } from './sockets.ts';

/** Every attempt by a process outside with one inside. */
export const accompliceCorpus: readonly AccompliceAttempt[] = [
  ...fileAttempts,
  ...namespaceAttempts,
  ...processAttempts,
  ...kernelAttempts,
  ...socketAttempts,
  ...deviceAttempts,
  ...mountAttempts,
  ...imageAttempts,
  ...buildAttempts,
];
