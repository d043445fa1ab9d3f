import type { Inspected, InspectedEndpoint } from './inspected.ts';

export interface CarriedNetwork { readonly name: string; readonly endpoint: Readonly<Record<string, unknown>> }

export interface CarriedNetworks {
  /** The network it is created on, where something has to be said about it. */
  readonly first: CarriedNetwork | null;
  /** What it is connected to before it starts. */
  readonly others: readonly CarriedNetwork[];
  /** Every network it is on in the end; anything else it comes up with is taken away. Null: not its own to choose (`container:`, none). */
  readonly all: readonly string[] | null;
}

const ownNetworks = new Set(['none', 'host']);

/** The networks of a container for its successor: aliases, fixed addresses, links, driver options, priority. Addresses the engine chose are left to it. */
export function carryNetworks(inspected: Inspected): CarriedNetworks {
  const { view } = inspected;
  const mode = view.HostConfig.NetworkMode;
  if (mode.startsWith('container:') || ownNetworks.has(mode)) return { first: null, others: [], all: null };
  const entries = Object.entries(view.NetworkSettings.Networks);
  const isFirst = ([name, endpoint]: [string, InspectedEndpoint]) => name === mode || endpoint.NetworkID === mode || (name === 'bridge' && (mode === 'default' || mode === ''));
  const carried = entries.map((entry) => ({ name: entry[0], endpoint: carryEndpoint(entry[1], view.Id, isFirst(entry) ? view.Config.MacAddress : null), first: isFirst(entry) }));
  const first = carried.find((one) => one.first);
  return {
    // The default bridge takes nothing but a MAC address and says so about everything else.
    first: first === undefined || (first.name === 'bridge' && Object.keys(first.endpoint).length === 0) ? null : { name: first.name === 'bridge' ? first.name : mode, endpoint: first.endpoint },
    others: carried.filter((one) => !one.first).map(({ name, endpoint }) => ({ name, endpoint })),
    all: carried.map(({ name }) => name),
  };
}

/** `configured`: the MAC address that was asked for on the first network, '' for none; null where only the one in use is known. */
function carryEndpoint(endpoint: InspectedEndpoint, id: string, configured: string | null): Readonly<Record<string, unknown>> {
  // Engines before 25 list the container's short id among its aliases.
  const aliases = endpoint.Aliases.filter((alias) => !id.startsWith(alias) || alias.length !== 12);
  const mac = configured ?? (endpoint.MacAddress === generatedMac(endpoint.IPAddress) ? '' : endpoint.MacAddress);
  return {
    ...(Object.keys(endpoint.IPAMConfig).length === 0 ? {} : { IPAMConfig: endpoint.IPAMConfig }),
    ...(endpoint.Links.length === 0 ? {} : { Links: endpoint.Links }),
    ...(aliases.length === 0 ? {} : { Aliases: aliases }),
    ...(Object.keys(endpoint.DriverOpts).length === 0 ? {} : { DriverOpts: endpoint.DriverOpts }),
    ...(mac === '' ? {} : { MacAddress: mac }),
    ...(endpoint.GwPriority === 0 ? {} : { GwPriority: endpoint.GwPriority }),
  };
}

/** The MAC address engines before 28 derive from an address. */
function generatedMac(address: string): string {
  return `02:42:${address.split('.').map((part) => Number(part).toString(16).padStart(2, '0')).join(':')}`;
}
