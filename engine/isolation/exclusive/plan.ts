/** Numbers of results inside one plan; what the runtime counts along. */
export type NamespaceNumber = { readonly namespace: number };
export type TreeNumber = { readonly tree: number };

/** Who a source was when it was checked: the runtime refuses another object at the same path. */
export interface FileIdentity { readonly device: bigint; readonly inode: bigint }

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
  /** Links are followed in the copy, also where `withoutLinks` keeps others from it in the original. */
  readonly links?: boolean;
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
 * Builds the mount plan that bulkhead-runc performs (format: runtime/plan.h). Throws where the runtime would refuse the plan
 * anyway: over a limit, or a word with NUL.
 */
export class PlanBuilder {
  readonly #words: string[] = [];
  #namespaces = 0;
  #trees = 0;

  #add(...words: (string | number | bigint)[]): void {
    for (const word of words) {
      const text = String(word);
      if (text.includes('\0')) throw new Error('a word of a plan holds a NUL');
      this.#words.push(text);
    }
  }

  #nextTree(): TreeNumber {
    if (this.#trees === limits.trees) throw new Error(`a container with more than ${limits.trees} layers and mounts is not supported`);
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
    const { identity, namespace, recursive, readOnly, mapBelow, slave, links } = options;
    const flags = (recursive ? 1 : 0) | (readOnly ? 2 : 0) | (readOnly === 'all' ? 4 : 0) | (mapBelow ? 8 : 0) | (slave ? 16 : 0) | (links ? 32 : 0);
    this.#add('tree', path, identity ? `${identity.device}:${identity.inode}` : '-', namespace ? namespace.namespace : '-', flags);
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
    if (layers.lowers.length > limits.lowers) throw new Error(`an image with more than ${limits.lowers} layers is not supported`);
    if (layers.options.length > limits.options) throw new Error('too many mount options on the container\'s layers');
    this.#add('overlay', base, layers.lowers.length, ...layers.lowers.map((lower) => lower.tree));
    this.#add(...(layers.upper === null ? ['-', '', ''] : [layers.upper.parent.tree, layers.upper.name, layers.upper.work]));
    this.#add(layers.options.length, ...layers.options);
    return this.#nextTree();
  }

  clone(tree: TreeNumber): TreeNumber {
    this.#add('clone', tree.tree);
    return this.#nextTree();
  }

  /** Puts a detached tree on an existing path. */
  attach(tree: TreeNumber, path: string): void { this.#add('attach', tree.tree, path); }

  /** Detaches everything stacked at `path`; nothing there is fine. */
  unmount(path: string): void { this.#add('unmount', path); }

  /** Has the kernel follow no symbolic link below `path` for whoever goes by that path; what is mounted there stays in view. */
  withoutLinks(path: string): void { this.#add('nolinks', path); }

  /** Waits until nobody has a file open for writing in the file system mounted at `path`, and lets nobody write there any more, not even who holds a directory of it. */
  freeze(path: string): void { this.#add('freeze', path); }

  /** The id range the container must turn out to have: the runtime checks it before the container starts. */
  range(base: number): void { this.#add('range', base); }

  /** runc is the sealed copy in descriptor `number` of this process (sealed-runc.ts). */
  sealedRunc(number: number): void { this.#add('runc', number); }

  get empty(): boolean { return this.#words.length === 0; }

  encode(): Buffer { return encodeWords([...this.#words, 'end']); }
}

/** The answer that makes the runtime fail with `message` and do nothing. */
export function encodeRefusal(message: string): Buffer {
  return encodeWords(['error', message.replaceAll('\0', ' ').slice(0, 3500), 'end']);
}

function encodeWords(words: readonly string[]): Buffer {
  const bytes = Buffer.from(['bulkhead-plan-1', String(words.length), ...words].map((word) => `${word}\0`).join(''));
  if (bytes.length > limits.bytes) throw new Error('the container has too many layers or mounts for one plan');
  return bytes;
}
