import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ContainerLayers } from '../engine-api/engine-facts.ts';

/**
 * The layers of a container that is not up, from the engine's mount while it has the container locked for a
 * copy: `<data>/rootfs/<snapshotter>/<id>`. For containerd's store, whose layers the API does not show. Null
 * where it is not mounted.
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
  // A backslash escapes a colon. No engine's store has either in its paths.
  if (!path.isAbsolute(upper) || lowers.includes('') || lowers.some((lower) => lower.includes('\\')))
    return null;
  // With many layers, paths are relative to the directory of all snapshots.
  return {
    upper,
    lowers: lowers.map((lower) => path.resolve(path.dirname(path.dirname(upper)), lower)),
    merged: unescaped(fields[4] ?? ''),
  };
}

/** The kernel writes blanks and the like as three octal digits. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
