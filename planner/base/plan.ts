/** Numbers of results inside one plan; what the runtime counts along. */
export type NamespaceNumber = { readonly namespace: number };
export type TreeNumber = { readonly tree: number };

/** Who a source was when it was checked: the runtime refuses another object at the same path. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

export interface TreeOptions {
  /** Id-map by this namespace. */
  readonly namespace?: NamespaceNumber;
  readonly identity?: FileIdentity;
  /** Take the mounts below too. */
  readonly recursive?: boolean;
  readonly readOnly?: 'top' | 'all' | false;
  /** Id-map the mounts below too. */
  readonly mapBelow?: boolean;
  /** What is mounted in the original later appears in the copy, too. */
  readonly slave?: boolean;
  /** Links are followed in the copy, also where `guard` keeps others from it in the original. */
  readonly links?: boolean;
  /** Set-user-ID files work in the copy, also where `guard` made them do nothing in the original. */
  readonly setId?: boolean;
  /** Device files can't be opened: those of the top mount, or those of the mounts below neither. */
  readonly noDevices?: 'top' | 'all' | false;
}

export interface OverlayLayers {
  readonly lowers: readonly TreeNumber[];
  /** Parent directory of upper and work, with their names in it; null: read-only. */
  readonly upper: { readonly parent: TreeNumber; readonly name: string; readonly work: string } | null;
  /** Mount options to carry over: `context=…`, `volatile`. */
  readonly options: readonly string[];
}

const limits = { bytes: 1 << 20, trees: 1024, lowers: 500, options: 16 };

/**
 * Builds the mount plan that bulkhead-runc performs (format: runtime/plan.h). Throws where the runtime would
 * refuse the plan anyway: over a limit, or a field with NUL.
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
      if (text.includes('\0')) throw new Error('a word of a plan holds a NUL');
      this.#fields.push(text);
    }
  }

  #nextTree(): TreeNumber {
    if (this.#trees === limits.trees)
      throw new Error(`a container with more than ${limits.trees} layers and mounts is not supported`);
    return { tree: this.#trees++ };
  }

  /** A user namespace carrying `map` for users and groups. */
  userNamespace(map: string): NamespaceNumber {
    this.#add('userns', map);
    return { namespace: this.#namespaces++ };
  }

  /** Another one, with a map for users and one for groups. */
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

  /** The directory at `relative` below a tree or directory itself, not a copy: a layer. */
  inside(tree: TreeNumber, relative: string): TreeNumber {
    this.#add('in', tree.tree, relative);
    return this.#nextTree();
  }

  /** A copy of what is at `relative` below a tree. */
  below(tree: TreeNumber, relative: string, readOnly: boolean): TreeNumber {
    this.#add('sub', tree.tree, relative, readOnly ? 1 : 0);
    return this.#nextTree();
  }

  /** An overlay whose mounter is host id `base` (0: plain). */
  overlay(base: number, layers: OverlayLayers): TreeNumber {
    if (layers.lowers.length > limits.lowers)
      throw new Error(`an image with more than ${limits.lowers} layers is not supported`);
    if (layers.options.length > limits.options)
      throw new Error("too many mount options on the container's layers");
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
   * Puts a detached tree on an existing path of the machine's mount namespace, for the engine: set-user-ID
   * files and devices do nothing there for whoever gets to it; `noExec`: no file can be run.
   */
  attach(tree: TreeNumber, path: string, noExec = false): void {
    this.#add('attach', tree.tree, path, noExec ? 1 : 0);
  }

  /**
   * Has runc run in a mount namespace of its own, a copy of the machine's with an empty directory at
   * `directory`, where `place` puts trees. The container's namespace is made from that one; nobody else ever
   * is in it.
   */
  privateDirectory(directory: string): void {
    this.#privateDirectory = directory;
    this.#add('private', directory);
  }

  /**
   * Puts a detached tree into the private directory, by `name` or a number; returns the path that it has for
   * runc. Throws before `privateDirectory`.
   */
  place(tree: TreeNumber, name = String(this.#places++)): string {
    if (this.#privateDirectory === null)
      throw new Error('a plan places a mount before its private directory');
    this.#add('place', tree.tree, name);
    return `${this.#privateDirectory}/${name}`;
  }

  /** Detaches everything stacked at `path`; nothing there is fine. */
  unmount(path: string): void {
    this.#add('unmount', path);
  }

  /**
   * Lets nobody write to the file system mounted at `path` any more, not even who holds a directory of it.
   * Where somebody has a file open for writing there it stays as it is, which is logged.
   */
  freeze(path: string): void {
    this.#add('freeze', path);
  }

  /**
   * Has the kernel follow no symbolic link, open no device and heed no set-user-ID bit below `path` for
   * whoever goes by that path; what is mounted there stays in view.
   */
  guard(path: string): void {
    this.#add('guard', path);
  }

  /** The id range the container must turn out to have: the runtime checks it before the container starts. */
  range(base: number): void {
    this.#add('range', base);
  }

  /** A step of a build while isolation is off: runc as it is. Alone in its plan. */
  plain(): void {
    this.#add('plain');
  }

  /** runc is the sealed copy in descriptor `number` of this process (sealed-runc.ts). */
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

/** The answer that makes the runtime fail with `message` and do nothing. */
export function encodeRefusal(message: string): Buffer {
  return encodeFields(['error', message.replaceAll('\0', ' ').slice(0, 3500), 'end']);
}

function encodeFields(fields: readonly string[]): Buffer {
  const bytes = Buffer.from(
    ['bulkhead-plan-2', String(fields.length), ...fields].map((field) => `${field}\0`).join(''),
  );
  if (bytes.length > limits.bytes)
    throw new Error('the container has too many layers or mounts for one plan');
  return bytes;
}
