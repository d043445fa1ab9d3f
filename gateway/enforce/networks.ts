import type { Decision, Denial } from '../../shared/policy/decision.ts';
import type { JsonObject } from '../../shared/policy/json.ts';
import { decideNetwork, readNetworkRequest, type NetworkRequest } from '../../shared/policy/network.ts';
import { decideNetworkAddresses, dependsOnMachine } from '../../shared/policy/network-addresses.ts';
import type { InspectionContext } from './inspection-context.ts';
import { readMachineNetworks } from './machine-networks.ts';
import type { ListedNetwork } from '../engine-api/network-facts.ts';

/** The denial of a network to be created; null: it is allowed. Throws EngineUnreachable. */
export async function networkDenial(
  { facts, machineNetworks = readMachineNetworks }: Pick<InspectionContext, 'facts' | 'machineNetworks'>,
  body: JsonObject,
): Promise<Denial | null> {
  const request = readNetworkRequest(body);
  const decision = decideNetwork(request);
  if (decision.outcome === 'deny') return decision;
  const needsList = request.configFrom !== '' || dependsOnMachine(request);
  const networks = needsList ? await facts.networks() : [];
  const candidates = withSettingsOf(request, networks);
  const machine = candidates.some(dependsOnMachine) ? await machineNetworks(networks) : null;
  return candidates.map((one) => decideNetworkAddresses(one, machine)).find(isDenial) ?? null;
}

const isDenial = (decision: Decision): decision is Denial => decision.outcome === 'deny';

/**
 * The request with the settings of the network that it is created from, once for each candidate: that one may
 * have been created without the gateway, or when the machine had other routes.
 */
function withSettingsOf(
  request: NetworkRequest,
  networks: readonly ListedNetwork[],
): readonly NetworkRequest[] {
  const { configFrom } = request;
  const sources = networks.filter(
    ({ configOnly, name, id }) => configOnly && (name === configFrom || id.startsWith(configFrom)),
  );
  if (configFrom === '' || sources.length === 0) return [request];
  return sources.map(({ subnets, options }) => ({
    ...request,
    addresses: [...request.addresses, ...subnets],
    options: new Map([...request.options, ...Object.entries(options)]),
  }));
}
