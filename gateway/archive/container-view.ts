import type { Stats } from 'node:fs';
import { lstat, open, readlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { MountFacts } from '../engine-api/engine-facts.ts';
import { ResponseReplacedError } from '../http/exchange.ts';
import { yieldToEventLoop } from '../turns/yield.ts';
import { directoryFlags } from './directory-flags.ts';
import type { IsolatedContainer } from './isolated.ts';

/** Cached directories, so that a tree is not looked up again for each of its files. */
const maxCachedDirectories = 10_000;
/** How many components are resolved before others get a turn. */
const stepsAtOnce = 500;
/** The engine's own limit of followed links. */
const maxLinks = 255;

/** The file at a path; symbolic links are not followed. */
export type FileNode =
  | { readonly kind: 'directory' | 'missing' }
  | { readonly kind: 'other'; readonly special?: boolean }
  | { readonly kind: 'link'; readonly target: string };

/**
 * A resolved path: `real` contains no symbolic links. Its last components may not exist, `missing`; `byLink`:
 * they come from a dangling link.
 */
export interface ResolvedPath {
  readonly real: string;
  readonly missing: readonly string[];
  readonly byLink: boolean;
}

/**
 * The files of a container as the engine sees them for a copy: its layers, with binds and volumes, but
 * without /proc, /dev, tmpfs and mounts that the container made itself. All paths are bytes as Latin-1. A
 * path can't lead out of it: every component is opened relative to a descriptor, and links are resolved here.
 */
export class ContainerView {
  /**
   * The layers of the root file system, topmost first; a single directory while it is mounted.
   */
  readonly #roots: readonly string[];
  /** By resolved destination. */
  readonly #mounts = new Map<string, MountFacts>();

  #isUnstable = false;
  /** Cached directories. */
  readonly #directories = new Set<string>();

  private constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /**
   * Opens the view of an inspected container. While it is up, its files are read where the engine has them
   * mounted: its process's root would include mounts of its own, such as FUSE below an overlay, which can
   * block a reader for as long as it likes. Throws ResponseReplacedError where its files can't be found.
   */
  static async open({ facts: container, run, merged }: IsolatedContainer): Promise<ContainerView> {
    const { layers } = container;
    const up = run !== null;
    if (layers === null && !up)
      throw new ResponseReplacedError(
        409,
        `bulkhead gateway: the directory of container ${container.name}'s files is not known while it ` +
          'is not running, so nothing was copied',
      );
    const view = new ContainerView(
      up
        ? [layers?.merged ?? merged ?? `/proc/${container.pid}/root/.`]
        : layers === null
          ? []
          : [layers.upper, ...layers.lowers],
    );
    const mounts = container.mounts.filter(
      ({ type, destination }) => (type === 'bind' || type === 'volume') && destination.startsWith('/'),
    );
    // As the engine mounts them: parents first.
    for (const mount of mounts.toSorted(
      (a, b) => components(a.destination).length - components(b.destination).length,
    )) {
      view.#mounts.set((await view.resolve(asBytes(mount.destination), new Map())).real, mount);
    }
    return view;
  }

  /**
   * Whether no path was resolved through a mount so far: mounts change at any time, the layers of a container
   * that is not up do not.
   */
  get isStable(): boolean {
    return !this.#isUnstable;
  }

  /** Whether there are mounts; else all files are in one file system. */
  get hasMounts(): boolean {
    return this.#mounts.size > 0;
  }

  /** The mount that a resolved path is in; null for the root file system. */
  mountAt(real: string): MountFacts | null {
    return this.#mountAbove(components(real))?.mount ?? null;
  }

  /**
   * The components of a resolved path in its mount, from the mount's root directory on, as far as they exist;
   * the last one is the file at the path, unless some are missing. Empty outside of mounts, and where the
   * path has changed meanwhile.
   */
  async pathInMount(real: string): Promise<{ readonly entries: readonly Stats[]; readonly missing: number }> {
    const on = this.#mountAbove(components(real));
    if (on === null) return { entries: [], missing: 0 };
    const entries: Stats[] = [];
    let at: FileHandle | null = null;
    try {
      entries.push(await lstat(on.mount.source));
      at = await open(on.mount.source, directoryFlags);
      for (const name of on.below) {
        const file = Buffer.from(`/proc/self/fd/${at.fd}/${name}`, 'latin1');
        const stat = await lstat(file);
        entries.push(stat);
        if (!stat.isDirectory()) break;
        const next: FileHandle = await open(file, directoryFlags);
        await at.close();
        at = next;
      }
    } catch {
      // Missing, or changed concurrently: the components so far count.
    } finally {
      await at?.close();
    }
    return { entries: entries, missing: on.below.length + 1 - entries.length };
  }

  /** Resolves all links of an absolute path. `planned`: entries that will exist at resolved paths by then. */
  async resolve(file: string, planned: ReadonlyMap<string, FileNode>): Promise<ResolvedPath> {
    // The last one is the next.
    const left = components(file)
      .map((name) => ({ name, byLink: false }))
      .reverse();
    const real: string[] = [];
    for (let links = 0, steps = 1; ; steps++) {
      if (steps % stepsAtOnce === 0) await yieldToEventLoop();
      const next = left.pop();
      if (next === undefined) return { real: joinComponents(real), missing: [], byLink: false };
      if (next.name === '..') {
        real.pop();
        continue;
      }
      const here = joinComponents([...real, next.name]);
      const node =
        planned.get(here) ?? (this.#directories.has(here) ? directory : await this.#lookUp(real, next.name));
      if (node.kind === 'directory') this.#cacheDirectory(here);
      if (node.kind === 'missing') {
        const missing = [next, ...left.reverse()].map(({ name }) => name);
        return { real: joinComponents([...real, ...missing]), missing, byLink: next.byLink };
      }
      // Nothing can be created below a file.
      if (node.kind === 'other')
        return {
          real: joinComponents([...real, next.name, ...left.reverse().map(({ name }) => name)]),
          missing: [],
          byLink: false,
        };
      if (node.kind !== 'link') {
        real.push(next.name);
        continue;
      }
      if (++links > maxLinks)
        throw new ResponseReplacedError(
          400,
          'bulkhead gateway: there are too many symbolic links on the way in the container',
        );
      if (node.target.startsWith('/')) real.length = 0;
      for (const name of components(node.target).reverse()) left.push({ name, byLink: true });
    }
  }

  /** Whether a path is, links followed, a device, a FIFO or a socket. */
  async isSpecial(file: string): Promise<boolean> {
    const { real, missing } = await this.resolve(file, new Map());
    const names = components(real);
    const name = names.pop();
    if (name === undefined || missing.length > 0) return false;
    const node = await this.#lookUp(names, name);
    return node.kind === 'other' && node.special === true;
  }

  #cacheDirectory(real: string): void {
    if (this.#directories.size >= maxCachedDirectories) this.#directories.clear();
    this.#directories.add(real);
  }

  #mountAbove(
    real: readonly string[],
  ): { readonly mount: MountFacts; readonly below: readonly string[] } | null {
    if (this.#mounts.size === 0) return null;
    for (let length = real.length; length > 0; length--) {
      const mount = this.#mounts.get(joinComponents(real.slice(0, length)));
      if (mount !== undefined) return { mount, below: real.slice(length) };
    }
    return null;
  }

  async #lookUp(parent: readonly string[], name: string): Promise<FileNode> {
    const whole = [...parent, name];
    const on = this.#mountAbove(whole);
    if (on?.below.length === 0) return lstat(on.mount.source).then(kindOf, () => missing);
    if (on !== null) this.#isUnstable = true;
    const below = on?.below ?? whole;
    for (const root of on === null ? this.#roots : [on.mount.source]) {
      const found = await lookUpBelow(root, below.slice(0, -1), name);
      // An overlay marks what was deleted in an upper layer.
      if (found === 'deleted') return missing;
      if (found.kind !== 'missing') return found;
    }
    return missing;
  }
}

const missing: FileNode = { kind: 'missing' };
const directory: FileNode = { kind: 'directory' };

/** Looks `name` up in a directory below `root`, of which no component may be a link. */
async function lookUpBelow(
  root: string,
  directories: readonly string[],
  name: string,
): Promise<FileNode | 'deleted'> {
  let at: FileHandle | null = null;
  try {
    at = await open(root, directoryFlags);
    for (const directory of directories) {
      const next: FileHandle = await open(
        Buffer.from(`/proc/self/fd/${at.fd}/${directory}`, 'latin1'),
        directoryFlags,
      );
      await at.close();
      at = next;
    }
    const file = Buffer.from(`/proc/self/fd/${at.fd}/${name}`, 'latin1');
    const stat = await lstat(file);
    if (stat.isCharacterDevice() && stat.rdev === 0) return 'deleted';
    return stat.isSymbolicLink() ? { kind: 'link', target: await readlink(file, 'latin1') } : kindOf(stat);
  } catch {
    // Missing, not a directory, or changed concurrently: the engine would not find it either.
    return missing;
  } finally {
    await at?.close();
  }
}

const kindOf = (stat: Stats): FileNode =>
  stat.isDirectory() ? { kind: 'directory' } : { kind: 'other', special: !stat.isFile() };

/** Components of a path, without `.` and empty ones; `..` stays. */
export const components = (file: string): string[] =>
  file.split('/').filter((name) => name !== '' && name !== '.');
export const joinComponents = (names: readonly string[]): string => `/${names.join('/')}`;
/**
 * A path in a container as the engine reads it: `..` is resolved lexically, not through links; a slash or dot
 * at the end stays.
 */
export function normalizeContainerPath(file: string): string {
  const clean = path.posix.resolve('/', file);
  // No regular expression: one that matches trailing slashes takes quadratic time.
  const isDirectory = file === '' || file === '.' || file.endsWith('/') || file.endsWith('/.');
  return isDirectory && clean !== '/' ? `${clean}/` : clean;
}
/** Text as its bytes. */
export const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
