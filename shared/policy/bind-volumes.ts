import { boundVolumeMark, mountOfVolumeMark } from './binds-as-mounts.ts';
import type { BindSpec } from './bind-spec.ts';
import { writeJson, type Json, type JsonObject } from './json.ts';
import { objectAt, textAt } from './shape.ts';
import type { VolumeDriverFacts } from './volume-facts.ts';

// Compose files can declare a directory of the machine as a volume, by `driver_opts` with type none, o=bind
// and the directory as the device. The engine mounts it itself, as root and following links, wherever the
// path leads when a container starts. So the directory is passed to a container as a bind mount, which is
// decided, checked and mapped like any other. Inspect responses contain the volume again.

/** A volume of the local driver that is another name for a directory of the machine. */
export interface BindVolume {
  readonly device: string;
  readonly recursive: boolean;
  readonly readOnly: boolean;
}

/** Null for any other volume, and for one with further options. */
export function bindVolume({ driver, options }: VolumeDriverFacts): BindVolume | null {
  if (driver !== '' && driver !== 'local') return null;
  if ([...options.keys()].some((key) => !['type', 'device', 'o'].includes(key))) return null;
  const device = options.get('device') ?? '';
  if (!['none', 'bind'].includes(options.get('type') ?? '') || !device.startsWith('/')) return null;
  const flags = (options.get('o') ?? '').split(',').filter((flag) => flag !== '');
  const recursive = flags.includes('rbind');
  if (!recursive && !flags.includes('bind')) return null;
  if (flags.some((flag) => !['bind', 'rbind', 'ro', 'rw'].includes(flag))) return null;
  return { device, recursive, readOnly: flags.includes('ro') };
}

/** The mount that replaces an entry of `Binds`, its place and text. `source` is the checked directory. */
export function mountOfBind(
  volume: BindVolume,
  source: string,
  spec: BindSpec,
  { index, text }: { readonly index: number; readonly text: string },
): JsonObject {
  return mountOf(volume, source, {
    target: spec.destination,
    readOnly: spec.options.includes('ro') || spec.options.includes('rro'),
    consistency: `${boundVolumeMark}${index}:${text}`,
  });
}

/** The mount that replaces an entry of `Mounts`; null for one with a subpath of the volume. */
export function mountOfVolume(volume: BindVolume, source: string, mount: JsonObject): JsonObject | null {
  if (textAt(objectAt(mount, 'VolumeOptions'), 'Subpath') !== '') return null;
  return mountOf(volume, source, {
    target: textAt(mount, 'Target'),
    readOnly: mount.get('ReadOnly') === true,
    consistency: `${mountOfVolumeMark}${writeJson(mount)}`,
  });
}

function mountOf(
  volume: BindVolume,
  source: string,
  mount: { readonly target: string; readonly readOnly: boolean; readonly consistency: string },
): JsonObject {
  return new Map<string, Json>([
    ['Type', 'bind'],
    ['Source', source],
    ['Target', mount.target],
    ['Consistency', mount.consistency],
    ...(mount.readOnly || volume.readOnly ? [['ReadOnly', true] as const] : []),
    ...(volume.recursive ? [] : [['BindOptions', new Map<string, Json>([['NonRecursive', true]])] as const]),
  ]);
}
