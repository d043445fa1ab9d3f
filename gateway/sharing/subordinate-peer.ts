import { readFile } from 'node:fs/promises';
import {
  firstContainerId,
  firstSubordinateId,
  isInSpan,
  listedRanges,
} from '../../shared/isolation/listed-ranges.ts';
import { queryUserDatabase } from '../base/getent.ts';

export interface SubordinateIdOptions {
  /** Text of /etc/subuid. */
  readonly listed?: () => Promise<string>;
  /** Whether an account of the machine has the id. */
  readonly isAccount?: (uid: number) => Promise<boolean>;
}

/**
 * Whether a client's id is a subordinate id of some user. A user gets these by a user namespace, or by a
 * setuid file of a container in a share: if each counted as a user, one user could allocate a range for every
 * subordinate id, and ranges are allocated permanently (A3). An account with such an id is a user all the
 * same.
 */
export async function isSubordinateId(uid: number, options: SubordinateIdOptions = {}): Promise<boolean> {
  const { listed = readListed, isAccount = hasAccount } = options;
  if (uid === 0) return false;
  const isOurs = uid >= firstSubordinateId && uid < firstContainerId;
  if (!isOurs && !listedRanges(await listed()).some((range) => isInSpan(range, uid))) return false;
  return !(await isAccount(uid));
}

const readListed = () => readFile('/etc/subuid', 'utf8').catch(() => '');
// Unknown ids belong to no user.
const hasAccount = async (uid: number) => (await queryUserDatabase('passwd', String(uid))) !== null;
