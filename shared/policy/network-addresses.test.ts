import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from './decision.ts';
import { overlap, parseIpRange } from './ip-range.ts';
import { isObject } from './json.ts';
import { parseJson } from './json-parser.ts';
import { decideNetworkAddresses, type MachineNetworks, type UsedRange } from './network-addresses.ts';
import { readNetworkRequest, type NetworkRequest } from './network.ts';

const used = (text: string, use: UsedRange['use']): UsedRange[] => {
  const range = parseIpRange(text);
  return range === null ? [] : [{ range, use }];
};
const machine: MachineNetworks = {
  used: [
    ...used('192.168.1.7', 'address'),
    ...used('192.168.1.0/24', 'route'),
    ...used('10.8.0.0/16', 'route'),
    ...used('172.16.0.1', 'gateway'),
    ...used('10.255.255.53', 'name-server'),
    ...used('fd00:1::/64', 'route'),
    ...used('fd00:ff::53', 'name-server'),
    // A VPN for all addresses, in halves.
    ...used('0.0.0.0/1', 'route'),
    ...used('128.0.0.0/1', 'route'),
    ...used('::/1', 'route'),
    ...used('8000::/1', 'route'),
  ],
  interfaces: new Set(['lo', 'eth0', 'br0', 'docker0']),
};

const plain: NetworkRequest = {
  name: 'n',
  driver: '',
  addressDriver: '',
  configOnly: false,
  configFrom: '',
  addresses: [],
  options: new Map(),
};
const decided = (more: Partial<NetworkRequest>, on: MachineNetworks | null = machine): Decision =>
  decideNetworkAddresses({ ...plain, ...more }, on);
const withAddress = (address: string, driver = 'bridge') => decided({ driver, addresses: [address] });
const withOption = (key: string, value: string, driver = 'bridge') =>
  decided({ driver, options: new Map([[key, value]]) });

