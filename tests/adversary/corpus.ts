import { buildFrontendAttempts } from './attempts/build-frontend.ts';
import { buildIdentityAttempts } from './attempts/build-identity.ts';
import type { Attempt } from './attempt.ts';
import { referenceAttempts, unprotectedAttempts } from './attempts/containers.ts';
import { confinementAttempts, namespaceAttempts, runtimeAttempts } from './attempts/fields.ts';
import { jsonAttempts } from './attempts/json.ts';
import { mountAttempts, swapAttempts, volumeAttempts } from './attempts/mounts.ts';
import { framingAttempts, requestLineAttempts } from './attempts/message.ts';
import { networkAddressAttempts } from './attempts/networks.ts';
import { buildAttempts, networkAttempts, otherAttempts } from './attempts/roads.ts';
import { socketMountAttempts } from './attempts/socket-mounts.ts';

/** Every attempt. */
export const corpus: readonly Attempt[] = [
  ...jsonAttempts,
  ...requestLineAttempts,
  ...framingAttempts,
  ...namespaceAttempts,
  ...runtimeAttempts,
  ...confinementAttempts,
  ...mountAttempts,
  ...volumeAttempts,
  ...swapAttempts,
  ...unprotectedAttempts,
  ...referenceAttempts,
  ...networkAttempts,
  ...networkAddressAttempts,
  ...buildAttempts,
  ...buildFrontendAttempts,
  ...buildIdentityAttempts,
  ...otherAttempts,
  ...socketMountAttempts,
];
