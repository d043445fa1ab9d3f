/** One line of /proc/<pid>/mountinfo, unescaped. */
export interface Mount {
  /** Device as `major:minor`: the same for every mount of one superblock. */
  readonly device: string;
  /** The part of the file system that is mounted: `/`, or the directory of a bind mount. */
  readonly root: string;
  readonly mountPoint: string;
  /** A member of a peer group: mounts made below appear in other namespaces too. */
  readonly shared: boolean;
  readonly type: string;
  /** Options of this mount alone: `rw`, `nosuid`, … */
  readonly flags: readonly string[];
  /** Options of the superblock, split at commas the kernel did not escape. */
  readonly options: readonly string[];
}

/**
 * Parses mountinfo, in its order (later mounts hide earlier ones). Throws on a line that isn't one: the
 * kernel's format is fixed.
 */
export function parseMountinfo(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split(' ');
      const separator = fields.indexOf('-', 6);
      const [, , device, root, mountPoint, flags = ''] = fields;
      const [type, , superOptions] = separator < 0 ? [] : fields.slice(separator + 1);
      if (
        device === undefined ||
        root === undefined ||
        mountPoint === undefined ||
        type === undefined ||
        superOptions === undefined
      ) {
        throw new Error(`not a line of mountinfo: ${line}`);
      }
      return {
        device,
        root: unescape(root),
        mountPoint: unescape(mountPoint),
        type: unescape(type),
        flags: flags.split(','),
        shared: fields.slice(6, separator).some((field) => field.startsWith('shared:')),
        options: splitOptions(superOptions).map(unescape),
      };
    });
}

/**
 * An index of a table for look-ups, built once per table: a container with a thousand binds causes some ten
 * thousand look-ups, and the table may have as many lines. Tables are not changed once they are read.
 */
interface MountIndex {
  /** By mount point, the latest if several are stacked. */
  readonly at: ReadonlyMap<string, Mount>;
  readonly ofDevice: ReadonlyMap<string, readonly Mount[]>;
  /** Sorted by mount point in the order of code units: everything below a directory is contiguous. */
  readonly sorted: readonly Mount[];
}
const arrangedTables = new WeakMap<readonly Mount[], MountIndex>();

function mountIndexOf(mounts: readonly Mount[]): MountIndex {
  const known = arrangedTables.get(mounts);
  if (known !== undefined) return known;
  const ofDevice = new Map<string, Mount[]>();
  for (const mount of mounts) {
    const same = ofDevice.get(mount.device);
    if (same === undefined) ofDevice.set(mount.device, [mount]);
    else same.push(mount);
  }
  const inOrder = (a: Mount, b: Mount) =>
    a.mountPoint < b.mountPoint ? -1 : a.mountPoint > b.mountPoint ? 1 : 0;
  const entry = {
    at: new Map(mounts.map((mount) => [mount.mountPoint, mount])),
    ofDevice,
    sorted: [...mounts].sort(inOrder),
  };
  arrangedTables.set(mounts, entry);
  return entry;
}

/**
 * The mount that `file` (absolute, resolved) is on: the longest mount point above it, the latest if several
 * are stacked.
 */
export function mountOf(file: string, mounts: readonly Mount[]): Mount | null {
  const { at } = mountIndexOf(mounts);
  let above = file;
  for (;;) {
    const mount = at.get(above);
    if (mount !== undefined) return mount;
    if (above === '/' || above === '') return null;
    above = above.slice(0, above.lastIndexOf('/')) || '/';
  }
}

/** The mounts of the file system `device`, in the table's order. */
export function mountsOfDevice(device: string, mounts: readonly Mount[]): readonly Mount[] {
  return mountIndexOf(mounts).ofDevice.get(device) ?? [];
}

/** The mounts at `directory` and below it, unordered. */
export function mountsWithin(directory: string, mounts: readonly Mount[]): Mount[] {
  if (directory === '/') return [...mounts];
  const { sorted } = mountIndexOf(mounts);
  const found: Mount[] = [];
  // Paths with the same prefix and no slash after it ("/a-b" for "/a") are between the two.
  for (const prefix of [directory, `${directory}/`]) {
    for (let i = lowerBoundIndex(sorted, prefix); i < sorted.length; i++) {
      const mount = sorted[i];
      if (
        mount === undefined ||
        !(prefix === directory ? mount.mountPoint === directory : mount.mountPoint.startsWith(prefix))
      )
        break;
      found.push(mount);
    }
  }
  return found;
}

/** Index of the first whose mount point is not before `text`. */
function lowerBoundIndex(sorted: readonly Mount[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.mountPoint ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether `file` is `directory` or below it, by whole components. Both absolute and resolved. */
export function isWithin(file: string, directory: string): boolean {
  return file === directory || file.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** The path of `file`, seen through `mount`, inside mount's file system. */
export function pathInFileSystem(file: string, mount: Mount): string {
  const below = mount.mountPoint === '/' ? file : file.slice(mount.mountPoint.length);
  const joined = `${mount.root === '/' ? '' : mount.root}${below === '/' ? '' : below}`;
  return joined === '' ? '/' : joined;
}

/** Whether `mount` is `directory` mounted on itself, as dockerd does with its data directory. */
export function isBoundOntoItself(mount: Mount, mounts: readonly Mount[], directory: string): boolean {
  if (mount.mountPoint !== directory) return false;
  const holder = mountOf(
    directory,
    mounts.filter(({ mountPoint }) => mountPoint !== directory),
  );
  return (
    holder !== null && holder.device === mount.device && pathInFileSystem(directory, holder) === mount.root
  );
}

/**
 * The kernel escapes a comma inside a value as \054, but quotes security labels that contain one:
 * `context="…:c1,c2"`. The quotes are removed.
 */
function splitOptions(text: string): string[] {
  return [...text.matchAll(/((?:fs|def|root)?context=)"([^"]*)"(?=,|$)|[^,]+/g)].map(([whole, key, label]) =>
    key === undefined ? whole : `${key}${label ?? ''}`,
  );
}

function unescape(field: string): string {
  if (!field.includes('\\')) return field;
  // The kernel escapes bytes (space, tab, newline, backslash, …) as three octal digits.
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
