import type { Attempt } from './attempt.ts';
import { confinementAttempts, namespaceAttempts, runtimeAttempts } from './attempts/fields.ts';
import { jsonAttempts } from './attempts/json.ts';
import { framingAttempts, requestLineAttempts } from './attempts/message.ts';

/** Every attempt. */
export const corpus: readonly Attempt[] = [
  ...jsonAttempts, ...requestLineAttempts, ...framingAttempts, ...namespaceAttempts, ...runtimeAttempts, ...confinementAttempts,
];
