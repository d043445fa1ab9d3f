import { lstat, readlink } from 'node:fs/promises';
import { isInside } from '../../shared/policy/bind-source.ts';
import { remoteMountAbove } from '../base/mount-table.ts';
import { yieldToEventLoop } from '../turns/yield.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import {
  RemoteLookups,
  isDirectoryMode,
  isSocketMode,
  rootAccount,
  type FileLookup,
} from './remote-lookups.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** What lstat(2) reports at a path, cached. */
type Entry =
  | { readonly kind: 'link'; readonly target: string }
  | {
      readonly kind: 'other';
      readonly identity: string;
      readonly socket: boolean;
      readonly characterDevice: bigint | null;
      /** Who may follow paths through it. */
      readonly search: Search;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'problem'; readonly problem: Message };

/** Everybody, or the directory's owner alone (null: nobody). Groups and access control lists do not count. */
type Search = 'everybody' | { readonly owner: number | null };

/** A path with its symbolic links resolved, as far as it was looked up. */
interface PathNode {
  /** Null: the root directory. */
  readonly parent: PathNode | null;
  readonly path: string;
  readonly below: Map<string, PathNode>;
  entry: Entry | Promise<Entry> | null;
}

/** Where a path leads. */
export interface Resolved {
  /** Without symbolic links; what does not exist yet is appended as it is. */
  readonly real: string;
  readonly exists: boolean;
  /** Device and inode; null for what does not exist. */
  readonly identity: string | null;
  readonly socket: boolean;
  /** Number of the device that it is, if it is a character device. */
  readonly characterDevice: bigint | null;
  /** The identities of all directories above that exist, from the parent to `/`. */
  above(): Iterable<string>;
  readonly isHidden: boolean;
}
/**
 * `isHidden`: a link, or the problem, was found behind a directory that the caller may not search, so that it
 * is not for them.
 */
export type Resolution = Resolved | { readonly problem: Message; readonly isHidden: boolean };

const remoteLookups = new RemoteLookups();

const maxSymlinks = 40;
/**
 * Limits of one request: directories and files that are looked up, and path components that are followed,
 * cached ones included.
 */
const maxPaths = 20_000;
const maxSteps = 500_000;
/** Steps between two turns of the event loop. */
const stepsPerTurn = 2000;
const problemOf = (problem: Message, isHidden = false) => ({ problem, isHidden });
const tooManyPaths = () => problemOf(message('gateway.too-many-path-components', { most: maxPaths }));

/**
 * Resolves the paths of one request with a common cache: a common prefix is looked up once, and resolves
 * alike for all of them. `signal`: the client has disconnected. `account`: who is charged for look-ups on
 * file systems that may hang.
 */
export class PathLookups {
  readonly #root: PathNode = { parent: null, path: '', below: new Map(), entry: null };
  readonly #signal: AbortSignal | undefined;
  readonly #account: string;
  /** On file systems that may hang: each costs a process. */
  readonly #remote = new Map<string, Promise<FileLookup>>();
  #lookUpCount = 0;
  #stepCount = 0;

  constructor(signal?: AbortSignal, account = rootAccount) {
    this.#signal = signal;
    this.#account = account;
  }