describe('addresses of networks', () => {
  it.each([
    ...'10.1.0.0/16 10.7.255.0/24 10.9.0.0/16 172.16.0.2'.split(' '),
    ...'172.31.0.0/16 192.168.2.0/24 192.168.0.0/24'.split(' '),
    ...'100.64.0.0/10 198.18.0.0/15 192.0.2.0/24 198.51.100.0/24'.split(' '),
    ...'203.0.113.0/25 fd00:2::/64 fdff::/48'.split(' '),
    ...'2001:db8:1::/64 3fff:1::/32 fd00:1:0:1::/64'.split(' '),
  ])('passes private %s that the machine does not use', (address) => {
    expect(withAddress(address)).toMatchObject({ outcome: 'allow' });
  });

  it.each([
    // Public ones, and ranges that begin or end there.
    ...'8.8.8.0/24 1.1.1.1/32 203.0.114.0/24 9.0.0.0/8'.split(' '),
    ...'11.0.0.0/8 172.32.0.0/16 172.0.0.0/8'.split(' '),
    ...'192.169.0.0/16 192.168.0.0/15 10.0.0.0/7 100.128.0.0/16'.split(' '),
    ...'100.0.0.0/8 198.20.0.0/16 192.0.0.0/16'.split(' '),
    // Halves and all of it.
    ...'0.0.0.0/0 0.0.0.0/1 128.0.0.0/1 ::/0 ::/1 8000::/1 2000::/3'.split(' '),
    // Special-purpose addresses: this host, loopback, link-local with the cloud's metadata, multicast,
    // reserved.
    ...'0.0.0.0/8 0.0.0.0/32 127.0.0.0/8 127.5.0.0/24 169.254.0.0/16 169.254.169.254/32'.split(' '),
    ...'169.254.169.0/24 169.254.1.0/24 224.0.0.0/4 239.1.0.0/16'.split(' '),
    ...'240.0.0.0/8 255.255.255.255/32'.split(' '),
    ...'192.88.99.0/24 ::/128 ::1/128 fe80::/64 fec0::/10'.split(' '),
    ...'ff02::/16 100::/64 2002:808:808::/48'.split(' '),
    ...'2001::/32 2606:4700::/32 2a00::/16 2001:db7::/32 3ffe::/16'.split(' '),
    ...'fb00::/8 f000::/4 fe00::/8'.split(' '),
    // IPv4 in IPv6.
    ...'::ffff:10.1.0.0/112 ::ffff:8.8.8.0/120 ::ffff:0:0/96'.split(' '),
    ...'::10.1.0.0/112 64:ff9b::/96'.split(' '),
    ...'64:ff9b::8.8.8.0/120 64:ff9b:1::/48'.split(' '),
  ])('refuses %s, which is not private', (address) => {
    expect(withAddress(address)).toMatchObject({
      outcome: 'deny',
      rule: 'host-addresses',
      setting: null,
      detail: 'only private addresses are for networks',
    });
  });

  it.each([
    ['192.168.1.0/24', 'the host has a route to 192.168.1.0/24'],
    ['192.168.1.128/25', 'the host has a route to 192.168.1.0/24'],
    ['192.168.0.0/16', 'the host has a route to 192.168.1.0/24'],
    ['10.0.0.0/9', 'the host has a route to 10.8.0.0/16'],
    ['10.8.9.0/24', 'the host has a route to 10.8.0.0/16'],
    ['10.8.0.1', 'the host has a route to 10.8.0.0/16'],
    ['172.16.0.0/16', 'the host has the gateway 172.16.0.1'],
    ['10.255.255.0/24', 'the host has the name server 10.255.255.53'],
    ['fd00:1::/64', 'the host has a route to fd00:1::/64'],
    ['fd00::/8', 'the host has the name server fd00:ff::53'],
    ['fc00::/7', 'the host has the name server fd00:ff::53'],
    ['10.0.0.0/8', 'the host has the name server 10.255.255.53'],
    ['FD00:00FF::/64', 'the host has the name server fd00:ff::53'],
  ])('refuses %s: %s', (address, detail) => {
    expect(withAddress(address)).toMatchObject({
      outcome: 'deny',
      rule: 'host-addresses',
      what: `network n with address ${address}`,
      detail,
    });
  });

  it.each([
    '10.1',
    '10.1.0.0/16 ',
    '010.1.0.0/16',
    '10.1.0.0/016',
    '10.1.0.0/255.255.0.0',
    'fd00::1%eth0/64',
    '10.1.0.0-10.1.0.9',
    'x',
    '/8',
    '10.1.0.0/16,8.8.8.0/24',
  ])('refuses what is no range: "%s"', (address) => {
    expect(withAddress(address)).toMatchObject({ outcome: 'deny', rule: 'unmodelled-value' });
  });

  it.each(['', 'bridge', 'default', 'anything'])('looks at driver "%s"', (driver) => {
    expect(withAddress('8.8.8.0/24', driver)).toMatchObject({ outcome: 'deny' });
  });
  it.each(['macvlan', 'ipvlan', 'overlay', 'null'])(
    'lets %s have the addresses of the networks it is on: it puts none on the machine',
    (driver) => {
      expect(withAddress('192.168.1.0/24', driver)).toMatchObject({ outcome: 'allow' });
    },
  );
  it.each(['macvlan', 'ipvlan', 'null', 'bridge'])(
    'looks at settings for other networks, whatever their driver (%s)',
    (driver) => {
      expect(decided({ driver, configOnly: true, addresses: ['8.8.8.0/24'] })).toMatchObject({
        outcome: 'deny',
        rule: 'host-addresses',
      });
      expect(decided({ driver, configOnly: true, addresses: ['10.1.0.0/16'] })).toMatchObject({
        outcome: 'allow',
      });
    },
  );

  it('finds overlaps like a plain search', () => {
    const within = fc
      .tuple(
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 9, max: 32 }),
      )
      .map(([second, third, prefix]) => `10.${second}.${third}.0/${prefix}`);
    fc.assert(
      fc.property(fc.array(within, { maxLength: 20 }), within, (routes, requested) => {
        const ranges = routes.flatMap((route) => used(route, 'route'));
        const range = parseIpRange(requested);
        const taken = range !== null && ranges.some((one) => overlap(one.range, range));
        expect(decided({ addresses: [requested] }, { used: ranges, interfaces: new Set() }).outcome).toBe(
          taken ? 'deny' : 'allow',
        );
      }),
    );
  });
  it('is fast for thousands of addresses and routes', () => {
    const many = (second: number) =>
      Array.from({ length: 30_000 }, (_, index) => `10.${second}.${index >> 8}.${index & 255}`);
    const routes = many(1).flatMap((address) => used(address, 'route'));
    const before = process.threadCpuUsage();
    expect(decided({ addresses: many(2) }, { used: routes, interfaces: new Set() }).outcome).toBe('allow');
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(3000);
  });

  it('fails closed if the machine cannot be read, for what depends on it', () => {
    expect(decided({ addresses: ['10.1.0.0/16'] }, null)).toMatchObject({
      outcome: 'deny',
      rule: 'host-addresses',
      detail: 'the routes of the host could not be read',
    });
    expect(decided({ options: new Map([['com.docker.network.bridge.name', 'mine']]) }, null)).toMatchObject({
      outcome: 'deny',
    });
    expect(decided({}, null)).toMatchObject({ outcome: 'allow' });
    expect(decided({ driver: 'macvlan', addresses: ['192.168.1.0/24'] }, null)).toMatchObject({
      outcome: 'allow',
    });
  });
});

