import type { Stats } from 'node:fs';
import { defaultDeviceAt } from '../../shared/isolation/default-devices.ts';
import { toDisk, toInside } from '../../shared/isolation/share-map.ts';
import type { SharingUser } from '../../shared/isolation/sharing-user.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import type { EngineFacts, MountFacts } from '../engine-api/engine-facts.ts';
import type { ResponseReplacedError } from '../http/exchange.ts';
import { socketsDirectory } from '../sockets/open-socket-mounts.ts';
import type { IsolatedContainer } from './isolated.ts';
import { runStateOf } from './runtime-state.ts';
import type { IdShift } from './tar-headers.ts';

/** Where the sharing user and its id maps are looked up (shared/isolation/share-map.ts). */
export interface SharingSources {
  readonly users: { userOf(container: string): Promise<SharingUser | null> };
  /** The engine's root: the planner's state is below it. */
  readonly root: string;
}

/**
 * The directories that a user other than root shares with a container (A8). The engine copies from and to
 * them as root, and with the ids on disk; only files that the sharing user can read may be copied out. Into
 * such a container only root copies (copy-verdict.ts).
 */
export interface UserShares {
  has(mount: MountFacts): boolean;
  /** The shift of ids for copies into a share. Throws ResponseReplacedError where they are unknown. */
  shiftIn(): IdShift;
  /** The shift of ids for copies out of a share; unmapped ids become the container's overflow id. */
  readonly shiftOut: IdShift;
  /** Whether the copying user has this access: 1 search, 4 read, 5 both. */
  canAccess(stat: Pick<Stats, 'uid' | 'gid' | 'mode'>, what: number): boolean;
  /** The error that refuses something in a share, and records that; `what`: a noun phrase. */
  refusal(what: Message): ResponseReplacedError;
}

/** Records a denial of a copy, and gives the error that refuses it. */
export type DenyCopy = (denial: Denial) => ResponseReplacedError;

export interface CopyUser {
  /** Root copies, without restrictions. */
  readonly byRoot: boolean;
  readonly denyCopy: DenyCopy;
}

/** The kernel's overflow id. */
const nobody = 65534;

/** Null where only root shares directories. */
export async function userShares(
  container: IsolatedContainer,
  sources: SharingSources | null,
  facts: EngineFacts,
  { byRoot, denyCopy }: CopyUser,
): Promise<UserShares | null> {
  const { id, name, mounts } = container.facts;
  const shared = new Set<MountFacts>();
  for (const mount of mounts)
    if (
      (mount.type === 'bind' && !isOwnSocket(mount, sources) && defaultDeviceAt(mount.source) === null) ||
      (mount.type === 'volume' && (await isBoundVolume(mount.name, facts)))
    )
      shared.add(mount);
  if (sources === null || shared.size === 0) return null;
  const user = await sources.users.userOf(id);
  const maps = container.run === null ? null : ((await runStateOf(sources.root, id))?.shares ?? null);
  // Started without a record and without a map: every client of this engine is root.
  if (user?.uid === 0 || (user === null && container.run !== null && maps === null)) return null;
  const unknownUser = user === null ? message('gateway.sharing-user-unknown') : undefined;
  const refusal = (what: Message, detail: Message | undefined = unknownUser) =>
    denyCopy(
      deny('copy-shared', message('gateway.copy-in-shared-directory', { what, name }), {
        ...(detail === undefined ? {} : { detail }),
      }),
    );
  const canAccess = (stat: Pick<Stats, 'uid' | 'gid' | 'mode'>, what: number) => {
    if (byRoot) return true;
    if (user === null) return false;
    // Files of the container's own users are accessible to its root, by the kernel's rule: both ids must be
    // mapped.
    if (maps !== null && toInside(maps.uids, stat.uid) !== null && toInside(maps.gids, stat.gid) !== null)
      return true;
    const bits = stat.uid === user.uid ? stat.mode >> 6 : stat.gid === user.gid ? stat.mode >> 3 : stat.mode;
    return (bits & what) === what;
  };
  const inside = (which: 'uids' | 'gids') => (disk: number) =>
    maps === null ? disk : (toInside(maps[which], disk) ?? nobody);
  return {
    has: (mount) => shared.has(mount),
    canAccess,
    refusal,
    shiftIn: () => {
      if (user === null) throw refusal(message('gateway.copy-writes'));
      if (maps === null)
        throw refusal(message('gateway.copy-writes'), message('gateway.ids-unknown-while-stopped'));
      const disk = (which: 'uids' | 'gids') => (id: number) =>
        toDisk(maps[which], id) ?? toDisk(maps[which], nobody) ?? (which === 'uids' ? user.uid : user.gid);
      return { uid: disk('uids'), gid: disk('gids'), capabilityRoot: disk('uids') };
    },
    shiftOut: {
      uid: inside('uids'),
      gid: inside('gids'),
      capabilityRoot: (id) => (id === 0 ? 0 : inside('uids')(id)),
    },
  };
}

/** A socket that the gateway created for the container (B2) is in a directory of root's: it is not shared. */
function isOwnSocket({ source }: MountFacts, sources: SharingSources | null): boolean {
  return sources !== null && source.startsWith(`${socketsDirectory(sources.root)}/`);
}

async function isBoundVolume(name: string, facts: EngineFacts): Promise<boolean> {
  const volume = await facts.volume(name);
  return volume !== null && /(?:^|,)r?bind(?:,|$)/.test(volume.options['o'] ?? '');
}
