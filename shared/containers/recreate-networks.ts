import type { ContainerInspection, EndpointSettings } from './container-inspection.ts';

export interface CarriedNetwork {
  readonly name: string;
  readonly endpoint: Readonly<Record<string, unknown>>;
}

export interface CarriedNetworks {
  /** Networks in the create request. */
  readonly created: readonly CarriedNetwork[];
  /** Networks to connect it to after creating and before starting it. */
  readonly connected: readonly CarriedNetwork[];
  /**
   * All networks it is connected to in the end; any other that it starts with is disconnected. Null: not its
   * own to choose (`container:`, none).
   */
  readonly all: readonly string[] | null;
}

const ownNetworks = new Set(['none', 'host']);

/**
 * The networks of a container for its successor: aliases, fixed addresses, links, driver options, priority.
 * Addresses that the engine chose are left to the engine. `together`: the create request accepts more than
 * one network, and contains everything; a MAC address requested when connecting a container that does not run
 * is lost.
 */
export function carryNetworks(inspected: ContainerInspection, together: boolean): CarriedNetworks {
  const { view } = inspected;
  const mode = view.HostConfig.NetworkMode;
  if (mode.startsWith('container:') || ownNetworks.has(mode))
    return { created: [], connected: [], all: null };
  const entries = Object.entries(view.NetworkSettings.Networks);
  const isFirst = ([name, endpoint]: [string, EndpointSettings]) =>
    name === mode ||
    endpoint.NetworkID === mode ||
    (name === 'bridge' && (mode === 'default' || mode === ''));
  const carried = entries.map((entry) => ({
    name: entry[0],
    endpoint: carryEndpoint(entry[1], view.Id, isFirst(entry) ? view.Config.MacAddress : null),
    first: isFirst(entry),
  }));
  const first = carried
    .filter((one) => one.first)
    .map(({ name, endpoint }) => ({ name: name === 'bridge' ? name : mode, endpoint }));
  const others = carried.filter((one) => !one.first).map(({ name, endpoint }) => ({ name, endpoint }));
  const all = carried.map(({ name }) => name);
  if (together && others.length > 0) return { created: [...first, ...others], connected: [], all };
  // The default bridge accepts only a MAC address and refuses everything else.
  return {
    created: first.filter(({ name, endpoint }) => name !== 'bridge' || Object.keys(endpoint).length > 0),
    connected: others,
    all,
  };
}

/**
 * `configured`: the MAC address that was requested for the first network, '' for none; null if only the one
 * in use is known.
 */
function carryEndpoint(
  endpoint: EndpointSettings,
  id: string,
  configured: string | null,
): Readonly<Record<string, unknown>> {
  // Engines before 25 list the container's short id among its aliases.
  const aliases = endpoint.Aliases.filter((alias) => !id.startsWith(alias) || alias.length !== 12);
  const mac =
    configured ?? (endpoint.MacAddress === generatedMac(endpoint.IPAddress) ? '' : endpoint.MacAddress);
  return {
    ...(Object.keys(endpoint.IPAMConfig).length === 0 ? {} : { IPAMConfig: endpoint.IPAMConfig }),
    ...(endpoint.Links.length === 0 ? {} : { Links: endpoint.Links }),
    ...(aliases.length === 0 ? {} : { Aliases: aliases }),
    ...(Object.keys(endpoint.DriverOpts).length === 0 ? {} : { DriverOpts: endpoint.DriverOpts }),
    ...(mac === '' ? {} : { MacAddress: mac }),
    ...(endpoint.GwPriority === 0 ? {} : { GwPriority: endpoint.GwPriority }),
  };
}

/** The MAC address that engines before 28 derive from an address. */
function generatedMac(address: string): string {
  return `02:42:${address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
}
