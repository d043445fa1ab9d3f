import { describe, expect, it } from 'vitest';
import { isSubordinateId } from './subordinate-peer.ts';

const listed = () => Promise.resolve('# users\nalice:100000:65536\n\nbob:165536:65536\n');
const isSubordinate = (uid: number, accounts: readonly number[] = []) =>
  isSubordinateId(uid, { listed, isAccount: (lookups) => Promise.resolve(accounts.includes(lookups)) });

describe('A3: a client with a subordinate id', () => {
  it('is no user: one of /etc/subuid, or of ours', async () => {
    for (const uid of [100_000, 165_535, 165_536, 231_071, 600_113_152, 600_178_698, 1_000_013_823])
      expect(await isSubordinate(uid), String(uid)).toBe(true);
  });

  it('is a user where an account has the id', async () => {
    for (const uid of [100_000, 600_178_698]) expect(await isSubordinate(uid, [uid])).toBe(false);
  });

  it('is distinguished from users, who need no account', async () => {
    for (const uid of [0, 1000, 99_999, 231_072, 600_113_151])
      expect(await isSubordinate(uid), String(uid)).toBe(false);
  });
});
