import { refuse } from './refuse.ts';

/** In the order of the runtime's numbers for them. */
const mountPointKinds = ['file', 'directory', 'tmpfs'] as const;
/**
 * What a mount point is created as. `tmpfs`: a directory that everybody may write to, since runc gives a
 * tmpfs the mode of its mount point.
 */
export type MountPointKind = (typeof mountPointKinds)[number];

/** Numbers of results within one plan; the runtime counts in the same way. */
export type NamespaceNumber = { readonly namespace: number };
export type TreeNumber = { readonly tree: number };

/** Identity of the source when it was checked: the runtime refuses another object at the same path. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

export interface TreeOptions {
  /** Id-map the mount by this namespace. */
  readonly namespace?: NamespaceNumber;
  readonly identity?: FileIdentity;
  /** Include the mounts below. */
  readonly recursive?: boolean;
  readonly readOnly?: 'top' | 'all' | false;
  /** Id-map the mounts below as well. */
  readonly mapBelow?: boolean;
  /** Mounts that are made in the original later appear in the copy as well. */
  readonly slave?: boolean;
  /** The copy follows symbolic links, even where `guard` disabled that in the original. */
  readonly links?: boolean;
  /** Set-user-ID files work in the copy, even where `guard` disabled them in the original. */
  readonly setId?: boolean;
  /** Device files cannot be opened: on the top mount, or on the mounts below it. */
  readonly noDevices?: 'top' | 'all' | false;
}

export interface OverlayLayers {
  readonly lowers: readonly TreeNumber[];
  /** Parent directory of upper and work, and their names in it; null: read-only. */
  readonly upper: { readonly parent: TreeNumber; readonly name: string; readonly work: string } | null;
  /** Mount options to carry over: `context=…`, `volatile`. */
  readonly options: readonly string[];
}

const limits = { bytes: 1 << 20, trees: 1024, lowers: 500, options: 16 };

/**
 * Builds the mount plan that bulkhead-runc performs (format: runtime/plan.h). Throws where the runtime would
 * refuse the plan anyway: IsolationRefused if a limit is exceeded, or if a field contains NUL.
 */
export class PlanBuilder {
  readonly #fields: string[] = [];
  #namespaces = 0;
  #trees = 0;
  #privateDirectory: string | null = null;
  #places = 0;

