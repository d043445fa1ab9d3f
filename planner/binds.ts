import { lstatSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { defaultDeviceAt, isDefaultDevice } from '../shared/isolation/default-devices.ts';
import { isBind, type BindSource } from './config/bundle.ts';
import type { DeviceNodes } from './config/device-nodes.ts';
import type { OciMount, OciSpec } from './base/oci-spec.ts';
import {
  isWithin,
  mountOf,
  mountsOfDevice,
  mountsWithin,
  pathInFileSystem,
  type Mount,
} from '../engine/base/mountinfo.ts';
import { refuse } from './base/refuse.ts';
import { isShare, type Shares } from './shares/shares.ts';
import { layersAt, layersOf, planShifted, type Overlay } from './mounts/overlay.ts';
import type { NamespaceNumber, PlanBuilder, TreeNumber } from './base/plan.ts';
import { enginePlaces, refuseEngineParts, type EngineParts } from './shares/sockets.ts';

/**
 * File systems that the kernel cannot id-map: their files keep their ids, and belong to nobody inside the
 * container.
 */
const notMappable = new Set([
  'proc',
  'sysfs',
  'cgroup',
  'cgroup2',
  'devtmpfs',
  'devpts',
  'fuse',
  'fuseblk',
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  '9p',
  'virtiofs',
  'mqueue',
  'tracefs',
  'debugfs',
  'securityfs',
  'bpf',
  'overlay',
  'autofs',
  'nsfs',
  'binfmt_misc',
  'configfs',
  'pstore',
  'hugetlbfs',
]);

export interface BindContext {
  /** The container's id. */
  readonly container: string;
  readonly mounts: readonly Mount[];
  readonly namespace: NamespaceNumber;
  readonly base: number;
  readonly parts: EngineParts;
  /**
   * Where the engine keeps what it mounts itself, and how everything else is mapped: it belongs to a user
   * (A8).
   */
  readonly engineRoots: readonly string[];
  readonly shares: Shares;
  readonly deviceNodes: DeviceNodes;
}

/**
 * Plans every bind and volume: id-mapped, and locked where it is read-only (set in the engine's mount
 * namespace, where the container cannot undo it: A9). Returns the new sources by index in the spec's mounts.
 */
export function planBinds(spec: OciSpec, plan: PlanBuilder, context: BindContext): Map<number, BindSource> {
  const sources = new Map<number, BindSource>();
  const places = enginePlaces(context.parts, context.mounts);
  for (const [index, mount] of (spec.mounts ?? []).entries()) {
    if (!isBind(mount) || mount.source === undefined) continue;
    const bind = inspect(mount, mount.source);
    // First: a link's user does not learn whether, and at what, its target is.
    refuseLinks(mount, mount.source, bind?.source ?? null, context.parts);
    // If runc handled it, it could appear in between, as a link to anything.
    if (bind === null) refuse('planner-refusals.source-missing', { source: mount.source });
    refuseEngineParts(bind, context.mounts, places, context.container);
    const { tree, lockedFlags } =
      defaultDeviceAt(bind.source) === null
        ? planBind(bind, plan, context, givenByEngine(mount, mount.source))
        : planDefaultDevice(bind, plan, context);
    sources.set(index, { path: plan.place(tree), isDirectory: bind.isDirectory, lockedFlags });
  }
  return sources;
}

interface Bind {
  readonly source: string;
  readonly isDirectory: boolean;
  readonly identity: { readonly device: bigint; readonly inode: bigint };
  /** Number of the device that the source is, if it is a character device. */
  readonly characterDevice: bigint | null;
  readonly recursive: boolean;
  readonly readOnly: 'top' | 'all' | false;
  readonly slave: boolean;
}

function inspect(mount: OciMount, given: string): Bind | null {
  const options = mount.options ?? [];
  const last = options.findLast((option) => option === 'ro' || option === 'rw');
  const recursive = options.includes('rbind');
  const propagation = options.findLast((option) => /^r?(?:private|slave|shared|unbindable)$/.test(option));
  try {
    const source = realpathSync.native(given);
    const stat = statSync(source, { bigint: true });
    return {
      source,
      isDirectory: stat.isDirectory(),
      recursive,
      identity: { device: stat.dev, inode: stat.ino },
      characterDevice: stat.isCharacterDevice() ? stat.rdev : null,
      slave: propagation === 'slave' || propagation === 'rslave',
      readOnly: options.includes('rro') ? (recursive ? 'all' : 'top') : last === 'ro' ? 'top' : false,
    };
  } catch {
    return null;
  }
}

/**
 * Refuses a source whose path contains a symbolic link (A8). The gateway resolved the path and forwarded the
 * result. A container that may write to a parent directory can replace a component by a link, and restart
 * policies start containers without asking the gateway again. The text is the same wherever the link leads,
 * and whether anything is there: it is shown to users who may not search those directories.
 * @param source The path without links; null: nothing is there.
 */
function refuseLinks(mount: OciMount, given: string, source: string | null, parts: EngineParts): void {
  if (given === source || givenByEngine(mount, given)) return;
  const root = parts.roots.find((one) => isWithin(given, one));
  const isLinkFree =
    source === null
      ? !hasLink(given, root ?? '/')
      : root !== undefined && path.join(realpathSync.native(root), path.relative(root, given)) === source;
  if (isLinkFree) return;
  refuse('planner-refusals.source-link', { source: given });
}

/** Whether a component of the path `given` below `directory` is a symbolic link, as far as it exists. */
function hasLink(given: string, directory: string): boolean {
  let at = directory;
  for (const name of path.relative(directory, given).split(path.sep)) {
    at = path.join(at, name);
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true) return true;
    if (found?.isDirectory() !== true) return false;
  }
  return false;
}

