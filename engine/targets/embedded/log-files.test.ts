import { appendFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { message } from '../../../shared/messages/message.ts';
import {
  truncateLargeLogs,
  dockerdErrors,
  followLogs,
  logFile,
  openLog,
  parseLog,
  readLogs,
} from './log-files.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';

let paths: RootPaths;
beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bh-log-')));
  await mkdir(paths.logs);
});
afterEach(async () => {
  await rm(paths.root, { recursive: true, force: true });
});

it('parses our times and those of dockerd; a line without one belongs to the previous line', () => {
  expect(
    parseLog(
      ['2026-01-02T03:04:05.006Z up', 'goroutine 1', 'time="2026-01-02T03:04:06.5+01:00" level=info msg="x"'],
      'dockerd',
    ),
  ).toEqual([
    { at: '2026-01-02T03:04:05.006Z', source: 'dockerd', text: 'up' },
    { at: '2026-01-02T03:04:05.006Z', source: 'dockerd', text: 'goroutine 1' },
    { at: '2026-01-02T02:04:06.500Z', source: 'dockerd', text: 'level=info msg="x"' },
  ]);
});

it('merges all logs by time and keeps the last', async () => {
  await writeFile(logFile(paths, 'gateway'), '2026-01-01T00:00:01.000Z a\n2026-01-01T00:00:03.000Z c\n');
  await writeFile(logFile(paths, 'planner'), '2026-01-01T00:00:02.000Z b\n');
  expect((await readLogs(paths, 2)).map((line) => `${line.source} ${line.text}`)).toEqual([
    'planner b',
    'gateway c',
  ]);
});

it('no logs, no lines', async () => {
  await rm(paths.logs, { recursive: true });
  expect(await readLogs(paths, 10)).toEqual([]);
});

it('a sentence is read with its reference, and is English text in the file', async () => {
  const log = openLog(paths, 'supervisor');
  log.line(message('engine.ready', { address: 'unix:///run/x.sock' }));
  log.line('text of its own\t{"id": 1}');
  await log.close();
  expect(await readFile(logFile(paths, 'supervisor'), 'utf8')).toContain(
    'ready: clients use unix:///run/x.sock',
  );
  expect(await readLogs(paths, 2)).toMatchObject([
    {
      text: 'ready: clients use unix:///run/x.sock',
      sentence: { id: 'engine.ready', params: { address: 'unix:///run/x.sock' } },
    },
    { text: 'text of its own\t{"id": 1}' },
  ]);
});

it('a log above 5 MB is rotated once; its writer continues', async () => {
  const log = openLog(paths, 'gateway');
  log.line('before');
  await writeFile(logFile(paths, 'dockerd'), Buffer.alloc(5 * 1024 * 1024 + 1, 'x'));
  await truncateLargeLogs(paths, (error) => {
    throw error;
  });
  expect((await stat(logFile(paths, 'dockerd'))).size).toBe(0);
  expect((await stat(`${logFile(paths, 'dockerd')}.1`)).size).toBe(5 * 1024 * 1024 + 1);
  log.line('after');
  await log.close();
  expect(await readFile(logFile(paths, 'gateway'), 'utf8')).toMatch(/ before\n.* after\n$/);
});

it('a log that cannot be rotated is reported, and keeps no other from being rotated', async () => {
  for (const source of ['dockerd', 'gateway'] as const)
    await writeFile(logFile(paths, source), Buffer.alloc(5 * 1024 * 1024 + 1, 'x'));
  await mkdir(`${logFile(paths, 'dockerd')}.1`);
  const failures: unknown[] = [];
  await truncateLargeLogs(paths, (error) => {
    failures.push(error);
  });
  expect(failures).toHaveLength(1);
  expect((await stat(logFile(paths, 'dockerd'))).size).toBe(5 * 1024 * 1024 + 1);
  expect((await stat(logFile(paths, 'gateway'))).size).toBe(0);
});

it.runIf(process.platform === 'linux')('a log goes on once its disk has space again', async () => {
  const file = logFile(paths, 'gateway');
  await symlink('/dev/full', file);
  const log = openLog(paths, 'gateway');
  log.line('lost');
  // Ends once the line was refused: the writer of a failed file remains usable.
  await log.close();
  await rm(file);
  log.line('written');
  await log.close();
  expect(await readFile(file, 'utf8')).toMatch(/ written\n$/);
});

it("returns dockerd's errors of this start only, else its last lines", async () => {
  const file = logFile(paths, 'dockerd');
  await writeFile(file, 'time="x" level=error msg="old"\n');
  const { size } = await stat(file);
  await appendFile(file, 'time="x" level=info msg="hello"\n');
  expect(await dockerdErrors(paths, 5, size)).toEqual(['time="x" level=info msg="hello"']);
  await appendFile(file, 'failed to start daemon: no\n');
  expect(await dockerdErrors(paths, 5, size)).toEqual(['failed to start daemon: no']);
  await appendFile(file, 'time="x" level=error msg="a plugin of containerd is not there"\n');
  expect(await dockerdErrors(paths, 5, size)).toEqual(['failed to start daemon: no']);
});

it('reads only what was appended since, also after a rotation', async () => {
  await writeFile(logFile(paths, 'gateway'), '2026-01-01T00:00:01.000Z old old old\n');
  const lines: string[] = [];
  const follower = await followLogs(paths, (line) => {
    lines.push(line.text);
  });
  await appendFile(logFile(paths, 'gateway'), '2026-01-01T00:00:02.000Z new\n');
  await expect.poll(() => lines).toEqual(['new']);
  await writeFile(logFile(paths, 'gateway'), '2026-01-01T00:00:03.000Z cut\n');
  await expect.poll(() => lines).toEqual(['new', 'cut']);
  // A log that did not exist before, and a last line before the end.
  await writeFile(logFile(paths, 'planner'), '2026-01-01T00:00:04.000Z last\n');
  await follower.close();
  expect(lines).toEqual(['new', 'cut', 'last']);
});

it('returns the beginning of a very long line', async () => {
  await writeFile(
    logFile(paths, 'dockerd'),
    `${'x'.repeat(100_000)}\nlevel=error msg="${'y'.repeat(100_000)}"\n`,
  );
  const errors = await dockerdErrors(paths, 5);
  expect(errors.map((line) => [line.slice(0, 11), line.length < 10_000])).toEqual([['level=error', true]]);
  expect((await readLogs(paths, 2)).map(({ text }) => text.length < 10_000)).toEqual([true, true]);
});
