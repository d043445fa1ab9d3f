import { lstat } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import type { ContainerLayers } from '../engine-api/engine-facts.ts';
import type { ResponseTransform } from '../http/exchange.ts';
import { fileAttribute } from './file-attribute.ts';

/** Longest list that is filtered, bytes: a change takes some 60. */
const maxListBytes = 128 * 1024 * 1024;
/** Files that are compared concurrently. */
const maxConcurrent = 8;

type Layers = Pick<ContainerLayers, 'upper' | 'lowers'>;

/** As the engine lists it. Kind 0: changed, 1: added, 2: deleted. */
interface Change {
  readonly Path: string;
  readonly Kind: number;
}

/**
 * GET changes: the engine compares a container's files with its image's. While the container runs all ids
 * differ, so that it lists every file. The real changes are found by comparing the layers, where ids are the
 * same on both sides. A correct list stays unchanged.
 */
export function filterChanges(layers: Layers): ResponseTransform {
  return {
    limit: maxListBytes,
    transformResponse: async (head, body) => {
      if (head.status !== 200) return null;
      const listed = JSON.parse(body.toString('utf8')) as Change[] | null; // the engine's own response
      if (listed === null) return null;
      const changedPaths = await realChanges(listed, layers);
      return changedPaths.length === listed.length
        ? null
        : Buffer.from(`${JSON.stringify(changedPaths.length === 0 ? null : changedPaths)}\n`, 'utf8');
    },
  };
}

async function realChanges(listed: readonly Change[], layers: Layers): Promise<Change[]> {
  const changedPaths = new Set<string>();
  const addChanged = (file: string) => {
    // A directory in which something changed counts as changed.
    for (let at = file; at !== '/' && !changedPaths.has(at); at = path.posix.dirname(at))
      changedPaths.add(at);
  };
  const candidates: string[] = [];
  for (const { Path, Kind } of listed) {
    if (Kind === 0) candidates.push(Path);
    else addChanged(Path);
  }
  const compareNext = async (): Promise<void> => {
    for (let next = candidates.pop(); next !== undefined; next = candidates.pop())
      if (await differs(next, layers)) addChanged(next);
  };
  await Promise.all(Array.from({ length: maxConcurrent }, compareNext));
  return listed.filter(({ Path }) => changedPaths.has(Path));
}

async function differs(file: string, { upper, lowers }: Layers): Promise<boolean> {
  const now = await statIn(upper, file);
  if (now === null) return false;
  for (const lower of lowers) {
    const before = await statIn(lower, file);
    if (before === null) continue;
    if (before.isCharacterDevice() && before.rdev === 0n) return true;
    return (
      now.mode !== before.mode ||
      now.uid !== before.uid ||
      now.gid !== before.gid ||
      now.rdev !== before.rdev ||
      (!now.isDirectory() && (now.size !== before.size || !sameTime(now, before))) ||
      (now.isFile() && !capabilityOf(`${upper}${file}`).equals(capabilityOf(`${lower}${file}`)))
    );
  }
  return true;
}

/**
 * As the engine compares them: times that were stored without fractions count as the same within the second.
 */
function sameTime(a: BigIntStats, b: BigIntStats): boolean {
  const second = 1_000_000_000n;
  const [x, y] = [a.mtimeNs % second, b.mtimeNs % second];
  return a.mtimeNs / second === b.mtimeNs / second && (x === y || x === 0n || y === 0n);
}

/** A file's capabilities, which `setcap` changes without its time. Empty without. */
const capabilityOf = (file: string): Buffer =>
  fileAttribute(file, 'security.capability', 64) ?? Buffer.alloc(0);

async function statIn(layer: string, file: string): Promise<BigIntStats | null> {
  try {
    return await lstat(`${layer}${file}`, { bigint: true });
  } catch {
    return null;
  }
}
