import { readFileSync, readlinkSync } from 'node:fs';
import type { PeerCredentials } from '../peer-credentials.ts';

/** First id that containers run with (engine/isolation/exclusive/ranges.ts). Accounts of directory services may have such ids, too. */
const firstContainerId = 1_000_013_824;

/** Whether a client is in a container, and so shares nothing as himself. One that has ended by now is taken for it where his id may be a container's. */
export function isInContainer(peer: PeerCredentials): boolean {
  if (peer.uid < firstContainerId) return false;
  try {
    // Another process may have the number by now: on the machine itself nobody but the account has its id.
    const [, uids = ''] = /^Uid:\t(.*)$/m.exec(readFileSync(`/proc/${peer.pid}/status`, 'utf8')) ?? [];
    return readlinkSync(`/proc/${peer.pid}/ns/user`) !== readlinkSync('/proc/self/ns/user') || Number(uids.split('\t')[1]) !== peer.uid;
  } catch {
    return true;
  }
}