describe('options of networks', () => {
  it.each(['eth0', 'br0', 'docker0', 'lo'])("refuses the machine's interface %s as bridge", (name) => {
    expect(withOption('com.docker.network.bridge.name', name)).toMatchObject({
      outcome: 'deny',
      rule: 'host-addresses',
      what: `network n with option com.docker.network.bridge.name=${name}`,
    });
    expect(
      decided({ configOnly: true, options: new Map([['com.docker.network.bridge.name', name]]) }),
    ).toMatchObject({ outcome: 'deny' });
  });
  it('allow a bridge with a new name', () => {
    expect(withOption('com.docker.network.bridge.name', 'br-mine')).toMatchObject({ outcome: 'allow' });
  });
  it.each(['true', 'TRUE', '1', 't', 'True', 'yes'])(
    'refuses a second default bridge: default_bridge=%s',
    (value) => {
      expect(withOption('com.docker.network.bridge.default_bridge', value)).toMatchObject({
        outcome: 'deny',
        rule: 'host-addresses',
      });
    },
  );
  it.each(['false', '0', 'F', ''])('passes default_bridge=%s', (value) => {
    expect(withOption('com.docker.network.bridge.default_bridge', value)).toMatchObject({ outcome: 'allow' });
  });
  it.each(['passthru', 'PASSTHRU', ' passthru '])(
    'refuses macvlan_mode=%s: nothing that arrives would get to the machine',
    (mode) => {
      expect(withOption('macvlan_mode', mode, 'macvlan')).toMatchObject({
        outcome: 'deny',
        rule: 'host-addresses',
      });
      expect(decided({ configOnly: true, options: new Map([['macvlan_mode', mode]]) })).toMatchObject({
        outcome: 'deny',
      });
    },
  );
  it.each([
    ['macvlan_mode', 'bridge'],
    ['macvlan_mode', 'private'],
    ['parent', 'eth0'],
    ['com.docker.network.bridge.host_binding_ipv4', '192.168.1.7'],
    ['com.docker.network.host_ipv4', '192.168.1.7'],
    ['com.docker.network.bridge.gateway_mode_ipv4', 'routed'],
    ['com.docker.network.bridge.enable_ip_masquerade', 'false'],
  ])('passes %s=%s', (key, value) => {
    expect(withOption(key, value)).toMatchObject({ outcome: 'allow' });
  });
});

