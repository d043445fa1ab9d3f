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
import type { Reach } from './reach.ts';
import type { EngineParts } from './sockets.ts';
import { rangeSize } from '../ranges/id-ranges.ts';
import type { SubordinateStore } from '../ranges/subordinate.ts';

/** The kernel's last id. */
const lastId = 4_294_967_294;

export interface SharingOptions {
  /** Where the gateway's records are. */
  readonly directory: string;
  /**
   * Of a container without a record it is not known who shares with it: `required` refuses what it mounts of
   * the machine's directories; `root-without` shares as root. The latter is for an engine that no gateway
   * guards, where everybody who asks is root.
   */
  readonly records: 'required' | 'root-without';
  readonly subordinates: SubordinateStore;
}

/** How the shares of one container are mapped. */
export interface Shares {
  /**
   * Namespace to map the share at `source` by. Refuses what is shared by nobody known, or not the sharing
   * user's to share.
   */
  namespaceFor(source: string): NamespaceNumber;
  /** Set by `namespaceFor`; null: ids are the same on disk and inside. */
  maps(): ShareMaps | null;
}

export interface SharesContext {
  readonly container: string;
  readonly spec: OciSpec;
  readonly plan: PlanBuilder;
  readonly base: number;
  /** What the sharing user can get to. */
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
    if (user === null)
      refuse(`it is not known who shares ${source} with this container: recreate the container (A8)`);
    // Whoever shares: ids on disk that no container has are shown as the machine has them.
    if (user.uid === 0)
      return {
        user,
        maps: null,
        namespace: context.plan.userNamespace(
          mapText([{ disk: 0, inside: 0, size: rangeSize }], context.base),
        ),
      };
    const { inside } = startDecisionsOf(context.container, options);
    const himself = idsInside(user, firstProcessIds(context.spec), inside);
    const maps = shareMaps(user, himself, options.subordinates.of(user));
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
    namespaceFor(source) {
      known ??= look(source);
      if (known.user.uid !== 0) context.reach.refuseUnreachable(source, known.user);
      return known.namespace;
    },
    maps: () => known?.maps ?? null,
  };
}

/**
 * As whom the container shares, by the gateway's record; null: that is not known. Throws where the record
 * can't be read.
 */
export function sharingUserOf(container: string, options: SharingOptions): SharingUser | null {
  const nobody = options.records === 'root-without' ? { uid: 0, gid: 0 } : null;
  try {
    return readSharingRecord(
      readFileSync(path.join(options.directory, sharingRecordName(container)), 'utf8'),
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return nobody;
    throw error;
  }
}

/** What the gateway decided at the container's last start through it, by its record. */
export function startDecisionsOf(container: string, options: SharingOptions): StartDecisions {
  const file = path.join(options.directory, sharingRecordName(container));
  return readStartDecisions(existsSync(file) ? readFileSync(file, 'utf8') : '');
}

/**
 * Whose ranges the container gets: the user's who had it made. Without a record, where a gateway keeps them:
 * what is no container of the engine's (their ids are 64 digits) is a step of BuildKit's, else nobody knows.
 * `before`: for a container of before ranges had owners, whose range nobody gets any more where it is not
 * known.
 */
export function rangeOwnerOf(
  container: string,
  options: SharingOptions,
  when: 'now' | 'before' = 'now',
): RangeOwner {
  const file = path.join(options.directory, sharingRecordName(container));
  // Checked first: making the error takes longer than all else here.
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

/** The container's first process; root's, told nothing, where the spec does not say. */
function firstProcessIds(spec: OciSpec): FirstProcessIds {
  const parsed = processSchema.safeParse(spec);
  if (!parsed.success) return { uid: 0, gid: 0, env: [] };
  const { user, env } = parsed.data.process;
  return { ...user, env };
}

/**
 * The map of an id-mapped mount, lines `disk host size`. All ids on disk that are none of the container's
 * keep their number: no process of the container can have them, and no capability of it reaches them, so that
 * owners other than the sharing user are nobody inside, and what they let everybody do can be done. (Ids in
 * no line could not even be written by those: the kernel refuses, and /tmp is root's.)
 */
export function mapText(map: readonly IdExtent[], base: number): string {
  const own = map.map(({ disk, inside, size }) => ({ disk, host: base + inside, size }));
  // Neither side may have an id twice: what is taken on one is left out on the other.
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

/** A container's root file system, by storage driver, snapshotter or builder, below the data root. */
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
 * Directories of the engine with what it mounts by itself: volumes, and files it makes for a container. Its
 * data root follows from the path of the container's root file system.
 */
export function engineRoots(rootFileSystem: string, parts: EngineParts): string[] {
  const [, data] = rootFileSystemPath.exec(rootFileSystem) ?? [];
  return (data === undefined ? [...parts.roots] : [...parts.roots, data]).map(real);
}

function real(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file; // not there: nothing is in it
  }
}

/**
 * Whether `source` (resolved), which is on mount `on`, is somebody's own file or directory. Not what is in
 * the engine's roots; but of a volume there that is a mount of a directory elsewhere (the local driver's
 * `o=bind`), that counts.
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
  // Another file system: the engine's own (tmpfs of a volume, shm, layers), unless it is mounted elsewhere,
  // too.
  const places = [...roots, ...parts.directories];
  return mountsOfDevice(on.device, mounts).some(
    ({ mountPoint }) => !places.some((place) => isWithin(mountPoint, place)),
  );
}
