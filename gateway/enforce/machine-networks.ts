import { open } from 'node:fs/promises';
import { endianness, networkInterfaces } from 'node:os';
import path from 'node:path';
import { contains, ipRange, parseIpRange, type IpRange } from '../../shared/policy/ip-range.ts';
import type { MachineNetworks, UsedRange } from '../../shared/policy/network-addresses.ts';
import { bridgeOf, type ListedNetwork } from '../engine-api/network-facts.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** The files with the networks and name servers of the machine. */
export interface MachineFiles {
  /** Directory of this process's network namespace in /proc. */
  readonly net: string;
  readonly resolvers: readonly string[];
  readonly addresses: () => ReturnType<typeof networkInterfaces>;
}

/** A range in use, and its interface; '' where unknown. */
type UsedAt = UsedRange & { readonly at: string };

const machineFiles: MachineFiles = {
  net: '/proc/net',
  // The second lists systemd-resolved's upstream servers, where the first names systemd-resolved itself.
  resolvers: ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'],
  addresses: networkInterfaces,
};
/** Some 30,000 routes: more cannot be compared with each request. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Reads the networks that this machine has and reaches: the gateway is in the engine's network namespace.
 * Those on the bridges of the given engine networks are left out. Null where they can't be read.
 */
export async function readMachineNetworks(
  networks: readonly ListedNetwork[],
  files: MachineFiles = machineFiles,
): Promise<MachineNetworks | null> {
  try {
    const [interfaces, routes, others, routes6, resolvers] = await Promise.all([
      readBounded(path.join(files.net, 'dev')),
      readBounded(path.join(files.net, 'route')),
      readBounded(path.join(files.net, 'fib_trie')),
      // Not there without IPv6.
      readIfExists(path.join(files.net, 'ipv6_route')),
      Promise.all(files.resolvers.map(readIfExists)),
    ]);
    const isOwn = ownBridges(networks);
    const used = [
      ...addressesIn(files.addresses()),
      ...routesIn(routes),
      ...routesOfOtherTables(others),
      ...routes6In(routes6),
      ...resolvers.flatMap(nameServersIn),
    ].filter((one) => !isOwn(one));
    return { used, interfaces: interfacesIn(interfaces) };
  } catch {
    return null;
  }
}

/** Whether a range in use is part of an engine network: on its bridge, and in its subnet. */
function ownBridges(networks: readonly ListedNetwork[]): (used: UsedAt) => boolean {
  const subnets = new Map<string, readonly IpRange[]>();
  for (const network of networks) {
    const bridge = bridgeOf(network);
    if (bridge === null) continue;
    subnets.set(
      bridge,
      network.subnets.map(parseIpRange).filter((range) => range !== null),
    );
  }
  return ({ at, range }) => subnets.get(at)?.some((subnet) => contains(subnet, range)) === true;
}

async function readBounded(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      // without an encoding: buffers
      size += part.length;
      if (size > maxBytes) throw new Error(`${file} is too long`);
      parts.push(part);
    }
    return Buffer.concat(parts).toString('latin1');
  } finally {
    await handle.close();
  }
}

async function readIfExists(file: string): Promise<string> {
  try {
    return await readBounded(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}

// ---- parsers of these files; a file that cannot be parsed makes the result null

function interfacesIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^ *([^\s|]+):/gm)].map(([, name = '']) => name));
}

function addressesIn(interfaces: ReturnType<typeof networkInterfaces>): UsedAt[] {
  return Object.entries(interfaces).flatMap(([at, addresses = []]) =>
    addresses.map(({ address }) => {
      // A link-local address may have its zone.
      return { range: parseRange(address.replace(/%.*$/, '')), use: 'address', at };
    }),
  );
}

/** /proc/net/route: the main table. Destination, gateway and mask are in the byte order of the machine. */
function routesIn(text: string): UsedAt[] {
  return linesOf(text)
    .slice(1)
    .flatMap((line) => {
      const [at = '', destination = '', gateway = '', , , , , mask = ''] = line.split(/\s+/);
      const bits = hexIpv4(mask).toString(2).padStart(32, '0');
      if (!/^1*0*$/.test(bits)) throw new Error(`not a mask: ${mask}`);
      return usedBy(
        4,
        hexIpv4(destination),
        bits.indexOf('0') < 0 ? 32 : bits.indexOf('0'),
        hexIpv4(gateway),
        at,
      );
    });
}

