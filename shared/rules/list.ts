import { annotation } from './annotation.ts';
import { bindEngineDirectory } from './bind-engine-directory.ts';
import { bindNotShared } from './bind-not-shared.ts';
import { bindPropagation } from './bind-propagation.ts';
import { bindUnresolvable } from './bind-unresolvable.ts';
import { buildEntitlement } from './build-entitlement.ts';
import { buildIdentity } from './build-identity.ts';
import { buildRuntime } from './build-runtime.ts';
import { buildSource } from './build-source.ts';
import { buildUnguarded } from './build-unguarded.ts';
import { cgroupParent } from './cgroup-parent.ts';
import { checkpoint } from './checkpoint.ts';
import { cleanedPath } from './cleaned-path.ts';
import { commandBlocked } from './command-blocked.ts';
import { connectionLimit } from './connection-limit.ts';
import { containerName } from './container-name.ts';
import { containerUnprotected } from './container-unprotected.ts';
import { copyMounts } from './copy-mounts.ts';
import { copyShared } from './copy-shared.ts';
import { debug } from './debug.ts';
import { dockerLoad } from './docker-load.ts';
import { environmentHidden } from './environment-hidden.ts';
import { environmentSwitch } from './environment-switch.ts';
import { foreignNamespace } from './foreign-namespace.ts';
import { formBody } from './form-body.ts';
import { grpcMethod } from './grpc-method.ts';
import { hostAddresses } from './host-addresses.ts';
import { gpusAsCdi } from './gpus-as-cdi.ts';
import { hostDevice } from './host-device.ts';
import { hostNamespace } from './host-namespace.ts';
import { hostNetworkBuild } from './host-network-build.ts';
import { idOutOfRange } from './id-out-of-range.ts';
import { layerLinks } from './layer-links.ts';
import { logDriver } from './log-driver.ts';
import { networkPlugin } from './network-plugin.ts';
import { networkVolume } from './network-volume.ts';
import { notOwn } from './not-own.ts';
import { ownSocket } from './own-socket.ts';
import { ownerLabel } from './owner-label.ts';
import { parameterDropped } from './parameter-dropped.ts';
import { pinnedReference } from './pinned-reference.ts';
import { plugin } from './plugin.ts';
import { privilegedByRuntime } from './privileged-by-runtime.ts';
import { removedEndpoint } from './removed-endpoint.ts';
import { requestLimit } from './request-limit.ts';
import { reservedId } from './reserved-id.ts';
import { runtimeForced } from './runtime-forced.ts';
import { securityOption } from './security-option.ts';
import { shareMissing } from './share-missing.ts';
import { socketHolder } from './socket-holder.ts';
import { socketMount } from './socket-mount.ts';
import { specialUserFile } from './special-user-file.ts';
import { swarm } from './swarm.ts';
import { unknownEndpoint } from './unknown-endpoint.ts';
import { unmodelledField } from './unmodelled-field.ts';
import { unmodelledValue } from './unmodelled-value.ts';
import { unreadableBody } from './unreadable-body.ts';
import { usernsIgnored } from './userns-ignored.ts';
import { volumeOptions } from './volume-options.ts';
import { volumePlugin } from './volume-plugin.ts';
import { volumeUnknown } from './volume-unknown.ts';

/** All rules. To add one: write its file, and list it here. */
export const ruleList = [
  runtimeForced,
  usernsIgnored,
  gpusAsCdi,
  privilegedByRuntime,
  hostNamespace,
  foreignNamespace,
  unmodelledValue,
  unmodelledField,
  unreadableBody,
  hostDevice,
  securityOption,
  cgroupParent,
  annotation,
  layerLinks,
  logDriver,
  environmentSwitch,
  volumePlugin,
  networkPlugin,
  hostAddresses,
  bindEngineDirectory,
  bindNotShared,
  bindUnresolvable,
  bindPropagation,
  socketMount,
  volumeOptions,
  networkVolume,
  volumeUnknown,
  containerUnprotected,
  commandBlocked,
  socketHolder,
  notOwn,
  ownerLabel,
  environmentHidden,
  containerName,
  copyMounts,
  copyShared,
  reservedId,
  idOutOfRange,
  shareMissing,
  specialUserFile,
  hostNetworkBuild,
  buildEntitlement,
  buildSource,
  buildIdentity,
  buildUnguarded,
  buildRuntime,
  grpcMethod,
  dockerLoad,
  swarm,
  plugin,
  checkpoint,
  debug,
  removedEndpoint,
  unknownEndpoint,
  formBody,
  requestLimit,
  connectionLimit,
  pinnedReference,
  cleanedPath,
  ownSocket,
  parameterDropped,
] as const;
