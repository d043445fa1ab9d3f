import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FileLocks, locksFile } from '../base/file-locks.ts';
import { OpenSessions, sharedKeySuffix } from './open-sessions.ts';

it('gives the keys of each user an end of their own, always the same and of one length', () => {
  const suffixes = ['user 0', 'user 1000', 'user 1001', 'socket a'].map(sharedKeySuffix);
  expect(new Set(suffixes).size).toBe(suffixes.length);
  for (const suffix of suffixes) expect(suffix).toMatch(/^:[0-9a-f]{32}$/);
  expect(sharedKeySuffix('user 1000')).toBe(suffixes[1]);
});

it('lets nobody else open a session that is open, until each of its connections has ended', () => {
  const sessions = new OpenSessions(null);
  const ends = [sessions.open('a', 'user 1'), sessions.open('a', 'user 1')];
  expect(sessions.open('a', 'user 2')).toBeNull();
  // Go removes blanks around the value of a field.
  expect(sessions.open(' a\t', 'user 2')).toBeNull();
  expect(sessions.open('b', 'user 2')).not.toBeNull();
  ends[0]?.();
  ends[0]?.();
  expect(sessions.open('a', 'user 2')).toBeNull();
  ends[1]?.();
  expect(sessions.open('a', 'user 2')).not.toBeNull();
});

it.runIf(process.platform === 'linux')('nor one that is open through another gateway', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-sessions-'));
  const locks = [1, 2].map(() => new FileLocks(locksFile(directory)));
  const [earlier, successor] = locks.map((one) => new OpenSessions(one));
  const end = earlier?.open('a', 'user 1');
  expect(successor?.open('a', 'user 2')).toBeNull();
  end?.();
  expect(successor?.open('a', 'user 2')).toEqual(expect.any(Function));
  for (const one of locks) one.close();
  await rm(directory, { recursive: true });
});
