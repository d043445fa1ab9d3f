import type { BigIntStats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { ContainerLayers } from '../engine-api/engine-facts.ts';
import type { ResponseTransform } from '../http/exchange.ts';
import { yieldToEventLoop } from '../turns/yield.ts';
import { components } from './container-view.ts';
import { directoryFlags } from './directory-flags.ts';
import { fileAttribute } from './file-attribute.ts';

/** Longest list that is filtered, bytes: a change takes some 60. */
const maxListBytes = 128 * 1024 * 1024;
/** What is parsed, and how many changes are processed, before others get a turn. */
const partBytes = 64 * 1024;
const maxAtOnce = 1000;
/** Directories that are compared concurrently. */
const maxConcurrent = 8;

type Layers = Pick<ContainerLayers, 'upper' | 'lowers'>;

/** As the engine lists it. Kind 0: changed, 1: added, 2: deleted. */
interface Change {
  readonly Path: string;
  readonly Kind: number;
}

/**
 * GET changes: the engine compares a container's files with its image's. While the container runs all ids
 * differ, so that it lists every file. The real changes are found by comparing the layers, where ids are the
 * same on both sides. A correct list stays unchanged.
 */
export function filterChanges(layers: Layers): ResponseTransform {
  return {
    limit: maxListBytes,
    transformResponse: async (head, body) => {
      if (head.status !== 200) return null;
      const listed: Change[] = [];
      for (const part of partsOf(body)) {
        for (const change of (JSON.parse(part) as Change[] | null) ?? []) listed.push(change); // the engine's
        await yieldToEventLoop();
      }
      const changes = await realChanges(listed, layers);
      return changes.length === listed.length ? null : writeChanges(changes);
    },
  };
}

/** Between two changes; a quote in a path has a backslash. */
const between = /\},(?=\{"(?:Path|Kind)")/;

/** A list of changes as several ones, each short enough to be parsed at once. */
function* partsOf(body: Buffer): Generator<string> {
  let at = 0;
  while (at < body.length) {
    const end = betweenAfter(body, at + partBytes);
    yield `${at === 0 ? '' : '['}${body.toString('utf8', at, end)}${end < body.length ? ']' : ''}`;
    at = end + 1;
  }
}

/** Where the first change that ends at or after `from` ends; the end of the list without one. */
function betweenAfter(body: Buffer, from: number): number {
  for (let at = body.indexOf('},{"', from); at >= 0; at = body.indexOf('},{"', at + 1))
    if (between.test(body.toString('latin1', at, at + 8))) return at + 1;
  return body.length;
}

async function writeChanges(changes: readonly Change[]): Promise<Buffer> {
  if (changes.length === 0) return Buffer.from('null\n');
  const parts: Buffer[] = [];
  for (let at = 0; at < changes.length; at += maxAtOnce) {
    const part = JSON.stringify(changes.slice(at, at + maxAtOnce)).slice(1, -1);
    parts.push(Buffer.from(`${at === 0 ? '[' : ','}${part}`));
    await yieldToEventLoop();
  }
  return Buffer.concat([...parts, Buffer.from(']\n')]);
}

async function realChanges(listed: readonly Change[], layers: Layers): Promise<Change[]> {
  const changedPaths = new Set<string>();
  const addChanged = (file: string) => {
    // A directory in which something changed counts as changed.
    for (let at = file; at !== '/' && !changedPaths.has(at); at = path.posix.dirname(at))
      changedPaths.add(at);
  };
  const candidates = new Map<string, string[]>();
  for (const [at, { Path, Kind }] of listed.entries()) {
    if (at % maxAtOnce === 0) await yieldToEventLoop();
    if (Kind !== 0) {
      addChanged(Path);
      continue;
    }
    const directory = path.posix.dirname(Path);
    const names = candidates.get(directory);
    if (names === undefined) candidates.set(directory, [path.posix.basename(Path)]);
    else names.push(path.posix.basename(Path));
  }
  const directories = [...candidates];
  const compareNext = async (): Promise<void> => {
    for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
      const [directory, names] = next;
      for (const name of await changedIn(directory, names, layers))
        addChanged(path.posix.join(directory, name));
    }
  };
  await Promise.all(Array.from({ length: maxConcurrent }, compareNext));
  const changes: Change[] = [];
  for (const [at, change] of listed.entries()) {
    if (at % maxAtOnce === 0) await yieldToEventLoop();
    if (changedPaths.has(change.Path)) changes.push(change);
  }
  return changes;
}

/** Of files in one directory, those that the container has and that differ from the image's. */
async function changedIn(
  directory: string,
  names: readonly string[],
  { upper, lowers }: Layers,
): Promise<string[]> {
  const changed: string[] = [];
  const left = new Map<string, FileState>();
  await inDirectory(upper, directory, async (files) => {
    for (const name of names) {
      const now = await stateOf(files, name);
      if (now !== null) left.set(name, now);
    }
  });
  for (const lower of lowers) {
    if (left.size === 0) break;
    await inDirectory(lower, directory, async (files) => {
      for (const [name, now] of left) {
        const before = await stateOf(files, name);
        if (before === null) continue;
        left.delete(name);
        if (differs(now, before)) changed.push(name);
      }
    });
  }
  return [...changed, ...left.keys()];
}

/** A file's status, and its capabilities, which `setcap` changes without its time. */
interface FileState {
  readonly stat: BigIntStats;
  readonly capability: Buffer;
}

function differs({ stat: now, capability }: FileState, { stat: before, ...was }: FileState): boolean {
  if (before.isCharacterDevice() && before.rdev === 0n) return true;
  return (
    now.mode !== before.mode ||
    now.uid !== before.uid ||
    now.gid !== before.gid ||
    now.rdev !== before.rdev ||
    (!now.isDirectory() && (now.size !== before.size || !sameTime(now, before))) ||
    !capability.equals(was.capability)
  );
}

/**
 * As the engine compares them: times that were stored without fractions count as the same within the second.
 */
function sameTime(a: BigIntStats, b: BigIntStats): boolean {
  const second = 1_000_000_000n;
  const [x, y] = [a.mtimeNs % second, b.mtimeNs % second];
  return a.mtimeNs / second === b.mtimeNs / second && (x === y || x === 0n || y === 0n);
}

/**
 * Calls `use` with a path of a directory in a layer, unless it is missing there. No link is followed: the
 * container may meanwhile have put one there, to learn what is on the machine.
 */
async function inDirectory(
  layer: string,
  directory: string,
  use: (files: string) => Promise<void>,
): Promise<void> {
  let at: FileHandle | null = null;
  try {
    at = await open(layer, directoryFlags);
    for (const name of components(directory)) {
      const next: FileHandle = await open(`/proc/self/fd/${at.fd}/${name}`, directoryFlags);
      await at.close();
      at = next;
    }
    await use(`/proc/self/fd/${at.fd}`);
  } catch {
    // Missing in this layer, or changed meanwhile.
  } finally {
    await at?.close();
  }
}

async function stateOf(files: string, name: string): Promise<FileState | null> {
  try {
    const file = `${files}/${name}`;
    const stat = await lstat(file, { bigint: true });
    const capability = stat.isFile() ? fileAttribute(file, 'security.capability', 64) : null;
    return { stat, capability: capability ?? Buffer.alloc(0) };
  } catch {
    return null;
  }
}
