import { deny } from '../../shared/policy/decision.ts';
import {
  connectNetworkBody,
  createNetworkBody,
  createVolumeBody,
  disconnectNetworkBody,
} from '../../shared/policy/docker-bodies.ts';
import { cleanPath, decideBindSource } from '../../shared/policy/bind-source.ts';
import { bindVolume, type BindVolume } from '../../shared/policy/bind-volumes.ts';
import { noSuchNetworkDriver, noSuchVolumeDriver } from '../../shared/policy/engine-errors.ts';
import { isBuiltInNetworkDriver } from '../../shared/policy/network.ts';
import { ownerLabelDenial } from '../../shared/policy/owner.ts';
import { objectAt, textAt, textMapAt } from '../../shared/policy/shape.ts';
import { withRequiredOptions } from '../../shared/policy/network-volumes.ts';
import { decideVolume } from '../../shared/policy/volume.ts';
import { bindSourceEnvironment } from './bind-environment.ts';
import { createBindSourceResolver } from './bind-sources.ts';
import { inspectBody, readBody, withBody, type ReadBody } from './inspection-body.ts';
import {
  type InspectionContext,
  type InspectionResult,
  denied,
  passedAsIs,
  subjectOf,
} from './inspection-context.ts';
import { message } from '../../shared/messages/message.ts';
import { allowedNetworkVolumes } from './network-volumes.ts';
import { networkDenial } from './networks.ts';
import type { VolumeUse } from './volume-uses.ts';

export async function createVolume(
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  const read = await readBody(context, body, createVolumeBody);
  if (!read.ok) return denied(read.denial);
  const labelDenial = ownerLabelDenial(read.body, context.owner ?? null);
  if (labelDenial !== null) return denied(labelDenial);
  const volume = { driver: textAt(read.body, 'Driver'), options: textMapAt(read.body, 'DriverOpts') };
  const bind = bindVolume(volume);
  if (bind !== null) return createBindVolume(context, read, bind);
  const decision = decideVolume(textAt(read.body, 'Name'), volume, {
    networkVolumes: allowedNetworkVolumes(context),
  });
  if (decision.outcome === 'deny') {
    const name = textAt(read.body, 'Name');
    const isAbsent =
      decision.rule === 'volume-plugin' && (await isAbsentDriver(context, 'Volume', volume.driver));
    // Of a volume without a name the engine says the one that it has made for it.
    return denied(
      isAbsent && name !== ''
        ? { ...decision, engineError: noSuchVolumeDriver(name, volume.driver) }
        : decision,
    );
  }
  const options = withRequiredOptions(volume);
  const written = options === volume.options ? read.body : new Map(read.body).set('DriverOpts', options);
  return withBody(context, passedAsIs, { ...read, body: written });
}

/**
 * Whether the engine has no driver of that name: then the error is the engine's, not policy. Drivers whose
 * names are paths are plugins, looked up elsewhere.
 */
async function isAbsentDriver(
  { facts }: InspectionContext,
  kind: 'Network' | 'Volume',
  driver: string,
): Promise<boolean> {
  return /^[a-z0-9][a-z0-9-]*$/.test(driver) && !(await facts.drivers(kind)).includes(driver);
}

/** A directory as a volume: decided as a bind mount of it, and its path written without links. */
async function createBindVolume(
  context: InspectionContext,
  read: ReadBody,
  { device }: BindVolume,
): Promise<InspectionResult> {
  const resolve = createBindSourceResolver(
    await bindSourceEnvironment(context),
    context.request.clientGone?.(),
  );
  const facts = await resolve(cleanPath(device) ?? device);
  const decision = decideBindSource(facts, { image: '' });
  if (decision.outcome === 'deny') return denied(decision);
  const options = new Map(objectAt(read.body, 'DriverOpts')).set('device', facts.real ?? device);
  const name = textAt(read.body, 'Name');
  // Of a volume without a name nobody knows the one that the engine chooses.
  const volumes: VolumeUse = { names: name === '' ? [] : [name], as: 'directory' };
  return withBody(
    context,
    { ...passedAsIs, volumes },
    { ...read, body: new Map(read.body).set('DriverOpts', options) },
  );
}

export async function createNetwork(
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  const read = await readBody(context, body, createNetworkBody);
  if (!read.ok) return denied(read.denial);
  const labelDenial = ownerLabelDenial(read.body, context.owner ?? null);
  if (labelDenial !== null) return denied(labelDenial);
  const denial = await networkDenial(context, read.body);
  if (denial === null) return withBody(context, passedAsIs, read);
  const driver = textAt(read.body, 'Driver');
  return denied(
    denial.rule === 'network-plugin' &&
      !isBuiltInNetworkDriver(driver) &&
      (await isAbsentDriver(context, 'Network', driver))
      ? { ...denial, engineError: noSuchNetworkDriver(driver) }
      : denial,
  );
}

export async function connectNetwork(
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  const network = await context.facts.network(subjectOf(context));
  if (network?.driver === 'host')
    return denied(deny('host-namespace', message('gateway.connecting-to-engine-network')));
  return inspectBody(context, body, connectNetworkBody);
}

export const disconnectNetwork = (
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> => inspectBody(context, body, disconnectNetworkBody);