  /**
   * Follows `file` (absolute) component by component, as the kernel would. Refuses paths through /proc, whose
   * links differ for every process, and unreadable ones. `caller`: a user, null for one who is not known;
   * without it nothing is hidden.
   */
  async resolve(file: string, caller?: number | null): Promise<Resolution> {
    if (!file.startsWith('/')) return problemOf(message('policy.path-not-absolute'));
    if (file.includes('\0')) return problemOf(message('policy.contains-nul'));
    // The next component is the last one.
    const pending = components(file).reverse();
    let at = this.#root;
    let links = 0;
    let isClosed = false;
    let isHidden = false;
    await this.#entry(at);
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part === '..') {
        at = at.parent ?? at;
        continue;
      }
      const node = this.#below(at, part);
      isClosed ||= caller !== undefined && !maySearch(caller, at);
      if (isInside(node.path, '/proc')) return problemOf(message('gateway.path-through-proc'), isClosed);
      const entry = await this.#entry(node);
      if (entry === null) return tooManyPaths();
      switch (entry.kind) {
        case 'problem':
          return problemOf(entry.problem, isClosed);
        case 'missing': {
          if (pending.includes('..'))
            return problemOf(message('gateway.up-from-missing-directory'), isClosed);
          const real = [node.path, ...pending.reverse()].join('/');
          return {
            real,
            exists: false,
            identity: null,
            socket: false,
            characterDevice: null,
            above: () => identitiesFrom(node.parent),
            isHidden,
          };
        }
        case 'link':
          isHidden = isClosed;
          if (++links > maxSymlinks) return problemOf(message('gateway.too-many-links'), isHidden);
          if (entry.target.startsWith('/')) at = this.#root;
          for (const one of components(entry.target).reverse()) pending.push(one);
          break;
        case 'other':
          at = node;
      }
    }
    const entry = await this.#entry(at);
    if (entry?.kind !== 'other')
      return problemOf(message('gateway.path-not-examined', { path: at.path || '/' }), isClosed);
    const end = at;
    return {
      real: end.path || '/',
      exists: true,
      identity: entry.identity,
      socket: entry.socket,
      characterDevice: entry.characterDevice,
      above: () => identitiesFrom(end.parent),
      isHidden,
    };
  }

  #below(at: PathNode, part: string): PathNode {
    const existing = at.below.get(part);
    if (existing !== undefined) return existing;
    const node: PathNode = { parent: at, path: `${at.path}/${part}`, below: new Map(), entry: null };
    at.below.set(part, node);
    return node;
  }

  /** Null: the limit of look-ups was reached. */
  async #entry(node: PathNode): Promise<Entry | null> {
    if (++this.#stepCount % stepsPerTurn === 0) await yieldToEventLoop(this.#signal);
    if (this.#stepCount > maxSteps) return null;
    if (node.entry === null) {
      this.#signal?.throwIfAborted();
      if (++this.#lookUpCount > maxPaths) return null;
      node.entry = this.lookUp(node.path || '/').then((found) => toEntry(found, node.path || '/'));
      node.entry = await node.entry;
    }
    return node.entry;
  }

  /** One file, whose parents are no links; links are not followed. */
  lookUp(file: string): Promise<FileLookup> {
    const mount = remoteMountAbove(file);
    if (mount === null) return lookUpHere(file);
    let found = this.#remote.get(file);
    if (found === undefined)
      this.#remote.set(file, (found = remoteLookups.lookUp(file, mount, this.#account)));
    return found;
  }
}

const components = (file: string): string[] => file.split('/').filter((part) => part !== '' && part !== '.');

function maySearch(caller: number | null, { entry }: PathNode): boolean {
  if (caller === 0 || entry === null || !('kind' in entry) || entry.kind !== 'other') return true;
  return entry.search === 'everybody' || (caller !== null && entry.search.owner === caller);
}

function* identitiesFrom(node: PathNode | null): Iterable<string> {
  for (let at = node; at !== null; at = at.parent) {
    // The parents of a looked-up entry were looked up themselves.
    if (at.entry !== null && 'kind' in at.entry && at.entry.kind === 'other') yield at.entry.identity;
  }
}

/** In this process: an operation that does not end takes one of its few threads. */
async function lookUpHere(file: string): Promise<FileLookup> {
  try {
    const info = await lstat(file, { bigint: true });
    if (info.isSymbolicLink()) return { kind: 'link', uid: info.uid, target: await readlink(file) };
    return {
      kind: 'other',
      identity: `${info.dev}:${info.ino}`,
      uid: info.uid,
      mode: info.mode,
      characterDevice: info.isCharacterDevice() ? info.rdev : null,
    };
  } catch (error) {
    return { kind: 'error', code: systemCode(error) || 'unknown' };
  }
}

function toEntry(found: FileLookup, file: string): Entry {
  switch (found.kind) {
    case 'link':
      return { kind: 'link', target: found.target };
    case 'problem':
      return found;
    case 'error':
      return found.code === 'ENOENT'
        ? { kind: 'missing' }
        : {
            kind: 'problem',
            problem: message('gateway.path-not-examined-because', { path: file, code: found.code }),
          };
    case 'other':
      return {
        kind: 'other',
        identity: found.identity,
        socket: isSocketMode(found.mode),
        characterDevice: found.characterDevice,
        search:
          !isDirectoryMode(found.mode) || (found.mode & 0o001n) !== 0n
            ? 'everybody'
            : { owner: (found.mode & 0o100n) === 0n ? null : Number(found.uid) },
      };
  }
}
