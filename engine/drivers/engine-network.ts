import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { writeFileAtomic } from '../store/files.ts';
import { freeSubnet, type EngineSubnet } from './dockerd-process.ts';
import type { RootPaths } from './root-paths.ts';

const run = promisify(execFile);
const networkSchema = z.object({ octet: z.number().int().min(1).max(254) });

/** The engine's bridge; kernel limit: 15 characters. */
export const bridgeName = (paths: RootPaths): string => `bh${paths.id}`;

/**
 * The engine's subnet: the one it had before, so that user-defined networks fit in again, unless another interface took it meanwhile; else a free one,
 * remembered in DIR/engine-network.json. Throws when none is free.
 */
export async function engineSubnet(paths: RootPaths): Promise<EngineSubnet> {
  const file = path.join(paths.root, 'engine-network.json');
  const recorded = await recordedSubnet(file);
  if (recorded !== null && !await takenByOthers(recorded, bridgeName(paths))) return recorded;
  // Seeded by the root's id: engines started at the same moment look in different places.
  const subnet = await freeSubnet(Number.parseInt(paths.id.slice(0, 6), 16));
  const written = await writeFileAtomic(file, `${JSON.stringify({ octet: subnet.octet })}\n`, { mode: 0o644 });
  if (!written.ok) throw new Error(`${written.error.message}: ${written.error.reason ?? ''}`);
  return subnet;
}

async function recordedSubnet(file: string): Promise<EngineSubnet | null> {
  try {
    const parsed = networkSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch { return null; }
}

async function takenByOthers(subnet: EngineSubnet, bridge: string): Promise<boolean> {
  const { stdout } = await run('ip', ['-4', '-o', 'address', 'show']);
  return stdout.split('\n').some((line) => line.includes(` 10.${subnet.octet}.0.`) && !line.includes(` ${bridge} `));
}

/** Takes out the firewall rules dockerd leaves behind for a bridge that is gone. Best effort: without iptables there are none. */
export async function removeBridgeRules(bridge: string): Promise<void> {
  for (const table of ['filter', 'nat']) {
    const listed = await run('iptables', ['-w', '5', '-t', table, '-S']).catch(() => ({ stdout: '' }));
    for (const rule of listed.stdout.split('\n')) {
      const words = rule.split(' ');
      // A quoted word (a comment) is none of dockerd's rules.
      if (words[0] !== '-A' || rule.includes('"') || !words.some((word, i) => word === bridge && /^-[io]$/.test(words[i - 1] ?? ''))) continue;
      await run('iptables', ['-w', '5', '-t', table, '-D', ...words.slice(1)]).catch(() => undefined);
    }
  }
}
