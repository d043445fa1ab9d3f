/** Addresses from `first` to `last`, both included: a single address, or a CIDR range. */
export interface IpRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  /** Length of the prefix: 32 or 128 for a single address. */
  readonly prefix: number;
  /** As it was written. */
  readonly text: string;
}

const bitsOf = { 4: 32, 6: 128 } as const;

/**
 * Parses `10.0.0.1`, `10.0.0.0/8`, `fd00::/64`. Null for anything that two parsers could interpret
 * differently: leading zeros, fewer than four octets, zones. Bits behind the prefix are cut off.
 */
export function parseIpRange(text: string): IpRange | null {
  const [, address = '', length] = /^([0-9A-Fa-f:.]+)(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? [];
  const family = address.includes(':') ? 6 : 4;
  const value = family === 6 ? parseIpv6(address) : parseIpv4(address);
  const prefix = length === undefined ? bitsOf[family] : Number(length);
  return value === null || prefix > bitsOf[family] ? null : ipRange(family, value, prefix, text);
}

/** The range with that prefix that contains an address. */
export function ipRange(family: 4 | 6, address: bigint, prefix: number, text: string): IpRange {
  const behind = (1n << BigInt(bitsOf[family] - prefix)) - 1n;
  const first = address - (address & behind);
  return { family, first, last: first + behind, prefix, text };
}

/** Whether some address is in both. */
export function overlap(one: IpRange, other: IpRange): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/** Whether every address of `inner` is in `outer`. */
export function contains(outer: IpRange, inner: IpRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

function parseIpv4(text: string): bigint | null {
  const octets = text.split('.');
  if (octets.length !== 4) return null;
  let value = 0n;
  for (const octet of octets) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(octet) || Number(octet) > 255) return null;
    value = value * 256n + BigInt(octet);
  }
  return value;
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = '', tail] = halves;
  const before = groupsOf(head, tail === undefined);
  const after = tail === undefined ? [] : groupsOf(tail, true);
  if (before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  // `::` represents at least one group.
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array<bigint>(missing).fill(0n), ...after];
  return groups.reduce((value, group) => value * 65_536n + group, 0n);
}

/** Groups of 16 bits; the last two may be an IPv4 address where the text is the end of the address. */
function groupsOf(text: string, isEnd: boolean): bigint[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const embedded = isEnd && index === parts.length - 1 ? parseIpv4(part) : null;
      if (embedded === null) return null;
      groups.push(embedded / 65_536n, embedded % 65_536n);
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(part)) return null;
      groups.push(BigInt(`0x${part}`));
    }
  }
  return groups;
}
