import { readFileSync, readlinkSync } from 'node:fs';
import { firstContainerId } from '../../shared/isolation/listed-ranges.ts';
import type { PeerCredentials } from '../base/peer-credentials.ts';

/**
 * Whether a client runs in a container, and so can't be a sharing user. A process that has ended counts as
 * one where its uid may be a container's.
 */
export function isInContainer(peer: PeerCredentials): boolean {
  if (peer.uid < firstContainerId) return false;
  try {
    // The pid may have been reused: so the uid is compared as well, which only that account has outside of
    // containers.
    const [, uids = ''] = /^Uid:\t(.*)$/m.exec(readFileSync(`/proc/${peer.pid}/status`, 'utf8')) ?? [];
    return (
      readlinkSync(`/proc/${peer.pid}/ns/user`) !== readlinkSync('/proc/self/ns/user') ||
      Number(uids.split('\t')[1]) !== peer.uid
    );
  } catch {
    return true;
  }
}
