import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  isWithin,
  mountOf,
  mountsWithin,
  pathInFileSystem,
  type Mount,
} from '../../engine/base/mountinfo.ts';
import { refuse } from '../base/refuse.ts';

/** What is never mounted into a container, by path; paths that don't exist are skipped. */
export interface EngineParts {
  /** Sockets that control the engine. */
  readonly sockets: readonly string[];
  /** Directories of which no part may be visible. */
  readonly directories: readonly string[];
  /**
   * One of the directories: the gateway keeps the containers' own sockets there, `<id>/docker.sock`, the only
   * files in it that may be mounted.
   */
  readonly containerSockets: string;
  /** Where the engine keeps what it mounts itself; links in the path above are the administrator's own. */
  readonly roots: readonly string[];
}

/** The current location of the parts. */
export interface EnginePlaces {
  readonly sockets: readonly (readonly [file: string, place: BindSourceObject])[];
  readonly directories: readonly (readonly [file: string, place: BindSourceObject])[];
  /** Where the containers' own sockets are; null: there are none. */
  readonly containerSockets: string | null;
}

/** A bind source, resolved, and the identity of its object. */
export interface ResolvedSource {
  readonly source: string;
  readonly identity: { readonly device: bigint; readonly inode: bigint };
  /** Whether the mounts below are included. */
  readonly recursive: boolean;
}

interface BindSourceObject {
  readonly path: string;
  readonly device: string;
  readonly inFileSystem: string;
  readonly identity: string;
}

/** Finds the parts, once for all binds of a container: it costs more than everything else about them. */
export function enginePlaces(parts: EngineParts, mounts: readonly Mount[]): EnginePlaces {
  const placed = (files: readonly string[]) =>
    files.flatMap((file) => {
      const place = existsSync(file) ? placeOf(file, mounts) : null;
      return place === null ? [] : [[file, place] as const];
    });
  return {
    sockets: placed(parts.sockets),
    directories: placed(parts.directories),
    containerSockets: realPath(parts.containerSockets),
  };
}

/**
 * Refuses a bind source that is, contains, or (for directories) is inside a part of the engine (B1). Compared
 * by file-system object, not by name, which covers hard links, symlinks, other bind mounts of the same
 * directory, and parents of such binds. `container` is the one it would be mounted into.
 */
export function refuseEngineParts(
  bind: ResolvedSource,
  mounts: readonly Mount[],
  places: EnginePlaces,
  container: string,
): void {
  const { source, recursive, identity } = bind;
  const on = mountOf(source, mounts);
  // Refused by the caller that plans the bind.
  if (on === null) return;
  const here = {
    device: on.device,
    inFileSystem: pathInFileSystem(source, on),
    identity: `${identity.device}:${identity.inode}`,
  };
  if (isContainerSocket(source, places.containerSockets)) {
    if (ownerOf(source) !== container) refuse('planner-refusals.source-other-socket', { source });
    return;
  }
  const shown = [{ device: here.device, top: here.inFileSystem }];
  if (recursive)
    for (const mount of mountsWithin(source, mounts)) shown.push({ device: mount.device, top: mount.root });
  const holds = (part: BindSourceObject) =>
    shown.some(({ device, top }) => device === part.device && isWithin(part.inFileSystem, top));

  for (const [file, socket] of places.sockets) {
    if (socket.identity === here.identity) refuse('planner-refusals.source-engine-socket', { source });
    if (holds(socket)) refuse('planner-refusals.source-holds-socket', { source, file });
  }
  for (const [file, directory] of places.directories) {
    if (directory.device === here.device && isWithin(here.inFileSystem, directory.inFileSystem))
      refuse('planner-refusals.source-of-engine', { source });
    if (holds(directory)) refuse('planner-refusals.source-holds-engine', { source, file });
  }
}

/** A socket that the gateway made for a container (B2). */
function isContainerSocket(source: string, directory: string | null): boolean {
  if (directory === null || !isWithin(source, directory)) return false;
  try {
    return (
      /^[0-9a-f]{32}\/docker\.sock$/.test(path.relative(directory, source)) && lstatSync(source).isSocket()
    );
  } catch {
    return false;
  }
}

/**
 * The container for which a socket was made, from the gateway's record next to it; null: no readable record.
 * The gateway checks this too, but restart policies start containers without it.
 */
function ownerOf(socket: string): string | null {
  try {
    const record: unknown = JSON.parse(readFileSync(path.join(path.dirname(socket), 'mount.json'), 'utf8'));
    const container =
      typeof record === 'object' && record !== null && 'container' in record ? record.container : null;
    return typeof container === 'object' &&
      container !== null &&
      'id' in container &&
      typeof container.id === 'string'
      ? container.id
      : null;
  } catch {
    return null;
  }
}

function realPath(file: string): string | null {
  try {
    return realpathSync.native(file);
  } catch {
    return null;
  }
}

function placeOf(file: string, mounts: readonly Mount[]): BindSourceObject | null {
  let real: string, identity: string;
  try {
    real = realpathSync.native(file);
    const { dev, ino } = statSync(real, { bigint: true });
    identity = `${dev}:${ino}`;
  } catch {
    return null; // it does not exist: nothing that could be mounted
  }
  const mount = mountOf(real, mounts);
  if (mount === null) return null;
  return { path: real, device: mount.device, inFileSystem: pathInFileSystem(real, mount), identity };
}
