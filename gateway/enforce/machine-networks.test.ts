import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, type NetworkInterfaceInfo } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMachineNetworks, type MachineFiles } from './machine-networks.ts';
import type { ListedNetwork } from '../engine-api/network-facts.ts';

let directory: string;
let files: MachineFiles;
const has = (address: string, family: 'IPv4' | 'IPv6'): NetworkInterfaceInfo => {
  const rest = { address, netmask: '', mac: '', internal: false, cidr: null };
  return family === 'IPv4' ? { ...rest, family } : { ...rest, family, scopeid: 0 };
};

/**
 * A machine at 192.168.1.7/24, with docker0 of another engine, br-0123456789ab and own0 of this one, and a
 * VPN in a table of its own.
 */
const route = (at: string, destination: string, gateway: string, mask: string) =>
  `${at}\t${destination}\t${gateway}\t0001\t0\t0\t0\t${mask}\t0\t0\t0          \n`;
const none6 = '0'.repeat(32);
const route6 = (at: string, destination: string, prefix: string, gateway = none6) =>
  `${destination} ${prefix} ${none6} 00 ${gateway} 00000100 00000001 00000000 00000001 ${at.padStart(8)}\n`;
const contents = {
  dev: [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes',
    '    lo:       0       0    0    0',
    '  eth0: 2158936    5321    0    0',
    'br-0123456789ab:       0       0',
    'own0:1 2 3',
    'docker0:       0       0\n',
  ].join('\n'),
  route: [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT        \n',
    route('eth0', '00000000', '0101A8C0', '00000000'),
    route('eth0', '0001A8C0', '00000000', '00FFFFFF'),
    route('eth0', '0000080A', '0201A8C0', '0000FFFF'),
    route('*', '0000090A', '00000000', '0000FFFF'),
    route('docker0', '000011AC', '00000000', '0000FFFF'),
    route('br-0123456789ab', '000012AC', '00000000', '0000FFFF'),
    route('br-0123456789ab', '0000130A', '00000000', '0000FFFF'),
    route('own0', '0000140A', '00000000', '0000FFFF'),
  ].join(''),
  fib_trie: [
    'Main:',
    '  +-- 0.0.0.0/0 3 0 5',
    '     |-- 0.0.0.0',
    '        /0 universe UNICAST',
    '     |-- 172.18.0.0',
    '        /16 link UNICAST',
    'Local:',
    '  +-- 127.0.0.0/8 2 0 2',
    '     |-- 127.0.0.1',
    '        /32 host LOCAL',
    'Id 52:',
    '  +-- 0.0.0.0/0 3 0 5',
    '     |-- 0.0.0.0',
    '        /0 universe UNICAST',
    '     |-- 10.64.0.0',
    '        /10 universe UNICAST tos=0',
    '        /12 universe THROW',
    '     |-- 100.100.0.5',
    '        /32 universe UNICAST\n',
  ].join('\n'),
  ipv6_route: [
    route6('eth0', 'fd000001000000000000000000000000', '40'),
    route6('br-0123456789ab', 'fd000012000000000000000000000000', '40'),
    route6('eth0', none6, '00', 'fd000001000000000000000000000001'),
  ].join(''),
};
const resolvConf = [
  '# nameserver 10.1.1.1',
  'search x',
  'nameserver 10.255.255.53',
  ' nameserver\tfd00:ff::53%eth0 # one more',
  'nameserver none\n',
].join('\n');
const other: ListedNetwork = {
  id: '',
  name: '',
  driver: 'bridge',
  labels: {},
  configOnly: false,
  options: {},
  subnets: [],
};
const networks: readonly ListedNetwork[] = [
  { ...other, id: `0123456789ab${'0'.repeat(52)}`, subnets: ['172.18.0.0/16', 'fd00:12::/64'] },
  {
    ...other,
    id: 'f'.repeat(64),
    options: { 'com.docker.network.bridge.name': 'own0' },
    subnets: ['10.20.0.0/16'],
  },
  // Neither of them has an interface of that name.
  {
    ...other,
    id: 'e'.repeat(64),
    configOnly: true,
    options: { 'com.docker.network.bridge.name': 'eth0' },
    subnets: ['192.168.1.0/24'],
  },
  {
    ...other,
    id: 'd'.repeat(64),
    driver: 'macvlan',
    options: { 'com.docker.network.bridge.name': 'eth0' },
    subnets: ['192.168.1.0/24'],
  },
];

const write = (name: string, content: string) => writeFile(path.join(directory, name), content);
const read = async () =>
  (await readMachineNetworks(networks, files))?.used.map(({ use, range }) => `${use} ${range.text}`);

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-machine-'));
  for (const [name, content] of Object.entries(contents)) await write(name, content);
  await write('resolv.conf', resolvConf);
  files = {
    net: directory,
    resolvers: [path.join(directory, 'resolv.conf'), path.join(directory, 'missing')],
    addresses: () => ({
      eth0: [has('192.168.1.7', 'IPv4'), has('fe80::1%eth0', 'IPv6')],
      own0: [has('10.20.0.1', 'IPv4'), has('10.21.0.1', 'IPv4')],
    }),
  };
});
afterEach(() => rm(directory, { recursive: true }));

describe('the networks of the machine', () => {
  it("are read from the kernel, without those of this engine's own bridges", async () => {
    expect(await read()).toEqual([
      'address 192.168.1.7',
      'address fe80::1',
      'address 10.21.0.1',
      'gateway 192.168.1.1',
      'route 192.168.1.0/24',
      'route 10.8.0.0/16',
      'gateway 192.168.1.2',
      'route 10.9.0.0/16',
      'route 172.17.0.0/16',
      'route 10.19.0.0/16',
      'route 10.64.0.0/10',
      'route 100.100.0.5/32',
      'route fd00:1::/64',
      'gateway fd00:1::1',
      'name-server 10.255.255.53',
      'name-server fd00:ff::53',
    ]);
  });
  it('include all interfaces', async () => {
    expect([...((await readMachineNetworks([], files))?.interfaces ?? [])]).toEqual([
      'lo',
      'eth0',
      'br-0123456789ab',
      'own0',
      'docker0',
    ]);
  });
  it('may lack IPv6', async () => {
    await rm(path.join(directory, 'ipv6_route'));
    expect(await read()).toContain('route 192.168.1.0/24');
  });
  it.each(['dev', 'route', 'fib_trie'])('are unknown without %s', async (name) => {
    await rm(path.join(directory, name));
    expect(await read()).toBeUndefined();
  });
  it.each([
    ['route', `${contents.route}eth0\tx\n`],
    ['route', contents.route.replace('00FFFFFF', '00FF00FF')],
    ['ipv6_route', 'fd00 40\n'],
    ['fib_trie', 'Id 7:\n     |-- 10.1\n        /16 link UNICAST\n'],
    ['route', 'x'.repeat(5_000_000)],
  ])('is not known where %s has something else in it', async (name, content) => {
    await write(name, content);
    expect(await read()).toBeUndefined();
  });
  it('are unknown where a file cannot be read', async () => {
    await rm(path.join(directory, 'resolv.conf'));
    await mkdir(path.join(directory, 'resolv.conf'));
    expect(await read()).toBeUndefined();
  });
  it.runIf(process.platform === 'linux')('is read on this machine', async () => {
    const here = await readMachineNetworks([]);
    expect(here?.interfaces.has('lo')).toBe(true);
    expect(here?.used.map(({ range }) => range.text)).toContain('127.0.0.1');
  });
});
