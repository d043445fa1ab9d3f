import { buildFrontendAttempts } from './attempts/build-frontend.ts';
import { buildIdentityAttempts } from './attempts/build-identity.ts';
import type { Attempt } from './attempt.ts';
import { buildAttempts } from './attempts/builds.ts';
import { referenceAttempts } from './attempts/changed-references.ts';
import { unprotectedAttempts } from './attempts/unprotected-containers.ts';
import { confinementAttempts } from './attempts/confinement.ts';
import { defaultDeviceAttempts } from './attempts/default-devices.ts';
import { kernelSettingAttempts } from './attempts/kernel-settings.ts';
import { namespaceAttempts } from './attempts/namespaces.ts';
import { runtimeAttempts } from './attempts/runtimes.ts';
import { jsonAttempts } from './attempts/json.ts';
import { imageLayerAttempts } from './attempts/image-layers.ts';
import { mountAttempts } from './attempts/mounts.ts';
import { replacedSourceAttempts } from './attempts/replaced-sources.ts';
import { volumeAttempts } from './attempts/volumes.ts';
import { framingAttempts } from './attempts/framing.ts';
import { requestLineAttempts } from './attempts/request-lines.ts';
import { networkAddressAttempts } from './attempts/networks.ts';
import { networkAttempts } from './attempts/host-network.ts';
import { otherAttempts } from './attempts/other-endpoints.ts';
import { socketMountAttempts } from './attempts/socket-mounts.ts';

/** Every attempt. */
export const corpus: readonly Attempt[] = [
  ...jsonAttempts,
  ...requestLineAttempts,
  ...framingAttempts,
  ...namespaceAttempts,
  ...runtimeAttempts,
  ...confinementAttempts,
  ...kernelSettingAttempts,
  ...mountAttempts,
  ...defaultDeviceAttempts,
  ...volumeAttempts,
  ...replacedSourceAttempts,
  ...unprotectedAttempts,
  ...referenceAttempts,
  ...imageLayerAttempts,
  ...networkAttempts,
  ...networkAddressAttempts,
  ...buildAttempts,
  ...buildFrontendAttempts,
  ...buildIdentityAttempts,
  ...otherAttempts,
  ...socketMountAttempts,
];
