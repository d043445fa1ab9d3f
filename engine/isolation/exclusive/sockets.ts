import { realpathSync, statSync } from 'node:fs';
import { isWithin, mountOf, pathInFileSystem, type Mount } from './mountinfo.ts';
import { refuse } from './options.ts';

/** What never goes into a container, by path; what doesn't exist is skipped. */
export interface EngineParts {
  /** Sockets that command the engine. */
  readonly sockets: readonly string[];
  /** Directories of which no part may be seen. */
  readonly directories: readonly string[];
  /** Where the engine keeps what it mounts itself; links above them are the administrator's own. */
  readonly roots: readonly string[];
}

interface Place { readonly path: string; readonly device: string; readonly inFileSystem: string; readonly identity: string }

/**
 * Refuses a bind source that is, or holds, or (for directories) lies inside a part of the engine (B1). Compared by file-system object,
 * not by name: a hard link, a symlink, another bind mount of the same directory, or a parent of such a bind are all seen.
 * `source` is resolved; `recursive` says whether mounts below it come along.
 */
export function refuseEngineParts(source: string, recursive: boolean, mounts: readonly Mount[], parts: EngineParts): void {
  const here = placeOf(source, mounts);
  if (here === null) return;
  const shown = [{ device: here.device, top: here.inFileSystem }];
  if (recursive) for (const mount of mounts) if (isWithin(mount.mountPoint, source)) shown.push({ device: mount.device, top: mount.root });
  const holds = (part: Place) => shown.some(({ device, top }) => device === part.device && isWithin(part.inFileSystem, top));

  for (const path of parts.sockets) {
    const socket = placeOf(path, mounts);
    if (socket === null) continue;
    if (socket.identity === here.identity) refuse(`${source} is a container engine's socket and cannot be mounted`);
    if (holds(socket)) refuse(`${source} holds a container engine's socket (${path}) and cannot be mounted; mount a directory below it instead`);
  }
  for (const path of parts.directories) {
    const directory = placeOf(path, mounts);
    if (directory === null) continue;
    if (directory.device === here.device && isWithin(here.inFileSystem, directory.inFileSystem)) refuse(`${source} belongs to the container engine and cannot be mounted`);
    if (holds(directory)) refuse(`${source} holds a directory of the container engine (${path}) and cannot be mounted; mount a directory below it instead`);
  }
}

function placeOf(file: string, mounts: readonly Mount[]): Place | null {
  let path: string, identity: string;
  try {
    path = realpathSync(file);
    const { dev, ino } = statSync(path, { bigint: true });
    identity = `${dev}:${ino}`;
  } catch {
    return null; // not there: nothing that could be mounted
  }
  const mount = mountOf(path, mounts);
  if (mount === null) return null;
  return { path, device: mount.device, inFileSystem: pathInFileSystem(path, mount), identity };
}
