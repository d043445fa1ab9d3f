import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ListFinding } from '../../shared/policy/commands.ts';
import { removeAbandonedTemporaries } from '../base/temporaries.ts';
import type { SocketMount, SocketMountId } from '../base/socket-mount.ts';

/** Longest record that is read, bytes; real ones have a few hundred. */
const maxRecordBytes = 64 * 1024;
const idForm = /^[0-9a-f]{32}$/;
const recordName = 'mount.json';
const socketName = 'docker.sock';

/** The records of the mounts on disk: `DIRECTORY/<id>/` (0700, root's) with the socket and `mount.json`. */
export interface MountRecords {
  newId(): SocketMountId;
  socketOf(id: SocketMountId): string;
  /**
   * The id in a socket's path of this layout, whether there is such a mount or not; null for any other path.
   */
  idAt(file: string): SocketMountId | null;
  /** Every readable record; `unreadable` names the directories without one. */
  read(): { readonly mounts: readonly SocketMount[]; readonly unreadable: readonly SocketMountId[] };
  /** Null where there is none that can be read. */
  readOne(id: SocketMountId): SocketMount | null;
  /** Writes atomically. Rejects with the error of the file system. */
  write(mount: SocketMount): Promise<void>;
  /** Removes the mount's directory with all that is in it. */
  remove(id: SocketMountId): Promise<void>;
}

/** Opens the directory of mounts, and creates it (0700). Throws the error of the file system. */
export function openMountRecords(directory: string): MountRecords {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  removeAbandonedTemporaries(directory);
  const directoryOf = (id: SocketMountId) => path.join(directory, id);
  const socketOf = (id: SocketMountId) => path.join(directoryOf(id), socketName);
  const readOne = (id: SocketMountId) => readRecord(path.join(directoryOf(id), recordName), id, socketOf(id));
  return {
    newId: () => randomBytes(16).toString('hex') as SocketMountId, // the form of an id
    socketOf,
    idAt: (file) => idAt(directory, file),
    read: () => {
      const mounts: SocketMount[] = [];
      const unreadable: SocketMountId[] = [];
      for (const id of readdirSync(directory).filter(isId)) {
        const mount = readOne(id);
        if (mount === null) unreadable.push(id);
        else mounts.push(mount);
      }
      return { mounts, unreadable };
    },
    readOne,
    write: async (mount) => {
      await mkdir(directoryOf(mount.id), { recursive: true, mode: 0o700 });
      const { socket: _socket, ...record } = mount;
      const aside = path.join(directoryOf(mount.id), `.${randomBytes(4).toString('hex')}`);
      await writeFile(aside, `${JSON.stringify({ version: 1, ...record })}\n`, { mode: 0o600, flush: true });
      await rename(aside, path.join(directoryOf(mount.id), recordName));
    },
    remove: (id) => rm(directoryOf(id), { recursive: true, force: true }),
  };
}

/** The mount of a socket file, by its path in the directory of mounts; null for any other file. */
export function idAt(directory: string, file: string): SocketMountId | null {
  const [id = '', name, more] = file.startsWith(`${directory}/`)
    ? file.slice(directory.length + 1).split('/')
    : [];
  return isId(id) && name === socketName && more === undefined ? id : null;
}

export function isId(text: string): text is SocketMountId {
  return idForm.test(text);
}

function readRecord(file: string, id: SocketMountId, socket: string): SocketMount | null {
  let found: unknown;
  try {
    const bytes = readFileSync(file);
    if (bytes.length > maxRecordBytes) return null;
    found = JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
  const at = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined; // an object with that key
  const text = (value: unknown): value is string => typeof value === 'string' && value !== '';
  const image = at(found, 'image'),
    imageId = at(found, 'imageId'),
    allowedBy = at(found, 'allowedBy'),
    derivedFrom = at(found, 'derivedFrom'),
    createdBy = at(found, 'createdBy'),
    container = at(found, 'container');
  if (
    at(found, 'version') !== 1 ||
    at(found, 'id') !== id ||
    !text(image) ||
    !text(imageId) ||
    !text(allowedBy)
  )
    return null;
  if (derivedFrom !== null && !text(derivedFrom)) return null;
  if (
    createdBy !== null &&
    !(typeof createdBy === 'number' && Number.isSafeInteger(createdBy) && createdBy >= 0)
  )
    return null;
  const containerId = at(container, 'id'),
    name = at(container, 'name');
  if (container !== null && (!text(containerId) || typeof name !== 'string')) return null;
  const governing = findings(at(found, 'governing') ?? [], at);
  if (governing === null) return null;
  return {
    id,
    socket,
    image,
    imageId,
    allowedBy,
    derivedFrom,
    governing,
    createdBy,
    byClient: at(found, 'byClient') === true,
    container: text(containerId) && typeof name === 'string' ? { id: containerId, name } : null,
  };
}

/** Null where they cannot be read. Records of earlier versions have none: image trust is queried again. */
function findings(found: unknown, at: (value: unknown, key: string) => unknown): ListFinding[] | null {
  if (!Array.isArray(found)) return null;
  const read = found.flatMap((one: unknown): ListFinding[] => {
    const image = at(one, 'image'),
      its = at(one, 'its');
    return typeof image === 'string' &&
      (its === 'direct' || its === 'derived' || its === 'no' || its === 'unknown')
      ? [{ image, its }]
      : [];
  });
  return read.length === found.length ? read : null;
}
