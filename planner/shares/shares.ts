import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { idsInside, type FirstProcessIds } from '../../shared/isolation/ids-inside.ts';
import { shareMaps, type IdExtent, type ShareMaps } from '../../shared/isolation/share-map.ts';
import {
  readSharingRecord,
  readStartDecisions,
  sharingRecordName,
  type SharingUser,
  type StartDecisions,
} from '../../shared/isolation/sharing-user.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import type { OciSpec } from '../base/oci-spec.ts';
import {
  isWithin,
  mountOf,
  mountsOfDevice,
  pathInFileSystem,
  type Mount,
} from '../../engine/base/mountinfo.ts';
import { refuse } from '../base/refuse.ts';
import type { RangeOwner } from '../ranges/range-owner.ts';
import type { NamespaceNumber, PlanBuilder } from '../base/plan.ts';
import type { Reach, SourceObject } from './reach.ts';
import type { EngineParts } from './sockets.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import type { SubordinateStore } from '../ranges/subordinate.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** The kernel's last id. */
const lastId = 4_294_967_294;

export interface SharingOptions {
  /** Where the gateway's records are. */
  readonly directory: string;
  /**
   * If a container has no record, its sharing user is unknown: `required` refuses its mounts of the machine's
   * directories; `root-without` shares as root. The latter is for an engine that no gateway guards, where
   * every caller is root.
   */
  readonly records: 'required' | 'root-without';
  readonly subordinates: SubordinateStore;
}

/** How the shares of one container are mapped. */
export interface Shares {
  /**
   * The namespace to map a share by. Refuses if the sharing user is unknown, or has no right to share the
   * object.
   */
  namespaceFor(object: SourceObject): NamespaceNumber;
  /** Set by `namespaceFor`; null: ids are the same on disk and inside. */
  maps(): ShareMaps | null;
}

export interface SharesContext {
  readonly container: string;
  readonly spec: OciSpec;
  readonly plan: PlanBuilder;
  readonly base: number;
  /** The directories that the sharing user can access. */
  readonly reach: Reach;
}

/** Nothing is read or planned before the first share. */
export function sharesOf(context: SharesContext, options: SharingOptions): Shares {
  let known: {
    readonly user: SharingUser;
    readonly maps: ShareMaps | null;
    readonly namespace: NamespaceNumber;
  } | null = null;
  const look = (source: string) => {
    const user = sharingUserOf(context.container, options);
    if (user === null) {
      const record = missingRecord(context.container, options);
      refuse('planner-refusals.sharing-user-unknown', { source, record });
    }
    // For any sharing user: ids on disk that no container has keep their values.
    if (user.uid === 0)
      return {
        user,
        maps: null,
        namespace: context.plan.userNamespace(
          mapText([{ disk: 0, inside: 0, size: rangeSize }], context.base),
        ),
      };
    const { inside } = startDecisionsOf(context.container, options);
    const userInside = idsInside(user, firstProcessIds(context.spec), inside);
    const maps = shareMaps(user, userInside, options.subordinates.of(user));
    return {
      user,
      maps,
      namespace: context.plan.userNamespaceOf(
        mapText(maps.uids, context.base),
        mapText(maps.gids, context.base),
      ),
    };
  };
  return {
    namespaceFor(object) {
      known ??= look(object.source);
      if (known.user.uid !== 0) context.reach.refuseUnreachable(object, known.user);
      return known.namespace;
    },
    maps: () => known?.maps ?? null,
  };
}

/**
 * The container's sharing user, from the gateway's record; null: unknown. Throws if the record cannot be
 * read.
 */
export function sharingUserOf(container: string, options: SharingOptions): SharingUser | null {
  const nobody = options.records === 'root-without' ? { uid: 0, gid: 0 } : null;
  try {
    return readSharingRecord(
      readFileSync(path.join(options.directory, sharingRecordName(container)), 'utf8'),
    );
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return nobody;
    throw error;
  }
}

/** What is wrong with the record of a container whose sharing user is unknown. */
function missingRecord(container: string, { directory }: SharingOptions): Message {
  const file = path.join(directory, sharingRecordName(container));
  return existsSync(file)
    ? message('planner-refusals.record-invalid', { file })
    : message('planner-refusals.record-missing', { file });
}

/** What the gateway decided at the container's last start through it, by its record. */
export function startDecisionsOf(container: string, options: SharingOptions): StartDecisions {
  const file = path.join(options.directory, sharingRecordName(container));
  return readStartDecisions(existsSync(file) ? readFileSync(file, 'utf8') : '');
}

