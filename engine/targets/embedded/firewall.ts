import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RootPaths } from '../../base/root-paths.ts';

const run = promisify(execFile);

/**
 * Firewall rules of an embedded engine beside another one. Every dockerd flushes the chains `DOCKER` and
 * `DOCKER-…` at its start, including the rules of other engines: their published ports and the isolation
 * between their networks are lost then. So the chains of this engine have names of their own.
 */

/** The programs by which dockerd sets its rules. */
export const firewallPrograms = ['iptables', 'ip6tables'] as const;
const tables = ['raw', 'mangle', 'nat', 'filter'] as const;

/** Prefix of the engine's chains; a chain's name may have 28 characters. */
export const chainPrefix = (paths: RootPaths): string => `BH-${paths.id.slice(0, 6)}`;

/**
 * Removes the engine's chains, the rules that lead to them, and those that name a bridge for which
 * `isOwnBridge` holds. Best effort: without iptables there are none.
 */
export async function removeFirewallRules(
  paths: RootPaths,
  isOwnBridge: (name: string) => boolean,
): Promise<void> {
  const isOwnChain = (name: string) =>
    name === chainPrefix(paths) || name.startsWith(`${chainPrefix(paths)}-`);
  for (const program of firewallPrograms)
    for (const table of tables) {
      const change = (...args: string[]) => run(program, ['-w', '5', '-t', table, ...args]);
      const { stdout } = await change('-S').catch(() => ({ stdout: '' }));
      const rules = stdout.split('\n').map((line) => line.split(' '));
      const chains = rules.flatMap(([word, name = '']) => (word === '-N' && isOwnChain(name) ? [name] : []));
      for (const chain of chains) await change('-F', chain).catch(() => undefined);
      for (const [word, ...rule] of rules) {
        // A quoted word (a comment) is in none of dockerd's rules.
        if (word !== '-A' || isOwnChain(rule[0] ?? '') || rule.some((part) => part.includes('"'))) continue;
        const isOurs = rule.some(
          (part, i) =>
            (rule[i - 1] === '-j' && isOwnChain(part)) ||
            (/^-[io]$/.test(rule[i - 1] ?? '') && isOwnBridge(part)),
        );
        if (isOurs) await change('-D', ...rule).catch(() => undefined);
      }
      for (const chain of chains) await change('-X', chain).catch(() => undefined);
    }
}