function hexIpv4(text: string): bigint {
  if (!/^[0-9A-F]{8}$/i.test(text)) throw new Error(`not an address: ${text}`);
  const bytes = Buffer.from(text, 'hex');
  return BigInt(endianness() === 'LE' ? bytes.readUInt32LE() : bytes.readUInt32BE());
}

/**
 * /proc/net/fib_trie has all tables of IPv4, without interfaces: `Id 52:`, and below it `|-- 10.0.0.0` with
 * a line `/8 universe UNICAST` for each of its routes. The engine has routes in no other than the main
 * table.
 */
function routesOfOtherTables(text: string): UsedAt[] {
  const used: UsedAt[] = [];
  let isOther = false;
  let address = '';
  for (const line of linesOf(text)) {
    const table = /^(\S.*):$/.exec(line)?.[1];
    const leaf = /^\s+\|-- (\S+)$/.exec(line)?.[1];
    const [, prefix, type] = /^\s+\/(\d+) \S+ (\S+)/.exec(line) ?? [];
    if (table !== undefined) isOther = table !== 'Main' && table !== 'Local';
    if (leaf !== undefined) address = leaf;
    // A THROW route defers to other tables.
    if (!isOther || prefix === undefined || type === 'THROW' || Number(prefix) === 0) continue;
    used.push({ range: parseRange(`${address}/${prefix}`), use: 'route', at: '' });
  }
  return used;
}

/** /proc/net/ipv6_route: all tables, in hexadecimal digits. */
function routes6In(text: string): UsedAt[] {
  return linesOf(text).flatMap((line) => {
    const [destination = '', prefix = '', , , gateway = '', , , , , at = ''] = line.trim().split(/\s+/);
    if (
      !/^[0-9a-f]{32}$/.test(destination) ||
      !/^[0-9a-f]{2}$/.test(prefix) ||
      !/^[0-9a-f]{32}$/.test(gateway)
    ) {
      throw new Error(`not a route: ${line}`);
    }
    return usedBy(6, BigInt(`0x${destination}`), Number.parseInt(prefix, 16), BigInt(`0x${gateway}`), at);
  });
}

/** A route, but for a default route, and its gateway. */
function usedBy(family: 4 | 6, destination: bigint, prefix: number, gateway: bigint, at: string): UsedAt[] {
  const most = family === 4 ? 32 : 128;
  const used: UsedAt[] = [];
  if (prefix > 0)
    used.push({
      range: ipRange(family, destination, prefix, formatRange(family, destination, prefix)),
      use: 'route',
      at,
    });
  if (gateway !== 0n)
    used.push({
      range: ipRange(family, gateway, most, formatRange(family, gateway, most)),
      use: 'gateway',
      at,
    });
  return used;
}

function formatRange(family: 4 | 6, address: bigint, prefix: number): string {
  const digits = address.toString(16).padStart(family === 4 ? 8 : 32, '0');
  const parts = digits.match(family === 4 ? /../g : /..../g) ?? [];
  const numbers = parts.map((part) => Number.parseInt(part, 16));
  const text =
    family === 4 ? numbers.join('.') : new URL(`http://[${parts.join(':')}]`).hostname.slice(1, -1);
  return prefix === (family === 4 ? 32 : 128) ? text : `${text}/${prefix}`;
}

function nameServersIn(text: string): UsedAt[] {
  return [...text.matchAll(/^[ \t]*nameserver[ \t]+([^\s%#;]+)/gm)].flatMap(([, address = '']) => {
    const range = parseIpRange(address);
    // The resolver ignores invalid addresses.
    return range === null ? [] : [{ range, use: 'name-server', at: '' }];
  });
}

function parseRange(text: string): IpRange {
  const range = parseIpRange(text);
  if (range === null) throw new Error(`not an address: ${text}`);
  return range;
}

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');