/**
 * The owner of the container's range: the user who had it created. Without a record, on an engine with a
 * gateway: what is not a container of the engine (their ids have 64 digits) is a step of BuildKit's; for
 * others the owner is unknown. `before`: for a container created before ranges had owners; its range is
 * retired if the owner is unknown.
 */
export function rangeOwnerOf(
  container: string,
  options: SharingOptions,
  when: 'now' | 'before' = 'now',
): RangeOwner {
  const file = path.join(options.directory, sharingRecordName(container));
  // Checked first: constructing the error takes longer than everything else here.
  if (container !== '' && existsSync(file)) {
    const user = readSharingRecord(readFileSync(file, 'utf8'));
    if (user !== null) return user.uid;
  } else if (container !== '' && options.records === 'root-without') {
    return 0;
  } else if (container !== '' && !/^[0-9a-f]{64}$/.test(container)) {
    return 'builds';
  }
  return when === 'now' ? 'unnamed' : 'retired';
}

const processSchema = z.object({
  process: z.object({
    user: z.object({ uid: z.int().default(0), gid: z.int().default(0) }),
    env: z.array(z.string()).catch([]),
  }),
});

/** The container's first process; root's with an empty environment if the spec has none. */
function firstProcessIds(spec: OciSpec): FirstProcessIds {
  const parsed = processSchema.safeParse(spec);
  if (!parsed.success) return { uid: 0, gid: 0, env: [] };
  const { user, env } = parsed.data.process;
  return { ...user, env };
}

/**
 * The map of an id-mapped mount, lines `disk host size`. All ids on disk that are not the container's keep
 * their number: no process of the container can have them, and its capabilities do not apply to them. So
 * owners other than the sharing user appear as nobody inside, and what they allow everybody is allowed.
 * (Files with ids in no line could not even be written by everybody: the kernel refuses, and /tmp belongs to
 * root.)
 */
export function mapText(map: readonly IdExtent[], base: number): string {
  const own = map.map(({ disk, inside, size }) => ({ disk, host: base + inside, size }));
  // No id may occur twice on either side: an id used on one side is left out on the other.
  const excluded = [
    ...map.map(({ disk, size }) => ({ start: disk, end: disk + size })),
    { start: base, end: base + rangeSize },
  ].sort((a, b) => a.start - b.start);
  const others: typeof own = [];
  let next = 0;
  for (const { start, end } of [...excluded, { start: lastId + 1, end: lastId + 1 }]) {
    if (start > next) others.push({ disk: next, host: next, size: start - next });
    next = Math.max(next, end);
  }
  return [...own, ...others].map(({ disk, host, size }) => `${disk} ${host} ${size}\n`).join('');
}

/** A container's root file system below the data root, by storage driver, snapshotter or builder. */
const rootFileSystemPath = new RegExp(
  `^(/.*)/(?:${[
    'overlay2/[^/]+/merged',
    'fuse-overlayfs/[^/]+/merged',
    'vfs/dir/[^/]+',
    'btrfs/subvolumes/[^/]+',
    'zfs/graph/[^/]+',
    'rootfs/[^/]+/[0-9a-f]{64}',
    'buildkit/executor/[^/]+/rootfs',
  ].join('|')})$`,
);

/**
 * Directories of the engine that contain what it mounts by itself: volumes, and files it makes for a
 * container. Its data root follows from the path of the container's root file system.
 */
export function engineRoots(rootFileSystem: string, parts: EngineParts): string[] {
  const [, data] = rootFileSystemPath.exec(rootFileSystem) ?? [];
  return (data === undefined ? [...parts.roots] : [...parts.roots, data]).map(real);
}

function real(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file; // it does not exist: nothing is in it
  }
}

/**
 * Whether `source` (resolved), which is on mount `on`, is a user's own file or directory. That excludes the
 * engine's roots, but not a volume there that is a mount of a directory elsewhere (the local driver's
 * `o=bind`).
 */
export function isShare(
  source: string,
  on: Mount,
  mounts: readonly Mount[],
  roots: readonly string[],
  parts: EngineParts,
): boolean {
  const root = roots.find((one) => isWithin(source, one));
  if (root === undefined) return true;
  if (!isWithin(on.mountPoint, root) || on.mountPoint === root) return false;
  const home = mountOf(root, mounts);
  if (home !== null && on.device === home.device)
    return !isWithin(pathInFileSystem(source, on), pathInFileSystem(root, home));
  // Another file system: the engine's own (tmpfs of a volume, shm, layers), unless it is also mounted
  // elsewhere.
  const places = [...roots, ...parts.directories];
  return mountsOfDevice(on.device, mounts).some(
    ({ mountPoint }) => !places.some((place) => isWithin(mountPoint, place)),
  );
}
