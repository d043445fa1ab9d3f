import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { isBind, type BindSource } from './config/bundle.ts';
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

/** File systems the kernel does not id-map; their files keep their ids, and a container sees nobody's. */
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
  /** Id of the container. */
  readonly container: string;
  readonly mounts: readonly Mount[];
  readonly namespace: NamespaceNumber;
  readonly base: number;
  readonly parts: EngineParts;
  /** Where the engine keeps what it mounts itself; and how all else is mapped: it is somebody's (A8). */
  readonly engineRoots: readonly string[];
  readonly shares: Shares;
}

/**
 * Plans every bind and volume: id-mapped, and where read-only locked so by the kernel (made read-only in the
 * engine's mount namespace, where the container has no say: A9). Returns the new sources by index in the
 * spec's mounts.
 */
export function planBinds(spec: OciSpec, plan: PlanBuilder, context: BindContext): Map<number, BindSource> {
  const sources = new Map<number, BindSource>();
  const places = enginePlaces(context.parts, context.mounts);
  for (const [index, mount] of (spec.mounts ?? []).entries()) {
    if (!isBind(mount) || mount.source === undefined) continue;
    const bind = inspect(mount, mount.source);
    // Left to runc it could come into being in between, as a link to anything.
    if (bind === null) refuse(`the source of a bind mount is not there: ${mount.source}`);
    refuseEngineParts(bind, context.mounts, places, context.container);
    refuseLinks(mount, mount.source, bind.source, context.parts);
    const { tree, lockedFlags } = planBind(bind, plan, context, givenByEngine(mount, mount.source));
    sources.set(index, { path: plan.place(tree), lockedFlags });
  }
  return sources;
}

interface Bind {
  readonly source: string;
  readonly identity: { readonly device: bigint; readonly inode: bigint };
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
      recursive,
      identity: { device: stat.dev, inode: stat.ino },
      slave: propagation === 'slave' || propagation === 'rslave',
      readOnly: options.includes('rro') ? (recursive ? 'all' : 'top') : last === 'ro' ? 'top' : false,
    };
  } catch {
    return null;
  }
}

/**
 * Refuses a source that leads through a symbolic link (A8). The gateway checked the path without links and
 * wrote that one; a container that may write above it can put a link in its place, and restart policies start
 * containers without asking the gateway again.
 */
function refuseLinks(mount: OciMount, given: string, source: string, parts: EngineParts): void {
  if (given === source || givenByEngine(mount, given)) return;
  const root = parts.roots.find((one) => isWithin(given, one));
  if (root !== undefined && path.join(realpathSync.native(root), path.relative(root, given)) === source)
    return;
  refuse(
    `${given} leads through a symbolic link to ${source}, and links may change between two starts; ` +
      `mount ${source} itself`,
  );
}

/** `--init`: the engine looks its helper up among the machine's programs, where distributions put links. */
function givenByEngine(mount: OciMount, given: string): boolean {
  return (
    mount.destination === '/sbin/docker-init' &&
    /^(?:\/usr(?:\/local)?)?\/(?:s?bin|lib|libexec)\/(?:docker\/)?[A-Za-z0-9._-]+$/.test(given) &&
    (mount.options ?? []).includes('ro')
  );
}

/** `engines`: a file the engine gives, nobody's share. */
function planBind(
  bind: Bind,
  plan: PlanBuilder,
  context: BindContext,
  engines: boolean,
): { readonly tree: TreeNumber; readonly lockedFlags: readonly string[] } {
  const on = mountOf(bind.source, context.mounts);
  if (on === null) refuse(`the mount that ${bind.source} is on cannot be determined`);
  const share = !engines && isShare(bind.source, on, context.mounts, context.engineRoots, context.parts);
  const namespace = share ? context.shares.namespaceFor(bind.source) : context.namespace;
  const overlay = enginesLayers(on, context);
  if (overlay !== null) {
    // Another view of the same layers, with the container's ids. What the mount shows need not be its file
    // system's root.
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
  // Also where nothing changes: the runtime mounts the object that was checked; runc would go by the path
  // again, through links.
  const mapping = isMappable(on) ? { namespace, mapBelow: below.length > 0 && below.every(isMappable) } : {};
  return { tree: plan.tree(bind.source, { ...common, ...mapping }), lockedFlags };
}

/**
 * Where the engine goes to what is at `source`, if that is in a volume: the directory of all volumes, or a
 * mount there of the volume's own. It copies an image's files into a volume that is empty, as root and
 * following links, whoever else has the volume (A5, A8).
 */
function volumesAt(source: string, on: Mount, { mounts, engineRoots }: BindContext): string[] {
  return engineRoots
    .map((root) => path.join(root, 'volumes'))
    .flatMap((volumes) => {
      const home = mountOf(volumes, mounts);
      // By place in the file system: of a part of a volume the engine makes a mount elsewhere.
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
 * Whether the guard at `directory` is, or will be, a mount of its own that the runtime makes (mounts.h:
 * guard_directory), which alone took the set-user-ID bits' effect away there: an administrator's mount keeps
 * the flags that it has.
 */
export function isGuardOfOurs(directory: string, mounts: readonly Mount[]): boolean {
  const on = mounts.findLast(({ mountPoint }) => mountPoint === directory);
  const above = mountOf(path.dirname(directory), mounts);
  if (above === null || above.flags.includes('nosuid')) return false;
  return on === undefined || (on.device === above.device && on.root === pathInFileSystem(directory, above));
}

/**
 * Device files come from the kernel's own file systems; in what is shared they do nothing, whoever left them
 * there.
 */
function withoutDevices(on: Mount, below: readonly Mount[]): 'top' | 'all' | false {
  const hasDevices = ({ type, mountPoint }: Mount) =>
    type === 'devtmpfs' || type === 'devpts' || mountPoint === '/dev';
  if (hasDevices(on)) return false;
  return below.some(hasDevices) ? 'top' : 'all';
}

/** FUSE file systems are named by a suffix: `fuse.sshfs`. */
function isMappable(mount: Mount): boolean {
  return !notMappable.has(mount.type.replace(/^(fuse(?:blk)?)\..*/, '$1'));
}

/**
 * The layers of an overlay of the engine's; null: none. Anybody else's is shown with its ids as they are: a
 * second one over an upper directory that is in use is undefined.
 */
function enginesLayers(mount: Mount, { mounts, engineRoots }: BindContext): Overlay | null {
  if (mount.type !== 'overlay') return null;
  try {
    const overlay = layersOf(mount, mounts);
    const layers = overlay.upper === null ? overlay.lowers : [overlay.upper.parent, ...overlay.lowers];
    return layers.every((layer) => engineRoots.some((root) => isWithin(layer, root))) ? overlay : null;
  } catch {
    return null; // cannot be determined
  }
}
