import type { Stats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import type { ContainerLayers } from '../engine-api/engine-facts.ts';
import { components } from './container-view.ts';
import { directoryFlags } from './directory-flags.ts';
import { fileAttribute } from './file-attribute.ts';
import { systemCode } from '../../shared/process/system-code.ts';

export type Layers = Pick<ContainerLayers, 'upper' | 'lowers'>;
export interface FileIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The look-up of a directory in one layer. `hidden`: neither in this layer nor in lower ones. `last`: it
 * hides lower layers.
 */
type DirectoryLookup =
  | { readonly kind: 'missing' | 'hidden' }
  | { readonly kind: 'directory'; readonly handle: FileHandle; readonly last: boolean };

/**
 * The owners of files on disk, looked up in a container's layers as overlayfs does: the topmost layer that
 * has a name counts; whiteouts, opaque directories and non-directories hide the layers below. Every component
 * is opened relative to a descriptor and no link is followed, since the topmost layer changes while the
 * container runs. Directories that are redirected in lower layers (redirect_dir, which no engine uses) hide
 * them, too.
 */
export class LayerIds {
  readonly #upper: string;
  readonly #lowers: readonly string[];
  /** The lower layers that have the most recent directory: entries come directory by directory. */
  #recent: { readonly directory: string; readonly lowers: readonly string[] } | null = null;

  constructor({ upper, lowers }: Layers) {
    this.#upper = upper;
    this.#lowers = lowers;
  }

  /**
   * The ids of the file at an absolute path without links, as bytes in Latin-1. Null where there is none, or
   * they are unknown.
   */
  async idsOf(file: string): Promise<FileIds | null> {
    const names = components(file);
    if (names.includes('..')) return null;
    const last = names.pop() ?? '.';
    const above = await idsIn(this.#upper, names, last);
    if (above !== 'missing') return above;
    for (const layer of await this.#lowersWith(names)) {
      const found = await idsIn(layer, names, last);
      if (found !== 'missing') return found;
    }
    return null;
  }

  async #lowersWith(names: readonly string[]): Promise<readonly string[]> {
    const directory = names.join('/');
    if (this.#recent?.directory === directory) return this.#recent.lowers;
    const lowers: string[] = [];
    for (const layer of this.#lowers) {
      const found = await openDirectory(layer, names);
      if (found.kind !== 'directory') {
        if (found.kind === 'hidden') break;
        continue;
      }
      await found.handle.close();
      lowers.push(layer);
      if (found.last) break;
    }
    this.#recent = { directory, lowers };
    return lowers;
  }
}

/** Ids of a name in one layer; null where neither this one nor those below have it. */
async function idsIn(
  layer: string,
  directory: readonly string[],
  name: string,
): Promise<FileIds | null | 'missing'> {
  const found = await openDirectory(layer, directory);
  if (found.kind !== 'directory') return found.kind === 'hidden' ? null : 'missing';
  try {
    const stat = await statIn(found.handle, name);
    if (stat === null) return found.last ? null : 'missing';
    return isWhiteout(stat) ? null : { uid: stat.uid, gid: stat.gid };
  } finally {
    await found.handle.close();
  }
}

async function openDirectory(layer: string, names: readonly string[]): Promise<DirectoryLookup> {
  let at: FileHandle;
  try {
    at = await open(layer, directoryFlags);
  } catch {
    return { kind: 'hidden' };
  }
  let last = false;
  try {
    for (const name of names) {
      const stat = await statIn(at, name);
      if (stat === null) return await closeWith(at, last ? 'hidden' : 'missing');
      if (!stat.isDirectory()) return await closeWith(at, 'hidden');
      const next = await open(Buffer.from(`/proc/self/fd/${at.fd}/${name}`, 'latin1'), directoryFlags);
      await at.close();
      at = next;
      last ||= hidesLower(at);
    }
    return { kind: 'directory', handle: at, last };
  } catch {
    // Changed concurrently.
    return closeWith(at, 'hidden');
  }
}

async function closeWith(handle: FileHandle, kind: 'missing' | 'hidden'): Promise<DirectoryLookup> {
  await handle.close();
  return { kind };
}

async function statIn(directory: FileHandle, name: string): Promise<Stats | null> {
  try {
    return await lstat(Buffer.from(`/proc/self/fd/${directory.fd}/${name}`, 'latin1'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

const isWhiteout = (stat: Stats): boolean => stat.isCharacterDevice() && stat.rdev === 0;

function hidesLower(directory: FileHandle): boolean {
  const here = `/proc/self/fd/${directory.fd}/.`;
  return ['trusted', 'user'].some((kind) => {
    const opaque = fileAttribute(here, `${kind}.overlay.opaque`, 8);
    const redirect = fileAttribute(here, `${kind}.overlay.redirect`, 4096);
    // Where attributes can't be read, the layers below are unknown.
    return opaque === null || redirect === null || opaque.toString('latin1') === 'y' || redirect.length > 0;
  });
}
