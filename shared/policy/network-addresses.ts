import { allow, deny, type Decision } from './decision.ts';
import { contains, overlap, parseIpRange, type IpRange } from './ip-range.ts';
import { message, type Message } from '../messages/message.ts';
import type { NetworkRequest } from './network.ts';

/** Addresses that the engine's machine has or can reach, except the engine's own networks. */
export interface UsedRange {
  readonly range: IpRange;
  readonly use: 'address' | 'route' | 'gateway' | 'name-server';
}

/** The resources of the engine's machine with which a network could conflict. */
export interface MachineNetworks {
  readonly used: readonly UsedRange[];
  /** Names of all its network interfaces, those of the engine included. */
  readonly interfaces: ReadonlySet<string>;
}

/**
 * Addresses that are not reachable over the internet: private, shared, benchmark and documentation ranges
 * (RFC 6890).
 */
const privateRanges = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '198.18.0.0/15',
  'fc00::/7',
  '2001:db8::/32',
  '3fff::/20',
]
  .map((text) => parseIpRange(text))
  .filter((range) => range !== null);

/** A wider route counts as a default route: VPNs use `0.0.0.0/1` and `128.0.0.0/1`. */
const shortestPrefix = { 4: 8, 6: 7 } as const;

const bridgeName = 'com.docker.network.bridge.name';
const defaultBridge = 'com.docker.network.bridge.default_bridge';
const macvlanMode = 'macvlan_mode';
/** Drivers that put no address and no route on the machine; all others are treated like `bridge`. */
const driversInside = new Set(['macvlan', 'ipvlan', 'overlay', 'null']);

/**
 * Whether the decision depends on the machine's networks. An engine that chooses addresses itself uses the
 * pools of its configuration.
 */
export function dependsOnMachine(request: NetworkRequest): boolean {
  return isOnMachine(request) && (request.addresses.length > 0 || request.options.has(bridgeName));
}

/**
 * Whether a network may have these addresses and this bridge. A bridge gets an address and a route on the
 * machine: traffic from the machine to these addresses is sent to the network's containers. `machine` is null
 * if the decision does not need the machine's networks.
 */
export function decideNetworkAddresses(request: NetworkRequest, machine: MachineNetworks | null): Decision {
  const mode = request.options.get(macvlanMode) ?? '';
  // Everything that arrives at the interface would be sent to the container, and nothing to the machine.
  if (mode.trim().toLowerCase() === 'passthru') return denyOption(request, macvlanMode, mode);
  if (!isOnMachine(request)) return allow;
  const marked = request.options.get(defaultBridge);
  // Such a network uses docker0, whichever engine it belongs to.
  if (marked !== undefined && !/^(?:|0|f|false)$/i.test(marked)) {
    return denyOption(request, defaultBridge, marked);
  }
  if (!dependsOnMachine(request)) return allow;
  if (machine === null) {
    return deny('host-addresses', message('policy.network-with-addresses', { name: request.name }), {
      detail: message('policy.routes-unreadable'),
    });
  }
  const bridge = request.options.get(bridgeName) ?? '';
  if (machine.interfaces.has(bridge)) {
    return denyOption(request, bridgeName, bridge, message('policy.machine-has-interface'));
  }
  const findUse = usedBy(machine.used);
  for (const address of request.addresses) {
    const decision = decideAddress(request, address, findUse);
    if (decision.outcome === 'deny') return decision;
  }
  return allow;
}

/** A config-only network may be for any driver. */
function isOnMachine({ driver, configOnly }: NetworkRequest): boolean {
  return configOnly || !driversInside.has(driver);
}

type FindUsedRange = (range: IpRange) => UsedRange | null;

/**
 * Finds which of the machine's ranges overlap with a range, efficiently for many ranges and many routes: one
 * request may have thousands.
 */
function usedBy(used: readonly UsedRange[]): FindUsedRange {
  const byFamily = { 4: lookup(used, 4), 6: lookup(used, 6) };
  return (range) => byFamily[range.family](range);
}

function lookup(used: readonly UsedRange[], family: 4 | 6): FindUsedRange {
  const sorted = used
    .filter(({ range }) => range.family === family && range.prefix >= shortestPrefix[family])
    .toSorted((one, other) => (one.range.first < other.range.first ? -1 : 1));
  // For each position, the one with the largest end of those up to there.
  const farthest: UsedRange[] = [];
  for (const one of sorted) {
    const before = farthest.at(-1);
    farthest.push(before !== undefined && before.range.last >= one.range.last ? before : one);
  }
  return (range) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const begins = sorted[middle]?.range.first;
      if (begins !== undefined && begins <= range.last) low = middle + 1;
      else high = middle;
    }
    const candidate = farthest[low - 1];
    return candidate !== undefined && overlap(candidate.range, range) ? candidate : null;
  };
}

function decideAddress(
  { name, invalidAddresses: engineError }: NetworkRequest,
  address: string,
  findUse: FindUsedRange,
): Decision {
  // Made for a refusal only: one request may have thousands of addresses.
  const what = () => message('policy.network-with-address', { name, address });
  const range = parseIpRange(address);
  if (range === null)
    return deny('unmodelled-value', what(), engineError === undefined ? {} : { engineError });
  if (!privateRanges.some((one) => contains(one, range))) {
    return deny('host-addresses', what(), {
      detail: message('policy.only-private-addresses'),
    });
  }
  const conflict = findUse(range);
  return conflict === null ? allow : deny('host-addresses', what(), { detail: useSentence(conflict) });
}

function useSentence({ range: { text: address }, use }: UsedRange): Message {
  switch (use) {
    case 'address':
      return message('policy.machine-has-address', { address });
    case 'route':
      return message('policy.machine-has-route', { address });
    case 'gateway':
      return message('policy.machine-has-gateway', { address });
    case 'name-server':
      return message('policy.machine-has-name-server', { address });
  }
}

function denyOption({ name }: NetworkRequest, key: string, value: string, detail?: Message): Decision {
  const what = message('policy.network-with-option', { name, option: `${key}=${value}` });
  return deny('host-addresses', what, detail === undefined ? {} : { detail });
}
