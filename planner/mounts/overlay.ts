import { existsSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {
  isWithin,
  mountOf,
  mountsOfDevice,
  mountsWithin,
  pathInFileSystem,
  type Mount,
} from '../../engine/base/mountinfo.ts';
import { isEngineLayer } from '../../shared/isolation/engine-layer.ts';
import type { NamespaceNumber, PlanBuilder, TreeNumber } from '../base/plan.ts';
import { refuse } from '../base/refuse.ts';

/**
 * The parts of an overlay, from which it can be mounted again with other ids. Paths are absolute and
 * resolved.
 */
export const overlaySchema = z.object({
  lowers: z.array(z.string()),
  /** Directory that contains upper and work, and their names; null: read-only. */
  upper: z.object({ parent: z.string(), name: z.string(), work: z.string() }).nullable(),
  options: z.array(z.string()),
});
export type Overlay = z.infer<typeof overlaySchema>;

/**
 * Options that must be kept when the overlay is mounted again. The kernel shows them only where they differ
 * from its defaults.
 */
const carried = new Set([
  'context',
  'fscontext',
  'defcontext',
  'rootcontext',
  'volatile',
  'index',
  'nfs_export',
  'redirect_dir',
  'metacopy',
  'userxattr',
  'xino',
  'uuid',
]);

/** Whether a mount option is one of those. */
export const isCarriedOption = (option: string): boolean => carried.has(option.split('=', 1)[0] ?? '');

/** All mounts of the same superblock as `mount`. */
export function siblings(mount: Mount, mounts: readonly Mount[]): readonly Mount[] {
  return mountsOfDevice(mount.device, mounts);
}

/**
 * Layers of an overlay mount: for overlay2, from its `lower` file (the mount options may be relative, or made
 * from file descriptors); for containerd, from the mount options. Throws when they cannot be determined for
 * certain.
 */
export function layersOf(mount: Mount, mounts: readonly Mount[]): Overlay {
  const values = (key: string) =>
    mount.options
      .filter((option) => option.startsWith(`${key}=`))
      .map((option) => option.slice(key.length + 1));
  const [upperDir] = values('upperdir');
  const [workDir] = values('workdir');
  const options = mount.options.filter(isCarriedOption);

  const merged = siblings(mount, mounts).find(
    ({ mountPoint }) =>
      /\/overlay2\/[^/]+\/merged$/.test(mountPoint) &&
      existsSync(path.join(path.dirname(mountPoint), 'lower')),
  );
  if (merged !== undefined) {
    const layer = path.dirname(merged.mountPoint);
    const store = path.dirname(layer);
    const lowers = readFileSync(path.join(layer, 'lower'), 'utf8')
      .trim()
      .split(':')
      .filter((name) => name !== '');
    return {
      lowers: linked(store, lowers),
      upper:
        upperDir === undefined ? null : { parent: realpathSync.native(layer), name: 'diff', work: 'work' },
      options,
    };
  }

  if (
    (upperDir !== undefined && !path.isAbsolute(upperDir)) ||
    (upperDir === undefined) !== (workDir === undefined)
  )
    refuse('planner-refusals.layers-unknown', { path: mount.mountPoint });
  const named = [...values('lowerdir').flatMap(splitLowers), ...values('lowerdir+')];
  if (named.length === 0 || values('datadir+').length > 0 || named.includes(''))
    refuse('planner-refusals.layers-unknown', { path: mount.mountPoint });
  // With many layers, containerd shortens paths: relative to its snapshots directory, the grandparent of
  // upper.
  const lowers = named.map((lower) => {
    const absolute = path.isAbsolute(lower)
      ? lower
      : upperDir === undefined
        ? null
        : path.join(path.dirname(path.dirname(upperDir)), lower);
    if (absolute === null || absolute === '/')
      refuse('planner-refusals.layers-unknown', { path: mount.mountPoint });
    return realpathSync.native(absolute);
  });
  if (upperDir === undefined || workDir === undefined) return { lowers, upper: null, options };
  const parent = path.dirname(upperDir);
  if (path.dirname(workDir) !== parent)
    refuse('planner-refusals.layers-misplaced', { path: mount.mountPoint });
  return {
    lowers,
    upper: {
      parent: realpathSync.native(parent),
      name: path.basename(upperDir),
      work: path.basename(workDir),
    },
    options,
  };
}

/**
 * The directory of the overlay2 layer that contains `file`, on mount `on`, when it is used without an
 * overlay: a build layer with nothing below it, a build cache.
 */
export function layersAt(
  file: string,
  on: Mount,
  mounts: readonly Mount[],
  engineRoots: readonly string[],
): string[] {
  return engineRoots
    .map((root) => path.join(root, 'overlay2'))
    .flatMap((store) => {
      const home = mountOf(store, mounts);
      if (home?.device !== on.device) return [];
      // Compared by location in the file system: BuildKit makes a mount elsewhere.
      const [layer = '', name] = path
        .relative(pathInFileSystem(store, home), pathInFileSystem(file, on))
        .split('/');
      return name === 'diff' && isEngineLayer(path.join(store, layer)) ? [path.join(store, layer)] : [];
    });
}

/** Targets of overlay2's links. Their names are random, so that a name never gets another target. */
const knownLinks = new Map<string, string>();
const mostKnownLinks = 5000;

/**
 * Targets of the links `names` in overlay2's directory `store`: layers next to it. An image may have a
 * hundred, and every container waits for this.
 */
function linked(store: string, names: readonly string[]): string[] {
  const real = realpathSync.native(store);
  if (knownLinks.size + names.length > mostKnownLinks) knownLinks.clear();
  return names.map((name) => {
    const link = `${real}/${name}`;
    const known = knownLinks.get(link);
    if (known !== undefined) return known;
    const layer = /^l\/[A-Z0-9]{26}$/.test(name)
      ? /^\.\.\/([0-9a-z-]+)\/diff$/.exec(readlinkSync(link))?.[1]
      : undefined;
    // The runtime follows no link on the way to a layer.
    if (layer === undefined) return realpathSync.native(link);
    knownLinks.set(link, `${real}/${layer}/diff`);
    return `${real}/${layer}/diff`;
  });
}

export interface ShiftOptions {
  /** Has the map of the layers, and of upper where `upperNamespace` is not given. */
  readonly namespace: NamespaceNumber;
  readonly upperNamespace?: NamespaceNumber;
  /** The container's first host id. */
  readonly base: number;
  /** A view of the current content of upper. */
  readonly readOnly: boolean;
  readonly mounts: readonly Mount[];
}

/** Plans the overlay with the container's ids. */
export function planShifted(plan: PlanBuilder, overlay: Overlay, options: ShiftOptions): TreeNumber {
  const { namespace, upperNamespace = namespace, base, readOnly, mounts } = options;
  const { upper } = overlay;
  const paths =
    readOnly && upper !== null ? [path.join(upper.parent, upper.name), ...overlay.lowers] : overlay.lowers;
  const isWritable = !readOnly && upper !== null;
  const [only] = paths;
  // overlayfs requires at least two layers.
  if (!isWritable && only !== undefined && paths.length === 1)
    return plan.tree(only, { namespace, noDevices: 'top' });
  const all = isWritable ? [...paths, upper.parent] : paths;
  const store = storeOf(all, mounts);
  // One id-mapped copy of the mount serves all layers in it: the kernel needs time to create each copy, and
  // more to remove it.
  const tree = store === null ? null : plan.tree(store, { namespace });
  const layer = (directory: string) =>
    store === null || tree === null
      ? plan.tree(directory, { namespace })
      : plan.inside(tree, below(store, directory));
  const lowers = paths.map(layer);
  const parent = (directory: string) =>
    upperNamespace === namespace ? layer(directory) : plan.tree(directory, { namespace: upperNamespace });
  const writable = isWritable ? { parent: parent(upper.parent), name: upper.name, work: upper.work } : null;
  // Where nothing is written, nothing can be lost.
  const carriedOptions =
    writable === null ? overlay.options.filter((option) => option !== 'volatile') : overlay.options;
  return plan.overlay(base, { lowers, upper: writable, options: carriedOptions });
}

/** Plans the overlay as the engine itself mounts it. */
export function planPlain(plan: PlanBuilder, overlay: Overlay): TreeNumber {
  const store = commonDirectory(
    overlay.upper === null ? overlay.lowers : [...overlay.lowers, overlay.upper.parent],
  );
  const directory = plan.directory(store);
  const layer = (one: string) => plan.inside(directory, below(store, one));
  const lowers = overlay.lowers.map(layer);
  const upper =
    overlay.upper === null
      ? null
      : { parent: layer(overlay.upper.parent), name: overlay.upper.name, work: overlay.upper.work };
  return plan.overlay(0, { lowers, upper, options: overlay.options });
}

/** The parent directory of all `layers`, if it is on the same mount: a copy of that mount contains them. */
function storeOf(layers: readonly string[], mounts: readonly Mount[]): string | null {
  const store = commonDirectory(layers);
  const mountsInside = mountsWithin(store, mounts).filter(({ mountPoint }) => mountPoint !== store);
  return layers.every((layer) => !mountsInside.some(({ mountPoint }) => isWithin(layer, mountPoint)))
    ? store
    : null;
}

/** The path of `directory` relative to its ancestor `store`. path.relative is slow for a hundred layers. */
function below(store: string, directory: string): string {
  return directory.slice(store === '/' ? 1 : store.length + 1);
}

/** The longest common ancestor of `directories`, which are absolute and normalized. */
export function commonDirectory(directories: readonly string[]): string {
  let [common = '/'] = directories.map((directory) => path.dirname(directory));
  for (const directory of directories)
    while (directory === common || !isWithin(directory, common)) common = path.dirname(common);
  return common;
}

/** Splits lowerdir at colons that are not escaped. */
function splitLowers(value: string): string[] {
  const parts = [''];
  for (let i = 0; i < value.length; i++) {
    const char = value[i] ?? '';
    if (char === '\\' && i + 1 < value.length) parts[parts.length - 1] += value[++i] ?? '';
    else if (char === ':') parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}
