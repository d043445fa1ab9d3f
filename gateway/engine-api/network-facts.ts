import { field, text, texts } from './response-fields.ts';

export interface NetworkFacts {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A network as the list of all of them has it. */
export interface ListedNetwork extends NetworkFacts {
  /** It only holds settings for others. */
  readonly configOnly: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly subnets: readonly string[];
}

/** Reads the engine's response about one network. */
export function readNetwork(found: unknown): NetworkFacts {
  return {
    id: text(field(found, 'Id')),
    name: text(field(found, 'Name')),
    driver: text(field(found, 'Driver')),
    labels: texts(field(found, 'Labels')),
  };
}

/** Reads the engine's list of networks. */
export function readNetworks(found: unknown): readonly ListedNetwork[] {
  return (Array.isArray(found) ? found : []).map((one: unknown) => {
    const ranges = field(field(one, 'IPAM'), 'Config');
    return {
      ...readNetwork(one),
      configOnly: field(one, 'ConfigOnly') === true,
      options: texts(field(one, 'Options')),
      subnets: (Array.isArray(ranges) ? ranges : []).map((range: unknown) => text(field(range, 'Subnet'))),
    };
  });
}

/** Name of the network interface that a network has on the engine's machine; null where it has none. */
export function bridgeOf({ id, driver, configOnly, options }: ListedNetwork): string | null {
  if (driver !== 'bridge' || configOnly) return null;
  return options['com.docker.network.bridge.name'] ?? `br-${id.slice(0, 12)}`;
}
