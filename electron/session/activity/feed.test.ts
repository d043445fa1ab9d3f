import { spawn } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activityDepth, localDay } from '../../../shared/audit/activity.ts';
import type { ActivityFeed } from './feed.ts';
import { targets, line } from './feed-fixture.ts';
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
const probe = {
  client: { uid: 0, pid: 7 },
  origin: { kind: 'clients' },
  image: 'bulkhead/probe:067b72f10506',
};

const { follow } = feedsOf(() => ({ directory: dir, file, feeds }));

it('shows denials of a verification, does not count them, and mistakes no other client for one', async () => {
  await writeFile(
    file,
    [
      line('/probe', probe),
      line('/user', { ...probe, client: { uid: 1000, pid: 7 } }),
      line('/socket', { ...probe, origin: { kind: 'socket-mount', mount: 'm', createdBy: 1000 } }),
      line('/other', { ...probe, image: 'busybox' }),
      line('/its-socket', { origin: { kind: 'socket-mount', mount: 'm', createdBy: 0, verification: true } }),
    ].join(''),
  );
  const { feed, got } = follow();
  await feed.start();
  const { entries } = feed.page(null, 10);
  expect(targets(entries)).toEqual(['/probe', '/user', '/socket', '/other', '/its-socket']);
  expect(entries[2]?.user).toBe('sam');
  expect(got.summary).toMatchObject({ unseen: 3, days: [{ denied: 3 }] });
});

describe('the decision log in the app', () => {
  it('reads the log with its rotated files, and follows it in order without duplicates', async () => {
    await writeFile(`${file}.1`, line('/1'));
    await writeFile(file, `${line('/2')}{"broken\n`);
    const { feed, got, until, live } = follow();
    await feed.start();
    expect(got.summary).toMatchObject({
      state: { kind: 'following' },
      entries: 2,
      unseen: 2,
      rotatedAway: false,
    });
    expect(got.batches.map((batch) => [batch.history, targets(batch.entries)])).toEqual([
      [true, ['/1', '/2']],
    ]);
    await appendFile(file, line('/3'));
    await until(() => live().length === 1);
    await rename(file, `${file}.2`);
    await writeFile(file, line('/4'));
    await until(() => live().length === 2);
    expect(live()).toEqual(['/3', '/4']);
    expect(feed.page(null, 10)).toMatchObject({
      entries: [
        { target: '/1', user: 'sam', id: 'r-1', seq: 1 },
        { target: '/2' },
        { target: '/3' },
        { target: '/4' },
      ],
      more: false,
    });
  });

  it('is shown once it is created, with its directory or without', async () => {
    await rm(path.dirname(file), { recursive: true });
    const { feed, got, until, live } = follow();
    await feed.start();
    expect(got.summary?.state).toEqual({ kind: 'absent' });
    await mkdir(path.dirname(file));
    await writeFile(file, line('/1'));
    await until(() => live().length === 1 && got.summary?.state.kind === 'following');
    await rm(file);
    await until(() => got.summary?.state.kind === 'absent');
    // Seen entries stay seen.
    expect(feed.page(null, 10).entries).toHaveLength(1);
    await writeFile(file, line('/2'));
    await until(() => live().length === 2);
  });

  it('counts nothing twice when its directory is removed and created again', async () => {
    await writeFile(file, line('/1'));
    const { feed, got, until, live } = follow();
    await feed.start();
    const directory = path.dirname(file);
    await rename(directory, `${directory}.away`);
    await until(() => got.summary?.state.kind === 'absent');
    await appendFile(path.join(`${directory}.away`, path.basename(file)), line('/2'));
    await rename(`${directory}.away`, directory);
    await until(() => live().length > 0);
    expect(live()).toEqual(['/2']);
    expect(targets(feed.page(null, 10).entries)).toEqual(['/1', '/2']);
  });

  it('that this user may not read is reported, and read once they may', async () => {
    await writeFile(file, line('/1'));
    await chmod(file, 0o640);
    await chmod(dir, 0o755);
    // A process of another user is needed.
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
      const { activityFeed } = await import(${JSON.stringify(path.join(import.meta.dirname, 'feed.ts'))});
      const feed = activityFeed(${JSON.stringify(file)}, {
        seenUntil: null,
        onSummary: ({ state, entries }) => {
          console.log(JSON.stringify([state.kind, state.why ?? null, entries]));
        },
      });
      await feed.start();
    `,
      ],
      { uid: 65534, gid: 65534, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const output = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const next = async () => JSON.parse(String((await output.next()).value)) as unknown;
      expect(await next()).toEqual(['unreadable', 'rights', 0]);
      await chmod(file, 0o644);
      expect(await next()).toEqual(['following', null, 1]);
      await chmod(path.dirname(file), 0o700);
      expect(await next()).toEqual(['unreadable', 'rights', 1]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('keeps the newest of a large batch, reports how many were dropped, and counts all', async () => {
    await writeFile(file, '');
    const { feed, got, until } = follow();
    await feed.start();
    const flood = activityDepth * 2 + 5000;
    let text = '';
    for (let i = 1; i <= flood; i++)
      text += line(`/${i}`, { message: 'x'.repeat(i === flood ? 50_000 : 10) });
    await appendFile(file, text);
    const count = () => got.batches.reduce((sum, batch) => sum + batch.entries.length + batch.left, 0);
    await until(() => count() === flood);
    expect(Math.max(...got.batches.map((batch) => batch.entries.length))).toBeLessThanOrEqual(
      activityDepth + 1000,
    );
    await until(() => got.summary?.unseen === flood);
    const page = feed.page(null, 2500);
    expect(page.entries.at(-1)).toMatchObject({ target: `/${flood}` });
    expect(page.entries.at(-1)?.message.length).toBeLessThan(5000);
    let entries = [...page.entries];
    for (let more = page.more; more;) {
      const next = feed.page(entries[0]?.seq ?? null, 2500);
      entries = [...next.entries, ...entries];
      ({ more } = next);
    }
    expect(targets(entries)).toEqual(
      Array.from({ length: activityDepth }, (_, i) => `/${flood - activityDepth + 1 + i}`),
    );
  });

  it('counts denials by day, and unseen ones by what they repeat', async () => {
    const at = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await writeFile(
      file,
      [
        line('/1', { time: at(40) }),
        line('/2', { time: at(2) }),
        line('/3', { time: at(2), outcome: 'would-deny' }),
        line('/4', { time: at(1), outcome: 'rewrite' }),
        line('/5'),
        line('/6'),
        line('/7', { what: '--ipc=host' }),
        line('/8', { time: 'no time', what: '--uts=host' }),
      ].join(''),
    );
    const { feed, got, until } = follow({ seenUntil: at(1.5) });
    await feed.start();
    expect(got.summary?.days).toEqual([
      { day: localDay(at(2)), denied: 1, wouldDeny: 1 },
      { day: localDay(at(0)), denied: 3, wouldDeny: 0 },
    ]);
    expect(got.summary?.groups.map((group) => [group.count, group.entry.what])).toEqual([
      [1, '--uts=host'],
      [1, '--ipc=host'],
      [2, '--pid=host'],
    ]);
    expect(feed.markSeen() >= at(0.1)).toBe(true);
    await until(() => got.summary?.unseen === 0);
    expect(got.summary?.groups).toEqual([]);
    // Entries written from now on are new, whatever their time.
    await appendFile(file, line('/9', { time: at(3) }));
    await until(() => got.summary?.unseen === 1);
  });
});