describe('a body of POST /networks/create', () => {
  it('is parsed with all its addresses', () => {
    const parsed = parseJson(
      JSON.stringify({
        Name: 'n',
        Driver: 'bridge',
        ConfigOnly: true,
        ConfigFrom: { Network: 'c' },
        Options: { a: 'b' },
        IPAM: {
          Driver: 'default',
          Options: { x: 'y' },
          Config: [
            {
              Subnet: '10.1.0.0/16',
              IPRange: '10.1.1.0/24',
              Gateway: '10.1.0.1',
              AuxiliaryAddresses: { one: '10.1.0.2', two: '10.1.0.3' },
            },
            { Subnet: 'fd00::/64' },
            {},
          ],
        },
      }),
    );
    const body = parsed.ok && parsed.value instanceof Map ? parsed.value : new Map();
    expect(readNetworkRequest(body)).toEqual({
      name: 'n',
      driver: 'bridge',
      addressDriver: 'default',
      configOnly: true,
      configFrom: 'c',
      options: new Map([['a', 'b']]),
      addresses: ['10.1.0.0/16', '10.1.1.0/24', '10.1.0.1', '10.1.0.2', '10.1.0.3', 'fd00::/64'],
      // For a configuration without a subnet.
      invalidAddresses: {
        status: 400,
        message: 'invalid network config:\ninvalid subnet : invalid CIDR block notation',
      },
    });
    expect(readNetworkRequest(new Map())).toEqual({ ...plain, name: '' });
  });
});

describe('A1: addresses that are none', () => {
  const error = (config: object, more: object = {}) => {
    const parsed = parseJson(JSON.stringify({ Name: 'n', IPAM: { Config: [config] }, ...more }));
    if (!parsed.ok || !isObject(parsed.value)) throw new Error('not an object');
    const decision = decideNetworkAddresses(readNetworkRequest(parsed.value), machine);
    return decision.outcome === 'deny' ? (decision.engineError?.message ?? decision.rule) : decision.outcome;
  };
  it.each([
    [{ Subnet: 'x' }, 'invalid subnet x: invalid CIDR block notation'],
    [{ Subnet: '10.1.0.0/33' }, 'invalid subnet 10.1.0.0/33: invalid CIDR block notation'],
    [{ Subnet: '010.1.0.0/16' }, 'invalid subnet 010.1.0.0/16: invalid CIDR block notation'],
    [
      { Subnet: '10.1.0.0/16', IPRange: '10.1.0.0/x' },
      'invalid ip-range 10.1.0.0/x: invalid CIDR block notation',
    ],
    [{ Subnet: '10.1.0.0/16', Gateway: '10.1.0' }, 'invalid gateway 10.1.0: invalid address'],
    [
      { Subnet: '10.1.0.0/16', IPRange: 'x', Gateway: 'y', AuxiliaryAddresses: { a: 'z', b: '10.1.0.9' } },
      '* invalid ip-range x: invalid CIDR block notation\n* invalid gateway y: invalid address\n' +
        '* invalid auxiliary address a: invalid address',
    ],
  ])('%j get the error of the engine', (config, message) => {
    expect(error(config)).toBe(`invalid network config:\n${message}`);
  });
  it('what the engine may read, and what it does not look at, is refused by us', () => {
    expect(error({ Subnet: '10.1.0.0/16', Gateway: 'fe80::1%eth0' })).toBe('unmodelled-value');
    expect(error({ Subnet: 'fd00:2::/64', Gateway: 'x' })).toBe('unmodelled-value');
    expect(error({ Subnet: 'fd00:2::/64', Gateway: 'x' }, { EnableIPv6: true })).toMatch(/^invalid network/);
  });
});
