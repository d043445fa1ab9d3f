import { readFile } from 'node:fs/promises';
import {
  firstContainerId,
  firstSubordinateId,
  isInSpan,
  listedRanges,
} from '../../shared/isolation/listed-ranges.ts';
import { databaseLine } from '../base/user-database.ts';

export interface SubordinateIdOptions {
  /** Text of /etc/subuid. */
  readonly listed?: () => Promise<string>;
  /** Whether an account of the machine's has the id. */
  readonly isAccount?: (uid: number) => Promise<boolean>;
}

/**
 * Whether a client's id is one of somebody's subordinate ones. A user gets at his by a user namespace, or by
 * a setuid file that his container leaves in a share: as users of their own they would have as many ranges of
 * ids as he has ids, and those are the machine's for good (A3). An account that has such an id all the same
 * is a user.
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
const hasAccount = async (uid: number) => (await databaseLine('passwd', String(uid))) !== null;
