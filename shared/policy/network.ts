import { allow, deny, type Decision } from './decision.ts';
import type { EngineError } from './engine-errors.ts';
import { invalidAddresses } from './ipam-errors.ts';
import { isObject, type JsonObject } from './json.ts';
import { message } from '../messages/message.ts';
import { listAt, objectAt, textAt, textMapAt } from './shape.ts';

/** A network to be created. */
export interface NetworkRequest {
  readonly name: string;
  readonly driver: string;
  readonly addressDriver: string;
  /** A config-only network. */
  readonly configOnly: boolean;
  /** The network from which its configuration is taken; '' for none. */
  readonly configFrom: string;
  /** All addresses and ranges in it, as they are written. */
  readonly addresses: readonly string[];
  /** What the engine says of them where one is none. */
  readonly invalidAddresses?: EngineError | undefined;
  readonly options: ReadonlyMap<string, string>;
}

/**
 * Drivers that are part of the engine. `host` is left out: there is one such network, and it is the engine's.
 */
const drivers = new Set(['', 'default', 'bridge', 'macvlan', 'ipvlan', 'overlay', 'null']);
/** Whether a network driver is part of every engine. */
export const isBuiltInNetworkDriver = (driver: string): boolean => drivers.has(driver);
const addressDrivers = new Set(['', 'default', 'null']);

/** Extracts the network from a checked body of `POST /networks/create`. */
export function readNetworkRequest(body: JsonObject): NetworkRequest {
  const addressing = objectAt(body, 'IPAM');
  const configs = listAt(addressing, 'Config').filter(isObject);
  return {
    name: textAt(body, 'Name'),
    driver: textAt(body, 'Driver'),
    addressDriver: textAt(addressing, 'Driver'),
    configOnly: body.get('ConfigOnly') === true,
    configFrom: textAt(objectAt(body, 'ConfigFrom'), 'Network'),
    addresses: configs.flatMap(addressesOf),
    invalidAddresses: invalidAddresses(configs, body.get('EnableIPv6') === true),
    options: textMapAt(body, 'Options'),
  };
}

function addressesOf(config: JsonObject): readonly string[] {
  const further = textMapAt(config, 'AuxiliaryAddresses').values();
  return [textAt(config, 'Subnet'), textAt(config, 'IPRange'), textAt(config, 'Gateway'), ...further].filter(
    (text) => text !== '',
  );
}

/**
 * Whether a network with these drivers may be created. Any other name is looked up among the engine's
 * plugins, as part of a path: it may lead to a socket of the caller's own, and a network plugin can give any
 * interface of the machine to a container.
 */
export function decideNetwork({
  name,
  driver,
  addressDriver,
}: Pick<NetworkRequest, 'name' | 'driver' | 'addressDriver'>): Decision {
  if (driver === 'host') return deny('host-namespace', message('policy.network-with-driver-host', { name }));
  if (!drivers.has(driver))
    return deny('network-plugin', message('policy.network-with-driver', { name, driver }));
  if (!addressDrivers.has(addressDriver))
    return deny('network-plugin', message('policy.network-with-ipam-driver', { name, addressDriver }));
  return allow;
}