  #add(...fields: (string | number | bigint)[]): void {
    for (const field of fields) {
      const text = String(field);
      if (text.includes('\0')) throw new Error('a field of a plan contains a NUL');
      this.#fields.push(text);
    }
  }

  #nextTree(): TreeNumber {
    if (this.#trees === limits.trees) refuse('planner-refusals.too-many-mounts', { number: limits.trees });
    return { tree: this.#trees++ };
  }

  /** A user namespace with `map` for users and for groups. */
  userNamespace(map: string): NamespaceNumber {
    this.#add('userns', map);
    return { namespace: this.#namespaces++ };
  }

  /** A user namespace with one map for users and one for groups. */
  userNamespaceOf(users: string, groups: string): NamespaceNumber {
    this.#add('share', users, groups);
    return { namespace: this.#namespaces++ };
  }

  /** A detached copy of the mount tree at `path`. */
  tree(path: string, options: TreeOptions = {}): TreeNumber {
    const { identity, namespace, recursive, readOnly, mapBelow, slave, links, setId, noDevices } = options;
    const flags =
      (recursive ? 1 : 0) |
      (readOnly ? 2 : 0) |
      (readOnly === 'all' ? 4 : 0) |
      (mapBelow ? 8 : 0) |
      (slave ? 16 : 0) |
      (links ? 32 : 0) |
      (noDevices ? 64 : 0) |
      (noDevices === 'all' ? 128 : 0) |
      (setId ? 256 : 0);
    this.#add(
      'tree',
      path,
      identity ? `${identity.device}:${identity.inode}` : '-',
      namespace ? namespace.namespace : '-',
      flags,
    );
    return this.#nextTree();
  }

  /** The directory itself, not a copy: layers of a plain overlay. */
  directory(path: string): TreeNumber {
    this.#add('dir', path);
    return this.#nextTree();
  }

  /** The directory at `relative` below a tree or directory, not a copy: a layer. */
  inside(tree: TreeNumber, relative: string): TreeNumber {
    this.#add('in', tree.tree, relative);
    return this.#nextTree();
  }

  /** A copy of what is at `relative` below a tree. */
  below(tree: TreeNumber, relative: string, readOnly: boolean): TreeNumber {
    this.#add('sub', tree.tree, relative, readOnly ? 1 : 0);
    return this.#nextTree();
  }

  /** An overlay mounted by host id `base` (0: plain). */
  overlay(base: number, layers: OverlayLayers): TreeNumber {
    if (layers.lowers.length > limits.lowers)
      refuse('planner-refusals.too-many-layers', { number: limits.lowers });
    if (layers.options.length > limits.options)
      refuse('planner-refusals.too-many-layer-options', { number: limits.options });
    this.#add('overlay', base, layers.lowers.length, ...layers.lowers.map((lower) => lower.tree));
    this.#add(
      ...(layers.upper === null
        ? ['-', '', '']
        : [layers.upper.parent.tree, layers.upper.name, layers.upper.work]),
    );
    this.#add(layers.options.length, ...layers.options);
    return this.#nextTree();
  }

  clone(tree: TreeNumber): TreeNumber {
    this.#add('clone', tree.tree);
    return this.#nextTree();
  }

  /**
   * Attaches a detached tree to an existing path of the machine's mount namespace, for the engine.
   * Set-user-ID files and device files do not work there; `noExec`: no file can be executed.
   */
  attach(tree: TreeNumber, path: string, noExec = false): void {
    this.#add('attach', tree.tree, path, noExec ? 1 : 0);
  }

  /**
   * Runs runc in its own mount namespace, a copy of the machine's with an empty directory at `directory`, to
   * which `place` attaches trees. The container's mount namespace is derived from it; no other process ever
   * enters it.
   */
  privateDirectory(directory: string): void {
    this.#privateDirectory = directory;
    this.#add('private', directory);
  }

  /**
   * Attaches a detached tree inside the private directory, by `name` or a number. Returns the path at which
   * runc sees it. Throws before `privateDirectory` was called.
   */
  place(tree: TreeNumber, name = String(this.#places++)): string {
    if (this.#privateDirectory === null)
      throw new Error('a plan places a mount before its private directory');
    this.#add('place', tree.tree, name);
    return `${this.#privateDirectory}/${name}`;
  }

  /**
   * Creates a mount point at `relative` in a tree, and missing parents, as the container's root, unless it
   * exists. Links are followed inside of the tree. Call `range` before.
   */
  mountPoint(tree: TreeNumber, relative: string, kind: MountPointKind): void {
    this.#add('point', tree.tree, relative, mountPointKinds.indexOf(kind));
  }

  /** Detaches everything stacked at `path`; it may be nothing. */
  unmount(path: string): void {
    this.#add('unmount', path);
  }

  /**
   * Makes the file system mounted at `path` read-only for everybody, including processes that hold a
   * directory of it open. While a file is open for writing there, it stays writable, and that is logged.
   */
  freeze(path: string): void {
    this.#add('freeze', path);
  }

  /**
   * Guards `path`: on lookups through it the kernel follows no symbolic link, opens no device and ignores
   * set-user-ID bits. What is mounted below stays visible.
   */
  guard(path: string): void {
    this.#add('guard', path);
  }

  /** The id range that the container must have: the runtime checks it before the container starts. */
  range(base: number): void {
    this.#add('range', base);
  }

  /** For a build step while isolation is off: runs runc unmodified. The only operation of its plan. */
  plain(): void {
    this.#add('plain');
  }

  /** Runs the sealed copy of runc in descriptor `number` of this process (sealed-runc.ts). */
  sealedRunc(number: number): void {
    this.#add('runc', number);
  }

  get empty(): boolean {
    return this.#fields.length === 0;
  }

  encode(): Buffer {
    return encodeFields([...this.#fields, 'end']);
  }
}

/** Maximum length of a refusal in the runtime's log (`runtime/log.c`), bytes. */
const maxRefusalBytes = 3500;

/** The response that makes the runtime fail with `message`, cut to whole characters, and do nothing. */
export function encodeRefusal(message: string): Buffer {
  const { read } = new TextEncoder().encodeInto(message, new Uint8Array(maxRefusalBytes));
  return encodeFields(['error', message.slice(0, read).replaceAll('\0', ' '), 'end']);
}

function encodeFields(fields: readonly string[]): Buffer {
  const bytes = Buffer.from(
    ['bulkhead-plan-2', String(fields.length), ...fields].map((field) => `${field}\0`).join(''),
  );
  if (bytes.length > limits.bytes) refuse('planner-refusals.plan-too-long');
  return bytes;
}
