import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { at, type Attempt, type Breach, type Side } from '../attempt.ts';

/**
 * Networks that intercept what the engine's machine sends and receives. Each has ranges of its own: the
 * attempts run concurrently.
 */
const run = promisify(execFile);
const ip = async (...args: string[]) => (await run('ip', args)).stdout;
const create = (side: Side, body: Record<string, unknown>) =>
  side.send('POST', '/v1.45/networks/create', JSON.stringify({ Name: side.tag, ...body }));
const subnet = (text: string) => ({ IPAM: { Config: [{ Subnet: text }] } });

/** A bridge or a veth pair of the machine, with an address if one is given. */
async function machineInterface(name: string, kind: readonly string[], address?: string): Promise<void> {
  // the other side has created it already
  await ip('link', 'add', name, 'type', ...kind).catch(() => undefined);
  if (address !== undefined) await ip('address', 'replace', address, 'dev', name);
  await ip('link', 'set', name, 'up');
}

/** Traffic from the machine to this address is sent to the network `side.tag`. */
const routed =
  (address: string): Breach =>
  async (side) => {
    const id = at((await side.admin('GET', `/networks/${side.tag}`)).json, 'Id');
    return (
      typeof id === 'string' && (await ip('route', 'get', address)).includes(`dev br-${id.slice(0, 12)} `)
    );
  };
/** The machine's interface lost its address. */
const lost =
  (name: string, address: string): Breach =>
  async () =>
    !(await ip('-4', 'address', 'show', 'dev', name)).includes(address);

const ranges: readonly (readonly [id: string, title: string, range: string, address: string])[] = [
  ['public', 'public addresses', '8.8.4.0/24', '8.8.4.4'],
  ['half', 'an eighth of all addresses', '64.0.0.0/3', '93.184.216.34'],
  ['metadata', "the address of a cloud's metadata", '169.254.169.252/30', '169.254.169.254'],
  ['reserved', 'reserved addresses', '240.1.0.0/16', '240.1.2.3'],
  ['benchmark', 'more than the private ranges', '198.16.0.0/14', '198.17.0.1'],
];

export const networkAddressAttempts: readonly Attempt[] = [
  ...ranges.map(([id, title, range, address]): Attempt => ({
    id: `network-over-${id}`,
    class: 'networks',
    title: `a bridge over ${title}`,
    outcome: 'refused',
    attempt: (side) => create(side, subnet(range)),
    breach: routed(address),
  })),
  {
    id: 'network-over-public-6',
    class: 'networks',
    title: 'a bridge over public IPv6 addresses',
    outcome: 'refused',
    attempt: (side) => create(side, { EnableIPv6: true, ...subnet('2606:4700:4700::/64') }),
    breach: routed('2606:4700:4700::1111'),
  },
  {
    id: 'network-over-lan',
    class: 'networks',
    title: "a bridge over a part of the machine's own network",
    outcome: 'refused',
    prepare: () => machineInterface('atk-lan', ['bridge'], '10.250.1.1/24'),
    attempt: (side) => create(side, subnet('10.250.1.128/25')),
    breach: routed('10.250.1.200'),
  },
  {
    id: 'network-over-route',
    class: 'networks',
    title: 'a bridge over a part of what the machine reaches by a router',
    outcome: 'refused',
    prepare: async () => {
      await machineInterface('atk-route', ['bridge'], '10.250.2.1/24');
      await ip('route', 'replace', '10.249.0.0/16', 'via', '10.250.2.2');
    },
    attempt: (side) => create(side, subnet('10.249.7.0/24')),
    breach: routed('10.249.7.7'),
  },
  {
    id: 'network-over-policy-route',
    class: 'networks',
    title: 'a bridge over a route of another table, where the rules ask the main one first',
    outcome: 'refused',
    prepare: async () => {
      await machineInterface('atk-policy', ['bridge'], '10.250.3.1/24');
      await ip('route', 'replace', '10.248.0.0/16', 'via', '10.250.3.2', 'table', '4242');
      await ip('rule', 'add', 'priority', '40000', 'table', '4242').catch(() => undefined); // as above
    },
    attempt: (side) => create(side, subnet('10.248.7.0/24')),
    breach: routed('10.248.7.7'),
  },
  {
    id: 'network-from-settings',
    class: 'networks',
    title: 'a bridge with the public addresses of a network that only holds settings',
    outcome: 'refused',
    attempt: async (side) => [
      await create(side, { Name: `${side.tag}.settings`, ConfigOnly: true, ...subnet('9.9.9.0/24') }),
      await create(side, { ConfigFrom: { Network: `${side.tag}.settings` } }),
    ],
    breach: routed('9.9.9.9'),
  },
  {
    id: 'network-from-old-settings',
    class: 'networks',
    title: 'the same, where the administrator made the settings',
    outcome: 'refused',
    prepare: (side) =>
      side.admin('POST', '/networks/create', {
        Name: `${side.tag}.settings`,
        ConfigOnly: true,
        ...subnet('9.9.8.0/24'),
      }),
    attempt: (side) => create(side, { ConfigFrom: { Network: `${side.tag}.settings` } }),
    breach: routed('9.9.8.8'),
  },
  {
    id: 'network-bridge-name',
    class: 'networks',
    title: "a network with a bridge of the machine's, which loses its address",
    outcome: 'refused',
    prepare: () => machineInterface('atk-name', ['bridge'], '10.250.4.1/24'),
    attempt: (side) => create(side, { Options: { 'com.docker.network.bridge.name': 'atk-name' } }),
    breach: lost('atk-name', '10.250.4.1'),
  },
  {
    id: 'network-default-bridge',
    class: 'networks',
    title: 'a network marked as the default one, which takes docker0 of another engine',
    outcome: 'refused',
    alone: true,
    prepare: () => machineInterface('docker0', ['bridge'], '10.250.5.1/24'),
    attempt: (side) => create(side, { Options: { 'com.docker.network.bridge.default_bridge': 'true' } }),
    breach: lost('docker0', '10.250.5.1'),
  },
  {
    id: 'network-passthru',
    class: 'networks',
    title: 'a macvlan network that gets all that arrives at an interface of the machine',
    outcome: 'refused',
    prepare: () => machineInterface('atk-wire', ['veth', 'peer', 'name', 'atk-far']),
    attempt: (side) =>
      create(side, { Driver: 'macvlan', Options: { parent: 'atk-wire', macvlan_mode: 'passthru' } }),
    breach: async (side) =>
      at((await side.admin('GET', `/networks/${side.tag}`)).json, 'Options', 'macvlan_mode') === 'passthru',
  },
];
