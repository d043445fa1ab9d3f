import type { AccountHolder } from '../../shared/policy/limits.ts';
import type { PeerCredentials } from '../base/peer-credentials.ts';
import type { Origin, SocketMount, SocketMounts } from '../base/socket-mount.ts';
import { holderKey } from './connection-slot.ts';
import type { ConnectionCaller } from './connection-table.ts';
import type { IdOwners } from './id-owners.ts';

/** Sources for identifying a caller. */
export interface CallerSources {
  readonly owners: Pick<IdOwners, 'ownerOf'>;
  /** Null: no container has a socket of its own. */
  readonly mounts: Pick<SocketMounts, 'get'> | null;
}

/**
 * The caller of a connection: a user of the machine, by any of the user's ids, or a container by its socket.
 * A container's connections are also charged to its creator, who may create many.
 */
export function identifyCaller(
  origin: Origin,
  peer: PeerCredentials | null,
  { owners, mounts }: CallerSources,
): ConnectionCaller {
  if (origin.kind === 'clients') {
    const holder = peer === null ? nobody : holderOf(owners.ownerOf(peer.uid));
    return { name: holderKey(holder), holders: [holder] };
  }
  const holder: AccountHolder = { kind: 'socket', id: origin.id };
  const creator = creatorOf(mounts?.get(origin.id) ?? null, owners);
  return { name: holderKey(holder), holders: creator === null ? [holder] : [holder, creator] };
}

const nobody: AccountHolder = { kind: 'nobody' };

function holderOf(uid: number | null): AccountHolder {
  if (uid === null) return nobody;
  return uid === 0 ? { kind: 'root' } : { kind: 'user', uid };
}

/** Null for root, whose containers are not charged to root, and for an unknown user. */
function creatorOf(mount: SocketMount | null, owners: Pick<IdOwners, 'ownerOf'>): AccountHolder | null {
  const uid = mount?.createdBy ?? null;
  if (uid === null || uid === 0) return null;
  return holderOf(owners.ownerOf(uid));
}
