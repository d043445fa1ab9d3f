import { allow, deny, type Decision } from './decision.ts';

/** Drivers that are part of the engine. `host` is left out: there is one such network, and it is the engine's. */
const drivers = new Set(['', 'default', 'bridge', 'macvlan', 'ipvlan', 'overlay', 'null']);
const addressDrivers = new Set(['', 'default', 'null']);

/**
 * May a network with these drivers be made? Any other name is looked for among the engine's plugins, as part of a path: it may lead
 * to a socket of the caller's own, and a network plugin hands whatever interface of the machine it likes to a container.
 */
export function decideNetwork(name: string, facts: { readonly driver: string; readonly addressDriver: string }): Decision {
  if (facts.driver === 'host') return deny('host-namespace', `network ${name} with driver host`, { spec: 'A7' });
  if (!drivers.has(facts.driver)) return deny('network-plugin', `network ${name} with driver ${facts.driver}`);
  if (!addressDrivers.has(facts.addressDriver)) return deny('network-plugin', `network ${name} with IPAM driver ${facts.addressDriver}`);
  return allow;
}
