import { deny } from '../../shared/policy/decision.ts';
import {
  connectNetworkBody,
  createNetworkBody,
  createVolumeBody,
  disconnectNetworkBody,
} from '../../shared/policy/docker-bodies.ts';
import { ownerLabelDenial } from '../../shared/policy/owner.ts';
import { textAt, textMapAt } from '../../shared/policy/shape.ts';
import { decideVolume } from '../../shared/policy/volume.ts';
import { modelled, readBody, withBody } from './inspection-body.ts';
import {
  type InspectionContext,
  type InspectionResult,
  denied,
  passedAsIs,
  subjectOf,
} from './inspection-context.ts';
import { message } from '../../shared/messages/message.ts';
import { networkDenial } from './networks.ts';

export async function createVolume(
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  const read = await readBody(context, body, createVolumeBody);
  if (!read.ok) return denied(read.denial);
  const claimed = ownerLabelDenial(read.body, context.owner ?? null);
  if (claimed !== null) return denied(claimed);
  const decision = decideVolume(textAt(read.body, 'Name'), {
    driver: textAt(read.body, 'Driver'),
    options: textMapAt(read.body, 'DriverOpts'),
  });
  return decision.outcome === 'deny' ? denied(decision) : withBody(context, passedAsIs, read);
}

export async function createNetwork(
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  const read = await readBody(context, body, createNetworkBody);
  if (!read.ok) return denied(read.denial);
  const claimed = ownerLabelDenial(read.body, context.owner ?? null);
  if (claimed !== null) return denied(claimed);
  const denial = await networkDenial(context, read.body);
  return denial === null ? withBody(context, passedAsIs, read) : denied(denial);
}

export async function connectNetwork(
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  const network = await context.facts.network(subjectOf(context));
  if (network?.driver === 'host')
    return denied(deny('host-namespace', message('gateway.connecting-to-engine-network')));
  return modelled(context, body, connectNetworkBody);
}

export const disconnectNetwork = (
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> => modelled(context, body, disconnectNetworkBody);
