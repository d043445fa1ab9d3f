import { badRequest, type EngineError } from './engine-errors.ts';
import { parseIpRange } from './ip-range.ts';
import type { JsonObject } from './json.ts';
import { textAt, textMapAt } from './shape.ts';

/**
 * The engine's answer to a network with addresses that are none (moby's ValidateIPAM); undefined where all
 * are, or where it may take one that is not read here (a zone). What else it checks, it checks itself.
 */
export function invalidAddresses(configs: readonly JsonObject[], ipv6: boolean): EngineError | undefined {
  const errors = configs.flatMap((config) => errorsOf(config, ipv6));
  if (errors.length === 0) return undefined;
  const list = errors.length === 1 ? errors.join('') : errors.map((error) => `* ${error}`).join('\n');
  return badRequest(`invalid network config:\n${list}`);
}

function errorsOf(config: JsonObject, ipv6: boolean): string[] {
  const subnet = textAt(config, 'Subnet');
  const range = isPrefix(subnet) ? parseIpRange(subnet) : null;
  if (range === null) return [`invalid subnet ${subnet}: invalid CIDR block notation`];
  if (range.family === 6 && !ipv6) return [];
  const ipRange = textAt(config, 'IPRange');
  const gateway = textAt(config, 'Gateway');
  return [
    ...(ipRange === '' || isPrefix(ipRange)
      ? []
      : [`invalid ip-range ${ipRange}: invalid CIDR block notation`]),
    ...(isAddress(gateway) ? [] : [`invalid gateway ${gateway}: invalid address`]),
    ...[...textMapAt(config, 'AuxiliaryAddresses')]
      .filter(([, address]) => !isAddress(address))
      .map(([name]) => `invalid auxiliary address ${name}: invalid address`),
  ];
}

const isPrefix = (text: string): boolean => text.includes('/') && parseIpRange(text) !== null;

/** Whether it is an address for Go, or may be one: with a zone. */
const isAddress = (text: string): boolean =>
  text === '' || text.includes('%') || (!text.includes('/') && parseIpRange(text) !== null);
