import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { writeFileAtomic } from '../engine/base/files.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { freeSubnet } from './dockerd-process.ts';
import {
  bridgeName,
  networkRecord,
  recordedNetwork,
  type EngineSubnet,
  type RecordedNetwork,
} from '../engine/targets/embedded/engine-bridges.ts';

const run = promisify(execFile);

/** Bridge and subnet of one engine. */
export interface EngineNetwork {
  readonly bridge: string;
  readonly subnet: EngineSubnet;
}

const networkOf = (paths: RootPaths, { octet, moves }: RecordedNetwork): EngineNetwork => ({
  bridge: `${bridgeName(paths)}${moves === 0 ? '' : moves}`,
  subnet: { octet },
});

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
  const written = await writeFileAtomic(networkRecord(paths), `${JSON.stringify(record)}\n`, { mode: 0o644 });
  if (!written.ok) throw new Error(`${written.error.message}: ${written.error.reason ?? ''}`);
  return networkOf(paths, record);
}

async function usedByOthers(subnet: EngineSubnet, bridge: string): Promise<boolean> {
  const { stdout } = await run('ip', ['-4', '-o', 'address', 'show']);
  return stdout
    .split('\n')
    .some((line) => line.includes(` 10.${subnet.octet}.0.`) && !line.includes(` ${bridge}`));
}
