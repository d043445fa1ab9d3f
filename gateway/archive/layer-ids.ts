import { constants, type Stats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import type { ContainerLayers } from '../engine-api/engine-facts.ts';
import { components } from './container-view.ts';
import { fileAttribute } from './file-attribute.ts';

/** Linux: a descriptor that only stands for a place. Node has no name for it. */
const oPath = 0o10000000;
const place = oPath | constants.O_NOFOLLOW | constants.O_DIRECTORY;

export type Layers = Pick<ContainerLayers, 'upper' | 'lowers'>;
export interface FileIds {
  readonly uid: number;
  readonly gid: number;
}

/** A directory of one layer. `hidden`: neither here nor below. `last`: layers below have no part in it. */
type Found =
  | { readonly kind: 'missing' | 'hidden' }
  | { readonly kind: 'directory'; readonly handle: FileHandle; readonly last: boolean };

/**
 * Whose files are on disk, told from the directories of a container's layers as overlayfs looks names up: the
 * topmost layer that has a name counts; whiteouts, opaque directories and what is no directory hide the
 * layers below. Every step is taken from a descriptor and no link is followed, since the topmost layer
 * changes while the container runs. Directories whose names lead elsewhere in lower layers (redirect_dir,
 * which no engine asks for) hide them, too.
 */
export class LayerIds {
  readonly #upper: string;
  readonly #lowers: readonly string[];
  /** The lower layers that have the directory that was looked in last: files come directory by directory. */
  #recent: { readonly directory: string; readonly lowers: readonly string[] } | null = null;

  constructor({ upper, lowers }: Layers) {
    this.#upper = upper;
    this.#lowers = lowers;
  }

  /**
   * Ids of what is at an absolute path without links, as bytes in Latin-1. Null where there is nothing, or it
   * cannot be told.
   */
  async of(file: string): Promise<FileIds | null> {
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

async function openDirectory(layer: string, names: readonly string[]): Promise<Found> {
  let at: FileHandle;
  try {
    at = await open(layer, place);
  } catch {
    return { kind: 'hidden' };
  }
  let last = false;
  try {
    for (const name of names) {
      const stat = await statIn(at, name);
      if (stat === null) return await left(at, last ? 'hidden' : 'missing');
      if (!stat.isDirectory()) return await left(at, 'hidden');
      const next = await open(Buffer.from(`/proc/self/fd/${at.fd}/${name}`, 'latin1'), place);
      await at.close();
      at = next;
      last ||= hidesLower(at);
    }
    return { kind: 'directory', handle: at, last };
  } catch {
    // Changed under our hands.
    return left(at, 'hidden');
  }
}

async function left(handle: FileHandle, kind: 'missing' | 'hidden'): Promise<Found> {
  await handle.close();
  return { kind };
}

async function statIn(directory: FileHandle, name: string): Promise<Stats | null> {
  try {
    return await lstat(Buffer.from(`/proc/self/fd/${directory.fd}/${name}`, 'latin1'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const isWhiteout = (stat: Stats): boolean => stat.isCharacterDevice() && stat.rdev === 0;

function hidesLower(directory: FileHandle): boolean {
  const here = `/proc/self/fd/${directory.fd}/.`;
  return ['trusted', 'user'].some((kind) => {
    const opaque = fileAttribute(here, `${kind}.overlay.opaque`, 8);
    const redirect = fileAttribute(here, `${kind}.overlay.redirect`, 4096);
    // Where attributes can't be read, what is below cannot be told.
    return opaque === null || redirect === null || opaque.toString('latin1') === 'y' || redirect.length > 0;
  });
}
