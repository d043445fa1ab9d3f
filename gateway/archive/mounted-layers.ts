import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ContainerLayers } from '../engine-api/engine-facts.ts';

/**
 * Layers of a container that is not up, from where the engine has them mounted while it holds the container
 * for a copy: `<data>/rootfs/<snapshotter>/<id>`, with containerd's store, whose engine does not say where
 * they are. Null where it has not.
 */
export async function mountedLayers(id: string): Promise<ContainerLayers | null> {
  return parseOverlayMount(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''), id);
}

export function parseOverlayMount(mountinfo: string, id: string): ContainerLayers | null {
  const fields = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .findLast(
      ([, , , , point = '']) => point.endsWith(`/${id}`) && /\/rootfs\/[^/]+\/[0-9a-f]{64}$/.test(point),
    );
  const [type, , options = ''] = fields?.slice(fields.indexOf('-') + 1) ?? [];
  if (fields === undefined || type !== 'overlay') return null;
  const values = new Map(
    options
      .split(',')
      .map((option) => [option.split('=', 1)[0] ?? '', unescaped(option.slice(option.indexOf('=') + 1))]),
  );
  const upper = values.get('upperdir') ?? '';
  const lowers = (values.get('lowerdir') ?? '').split(':');
  // A backslash takes a colon's meaning away. No engine's store has either in its paths.
  if (!path.isAbsolute(upper) || lowers.includes('') || lowers.some((lower) => lower.includes('\\')))
    return null;
  // Many layers are shortened to paths from the directory of all snapshots.
  return {
    upper,
    lowers: lowers.map((lower) => path.resolve(path.dirname(path.dirname(upper)), lower)),
    merged: unescaped(fields[4] ?? ''),
  };
}

/** The kernel writes blanks and the like as three octal digits. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