/**
 * `--init`: the engine looks up its init program among the machine's programs, which distributions may
 * install as links.
 */
function givenByEngine(mount: OciMount, given: string): boolean {
  return (
    mount.destination === '/sbin/docker-init' &&
    /^(?:\/usr(?:\/local)?)?\/(?:s?bin|lib|libexec)\/(?:docker\/)?[A-Za-z0-9._-]+$/.test(given) &&
    (mount.options ?? []).includes('ro')
  );
}

/**
 * A device that every container has, on a file of its image (`-v /dev/null:/path`): nobody shares it. Bound
 * is our own file, which belongs to the container's root, or else the machine's. Read-only, since others
 * share its mode and owner; the device can be opened for writing all the same.
 */
function planDefaultDevice(
  { source, identity, characterDevice }: Bind,
  plan: PlanBuilder,
  { deviceNodes, namespace }: BindContext,
): { readonly tree: TreeNumber; readonly lockedFlags: readonly string[] } {
  // Whatever else is there was not allowed when the container was created.
  if (!isDefaultDevice(source, characterDevice)) refuse('planner-refusals.not-that-device', { source });
  const node = deviceNodes.harmless(source);
  const tree =
    node === null
      ? plan.tree(source, { identity, readOnly: 'top' })
      : plan.tree(node, { namespace, readOnly: 'top' });
  return { tree, lockedFlags: ['ro', 'nosuid', 'noexec'] };
}

