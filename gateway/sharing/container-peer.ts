import { readFileSync, readlinkSync } from 'node:fs';
import { firstContainerId } from '../../shared/isolation/listed-ranges.ts';
import type { PeerCredentials } from '../base/peer-credentials.ts';

/**
 * Whether a client is in a container, and so shares nothing as himself. One that has ended by now is taken
 * for it where his id may be a container's.
 */
export function isInContainer(peer: PeerCredentials): boolean {
  if (peer.uid < firstContainerId) return false;
  try {
    // Another process may have the number by now: on the machine itself nobody but the account has its id.
    const [, uids = ''] = /^Uid:\t(.*)$/m.exec(readFileSync(`/proc/${peer.pid}/status`, 'utf8')) ?? [];
    return (
      readlinkSync(`/proc/${peer.pid}/ns/user`) !== readlinkSync('/proc/self/ns/user') ||
      Number(uids.split('\t')[1]) !== peer.uid
    );
  } catch {
    return true;
  }
}
