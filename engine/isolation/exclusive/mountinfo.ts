/** One line of /proc/<pid>/mountinfo, unescaped. */
export interface Mount {
  /** Device as `major:minor`: the same for every mount of one superblock. */
  readonly device: string;
  /** What of the file system is mounted here: `/`, or the directory a bind mount shows. */
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

/** Parses mountinfo, in its order (later mounts hide earlier ones). Throws on a line that isn't one: the kernel's format is fixed. */
export function parseMountinfo(text: string): Mount[] {
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const fields = line.split(' ');
    const separator = fields.indexOf('-', 6);
    const [, , device, root, mountPoint, flags = ''] = fields;
    const [type, , superOptions] = separator < 0 ? [] : fields.slice(separator + 1);
    if (device === undefined || root === undefined || mountPoint === undefined || type === undefined || superOptions === undefined) {
      throw new Error(`not a line of mountinfo: ${line}`);
    }
    return {
      device, root: unescape(root), mountPoint: unescape(mountPoint), type: unescape(type),
      flags: flags.split(','),
      shared: fields.slice(6, separator).some((field) => field.startsWith('shared:')),
      options: splitOptions(superOptions).map(unescape),
    };
  });
}

/** The mount that `file` (absolute, resolved) is on: the longest mount point above it, the latest where several are stacked. */
export function mountOf(file: string, mounts: readonly Mount[]): Mount | null {
  let best: Mount | null = null;
  for (const mount of mounts) {
    if (isWithin(file, mount.mountPoint) && (best === null || mount.mountPoint.length >= best.mountPoint.length)) best = mount;
  }
  return best;
}

/** Whether `file` is `directory` or below it, by whole components. Both absolute and resolved. */
export function isWithin(file: string, directory: string): boolean {
  return file === directory || file.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** Where `file`, seen through `mount`, is inside mount's file system. */
export function pathInFileSystem(file: string, mount: Mount): string {
  const below = mount.mountPoint === '/' ? file : file.slice(mount.mountPoint.length);
  const joined = `${mount.root === '/' ? '' : mount.root}${below === '/' ? '' : below}`;
  return joined === '' ? '/' : joined;
}

/** The kernel escapes a comma inside a value as \054, but quotes security labels that hold one: `context="…:c1,c2"`. The quotes go. */
function splitOptions(text: string): string[] {
  return [...text.matchAll(/((?:fs|def|root)?context=)"([^"]*)"(?=,|$)|[^,]+/g)].map(([whole, key, label]) => (key === undefined ? whole : `${key}${label ?? ''}`));
}

function unescape(field: string): string {
  if (!field.includes('\\')) return field;
  // The kernel escapes bytes (space, tab, newline, backslash, …) as three octal digits.
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
