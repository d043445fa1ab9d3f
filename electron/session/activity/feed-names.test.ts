import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ActivityFeed } from './feed.ts';
import { userNames } from './user-names.ts';
import { line } from './feed-fixture.ts';
import { feedsOf } from './followed-feed-fixture.ts';

let dir: string;
let file: string;
let feeds: ActivityFeed[] = [];
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-feed-'));
  file = path.join(dir, 'engine', 'audit.jsonl');
  await mkdir(path.dirname(file));
});
afterEach(async () => {
  for (const feed of feeds) feed.stop();
  feeds = [];
  await rm(dir, { recursive: true, force: true });
});

const { names, follow } = feedsOf(() => ({ directory: dir, file, feeds }));

describe('names of users', () => {
  it('come from the machine, read again for a new id', async () => {
    const passwd = path.join(dir, 'passwd');
    await writeFile(
      passwd,
      'root:x:0:0:root:/root:/bin/sh\nsam:x:1000:1000::/home/sam:/bin/sh\nsam2:x:1000:1000::/:/bin/sh\n' +
        'nonsense\n',
    );
    let now = 0;
    const { of: name } = userNames(passwd, () => now);
    expect([name(0), name(1000), name(1001), name(null)]).toEqual(['root', 'sam', null, null]);
    await appendFile(passwd, 'kim:x:1001:1001::/home/kim:/bin/sh\n');
    expect(name(1001)).toBeNull();
    now = 6000;
    expect(name(1001)).toBe('kim');
    expect(userNames(path.join(dir, 'none')).of(0)).toBeNull();
  });

  it('of a directory service are looked up once, all together, and sent with the entries', async () => {
    const lookups: (readonly string[])[] = [];
    let answer: (lines: string) => void = () => undefined;
    const ask = (users: readonly string[]) => {
      lookups.push(users);
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    };
    await writeFile(
      file,
      line('/1', { client: { uid: 70_001, pid: 1 } }) +
        line('/2', { client: { uid: 70_002, pid: 1 } }) +
        line('/3', { client: { uid: 70_001, pid: 1 } }),
    );
    const { feed, got, until } = follow({ names: names(ask) });
    const started = feed.start();
    await expect.poll(() => lookups).toEqual([['70001', '70002']]);
    answer('lena:*:70001:70001::/home/lena:/bin/sh\n');
    await started;
    expect(feed.page(null, 10).entries.map(({ user }) => user)).toEqual(['lena', null, 'lena']);
    // Live ones wait for the name, too; an unknown id is not looked up again at once.
    await appendFile(
      file,
      line('/4', { client: { uid: 70_002, pid: 1 } }) + line('/5', { client: { uid: 70_003, pid: 1 } }),
    );
    await expect.poll(() => lookups.length).toBe(2);
    expect([lookups[1], got.batches.filter((batch) => !batch.history)]).toEqual([['70003'], []]);
    answer('kim:*:70003:70003::/home/kim:/bin/sh\n');
    await until(() => got.batches.some((batch) => !batch.history));
    expect(
      got.batches.filter((batch) => !batch.history).flatMap(({ entries }) => entries.map(({ user }) => user)),
    ).toEqual([null, 'kim']);
  });

  it('that can\u2019t be looked up delay nothing', async () => {
    await writeFile(file, line('/1', { client: { uid: 70_001, pid: 1 } }));
    const { feed } = follow({ names: names(() => Promise.reject(new Error('no database'))) });
    await feed.start();
    expect(feed.page(null, 10).entries.map(({ user, target }) => [user, target])).toEqual([[null, '/1']]);
  });
});
