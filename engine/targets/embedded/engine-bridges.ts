import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { RootPaths } from '../../base/root-paths.ts';
import { removeFirewallRules } from './firewall.ts';

const run = promisify(execFile);

/**
 * `10.<octet>.0.0/16`, split into /24: the first is the bridge's, the rest is the pool for user-defined
 * networks.
 */
export interface EngineSubnet {
  readonly octet: number;
}

const networkSchema = z.object({
  octet: z.number().int().min(1).max(254),
  moves: z.number().int().min(0).max(999).default(0),
});

/** What is recorded of an engine's network: its subnet, and how often it got another bridge. */
export type RecordedNetwork = z.infer<typeof networkSchema>;

/** Prefix of the names of the engine's bridges; kernel limit: 15 characters. */
export const bridgeName = (paths: RootPaths): string => `bh${paths.id}`;

/** The record: DIR/engine-network.json. */
export const networkRecord = (paths: RootPaths): string => path.join(paths.root, 'engine-network.json');

/** Null if there is no record that can be read. */
export async function recordedNetwork(paths: RootPaths): Promise<RecordedNetwork | null> {
  try {
    const parsed = networkSchema.safeParse(JSON.parse(await readFile(networkRecord(paths), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Removes the bridge; no error if it is gone already. */
export async function removeBridge(name: string): Promise<void> {
  await run('ip', ['link', 'delete', 'dev', name]).catch(() => undefined);
}

/**
 * Removes every bridge that the engine has had, including those of its networks with a subnet of its pool,
 * and the firewall rules that dockerd leaves for them. Its next start creates them again.
 */
export async function removeNetwork(paths: RootPaths): Promise<void> {
  const recorded = await recordedNetwork(paths);
  const list = ['-o', 'address', 'show', 'type', 'bridge'];
  const [links, addresses] = await Promise.all([
    run('ip', ['-o', 'link', 'show', 'type', 'bridge']).catch(() => ({ stdout: '' })),
    run('ip', ['-4', ...list]).catch(() => ({ stdout: '' })),
  ]);
  const own = [...links.stdout.matchAll(/^\d+: ([^:@]+)[:@]/gm)]
    .map((match) => match[1] ?? '')
    .filter((name) => isBridgeOf(paths, name));
  const networks = recorded === null ? [] : bridgesWithin(addresses.stdout, recorded);
  const names = new Set([...own, ...networks]);
  for (const name of names) await removeBridge(name);
  await removeFirewallRules(paths, (name) => isBridgeOf(paths, name) || names.has(name));
}

/** Bridges named by dockerd, with an address of the engine's subnet; `addresses`: output of `ip -o`. Pure. */
export function bridgesWithin(addresses: string, { octet }: EngineSubnet): readonly string[] {
  return [...addresses.matchAll(/^\d+: (br-[0-9a-f]{12})\s+inet 10\.(\d+)\.\d+\.\d+\//gm)]
    .filter(([, , second]) => Number(second) === octet)
    .map(([, name = '']) => name);
}

const isBridgeOf = (paths: RootPaths, name: string): boolean =>
  name.startsWith(bridgeName(paths)) && /^\d*$/.test(name.slice(bridgeName(paths).length));
