import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { writeFileAtomic } from '../../base/files.ts';
import { removeFirewallRules } from './firewall.ts';
import { freeSubnet, removeBridge, type EngineSubnet } from './dockerd-process.ts';
import type { RootPaths } from '../../base/root-paths.ts';

const run = promisify(execFile);
const networkSchema = z.object({
  octet: z.number().int().min(1).max(254),
  moves: z.number().int().min(0).max(999).default(0),
});
type RecordedNetwork = z.infer<typeof networkSchema>;

/** Bridge and subnet of one engine. */
export interface EngineNetwork {
  readonly bridge: string;
  readonly subnet: EngineSubnet;
}

/** Prefix of the names of the engine's bridges; kernel limit: 15 characters. */
export const bridgeName = (paths: RootPaths): string => `bh${paths.id}`;
const networkOf = (paths: RootPaths, { octet, moves }: RecordedNetwork): EngineNetwork => ({
  bridge: `${bridgeName(paths)}${moves === 0 ? '' : moves}`,
  subnet: { octet },
});
const recordFile = (paths: RootPaths): string => path.join(paths.root, 'engine-network.json');

/**
 * The engine's bridge and subnet: the previous ones, so that user-defined networks keep working, unless
 * another interface uses the subnet meanwhile; else a free one, recorded in DIR/engine-network.json. Throws
 * when none is free.
 */
export async function engineNetwork(paths: RootPaths): Promise<EngineNetwork> {
  const recorded = await recordedNetwork(paths);
  if (recorded !== null && !(await usedByOthers(recorded, bridgeName(paths))))
    return networkOf(paths, recorded);
  return recordNetwork(paths, recorded?.moves ?? 0);
}

/**
 * Gives the engine another bridge and subnet. If dockerd was interrupted or disturbed while it restored its
 * default bridge, it keeps a record of it that conflicts at every later start ("networks have same bridge
 * name"); on another bridge it starts, and keeps its user-defined networks.
 */
export async function moveNetwork(paths: RootPaths): Promise<EngineNetwork> {
  return recordNetwork(paths, ((await recordedNetwork(paths))?.moves ?? 0) + 1);
}

async function recordNetwork(paths: RootPaths, moves: number): Promise<EngineNetwork> {
  // Seeded by the root's id: engines started at the same moment search from different places.
  const { octet } = await freeSubnet(Number.parseInt(paths.id.slice(0, 6), 16));
  const record: RecordedNetwork = { octet, moves: moves % 1000 };
  const written = await writeFileAtomic(recordFile(paths), `${JSON.stringify(record)}\n`, { mode: 0o644 });
  if (!written.ok) throw new Error(`${written.error.message}: ${written.error.reason ?? ''}`);
  return networkOf(paths, record);
}

async function recordedNetwork(paths: RootPaths): Promise<RecordedNetwork | null> {
  try {
    const parsed = networkSchema.safeParse(JSON.parse(await readFile(recordFile(paths), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function usedByOthers(subnet: EngineSubnet, bridge: string): Promise<boolean> {
  const { stdout } = await run('ip', ['-4', '-o', 'address', 'show']);
  return stdout
    .split('\n')
    .some((line) => line.includes(` 10.${subnet.octet}.0.`) && !line.includes(` ${bridge}`));
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
