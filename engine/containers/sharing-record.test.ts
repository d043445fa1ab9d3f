import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readSharingRecord, writeSharingRecord } from '../../shared/isolation/sharing-user.ts';
import { carrySharingUser } from './sharing-record.ts';

it('A8: a recreated container is shared with by whoever shared with the old one, where that is known', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-carry-'));
  try {
    await writeFile(path.join(directory, 'old.json'), writeSharingRecord({ uid: 1234, gid: 5 }));
    await writeFile(path.join(directory, 'new.json'), writeSharingRecord({ uid: 0, gid: 0 }));
    expect((await carrySharingUser(directory, 'old', 'new')).ok).toBe(true);
    expect(readSharingRecord(await readFile(path.join(directory, 'new.json'), 'utf8'))).toEqual({ uid: 1234, gid: 5 });
    expect((await carrySharingUser(directory, 'unknown', 'other')).ok).toBe(true);
    expect((await readdir(directory)).sort()).toEqual(['new.json', 'old.json']);
    expect((await carrySharingUser(path.join(directory, 'gone'), 'old', 'new')).ok).toBe(true);
  } finally {
    await rm(directory, { recursive: true });
  }
});