/** `engines`: a file that the engine provides, not a share of a user. */
function planBind(
  bind: Bind,
  plan: PlanBuilder,
  context: BindContext,
  engines: boolean,
): { readonly tree: TreeNumber; readonly lockedFlags: readonly string[] } {
  const on = mountOf(bind.source, context.mounts);
  if (on === null) refuse('planner-refusals.source-mount-unknown', { source: bind.source });
  const share = !engines && isShare(bind.source, on, context.mounts, context.engineRoots, context.parts);
  const namespace = share ? context.shares.namespaceFor(bind) : context.namespace;
  const overlay = engineLayers(on, context);
  if (overlay !== null) {
    // Another view of the same layers, with the container's ids. The mount may show a subdirectory of its
    // file system.
    const relative = path.relative('/', pathInFileSystem(bind.source, on));
    const whole = planShifted(plan, overlay, {
      namespace,
      base: context.base,
      readOnly: bind.readOnly !== false,
      mounts: context.mounts,
    });
    return {
      tree: plan.below(whole, relative === '' ? '.' : relative, bind.readOnly !== false),
      lockedFlags: ['nodev'],
    };
  }
  const volumes = volumesAt(bind.source, on, context);
  for (const one of volumes) plan.guard(one);
  const layers = layersAt(bind.source, on, context.mounts, context.engineRoots);
  if (bind.readOnly === false) for (const one of layers) plan.guard(one);
  const below = bind.recursive
    ? mountsWithin(bind.source, context.mounts).filter(({ mountPoint }) => mountPoint !== bind.source)
    : [];
  const guarded = [...volumes, ...layers];
  const setId = guarded.some((one) => isGuardOfOurs(one, context.mounts));
  const noDevices = withoutDevices(on, below);
  const lockedFlags = ['nosuid', 'nodev', 'noexec'].filter(
    (flag) =>
      (on.flags.includes(flag) && !(flag === 'nosuid' && setId)) || (flag === 'nodev' && noDevices !== false),
  );
  const common = {
    identity: bind.identity,
    recursive: bind.recursive,
    readOnly: bind.readOnly,
    slave: bind.slave,
    links: guarded.length > 0,
    setId,
    noDevices,
  };
  // Also where nothing changes: the runtime mounts the object that was checked; runc would look the path up
  // again, and follow links.
  const mapping = isMappable(on) ? { namespace, mapBelow: below.length > 0 && below.every(isMappable) } : {};
  return { tree: plan.tree(bind.source, { ...common, ...mapping }), lockedFlags };
}

/**
 * The directory through which the engine accesses `source`, if that is in a volume: the directory of all
 * volumes, or the volume's own mount. The engine copies an image's files into an empty volume as root and
 * follows links, whoever else uses the volume (A5, A8).
 */
function volumesAt(source: string, on: Mount, { mounts, engineRoots }: BindContext): string[] {
  return engineRoots
    .map((root) => path.join(root, 'volumes'))
    .flatMap((volumes) => {
      const home = mountOf(volumes, mounts);
      // Compared by location in the file system: for a subpath of a volume the engine makes a mount
      // elsewhere.
      if (
        home?.device === on.device &&
        isWithin(pathInFileSystem(source, on), pathInFileSystem(volumes, home))
      )
        return [volumes];
      return mountsOfDevice(on.device, mounts)
        .map(({ mountPoint }) => mountPoint)
        .filter((point) => point !== volumes && isWithin(point, volumes));
    });
}

/**
 * Whether the guard at `directory` is, or will be, a mount made by the runtime (mounts.h: guard_directory).
 * Only such a mount disables set-user-ID bits: an administrator's mount keeps its flags.
 */
export function isGuardOfOurs(directory: string, mounts: readonly Mount[]): boolean {
  const on = mounts.findLast(({ mountPoint }) => mountPoint === directory);
  const above = mountOf(path.dirname(directory), mounts);
  if (above === null || above.flags.includes('nosuid')) return false;
  return on === undefined || (on.device === above.device && on.root === pathInFileSystem(directory, above));
}

/**
 * Device files come from the kernel's own file systems; those in shared directories are disabled, whoever
 * made them.
 */
function withoutDevices(on: Mount, below: readonly Mount[]): 'top' | 'all' | false {
  const hasDevices = ({ type, mountPoint }: Mount) =>
    type === 'devtmpfs' || type === 'devpts' || mountPoint === '/dev';
  if (hasDevices(on)) return false;
  return below.some(hasDevices) ? 'top' : 'all';
}

/** FUSE file systems have a suffix: `fuse.sshfs`. */
function isMappable(mount: Mount): boolean {
  return !notMappable.has(mount.type.replace(/^(fuse(?:blk)?)\..*/, '$1'));
}

/**
 * The layers of an overlay that the engine mounted; null for any other mount. Other overlays are not
 * id-mapped: a second overlay over an upper directory in use is undefined.
 */
function engineLayers(mount: Mount, { mounts, engineRoots }: BindContext): Overlay | null {
  if (mount.type !== 'overlay') return null;
  try {
    const overlay = layersOf(mount, mounts);
    const layers = overlay.upper === null ? overlay.lowers : [overlay.upper.parent, ...overlay.lowers];
    return layers.every((layer) => engineRoots.some((root) => isWithin(layer, root))) ? overlay : null;
  } catch {
    return null; // The layers cannot be determined.
  }
}
