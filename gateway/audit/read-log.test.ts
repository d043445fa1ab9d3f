import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchDirectory } from '../../engine/base/watch-directory.ts';
import { maxLineBytes } from './decision-log.ts';
import { DecisionLogReader, readDecisionLog } from './read-log.ts';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-read-'));
  file = path.join(dir, 'audit.jsonl');
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const line = (target: string) =>
  `${JSON.stringify({
    time: '2026-01-01T00:00:00Z',
    outcome: 'deny',
    rule: 'x',
    setting: null,
    message: 'm',
    client: { uid: 0, pid: 1 },
    method: 'GET',
    target,
  })}\n`;

describe('reading the decision log', () => {
  it('reports rotated files first, and skips invalid lines', async () => {
    await writeFile(`${file}.2`, line('/1'));
    await writeFile(`${file}.1`, `${line('/2')}{"time": "20\n${line('/3')}`);
    await writeFile(file, line('/4') + line('/5').slice(0, 20));
    await writeFile(`${file}.gz`, line('/no'));
    const paths: string[] = [];
    await readDecisionLog(
      file,
      (entry) => {
        paths.push(entry.target);
      },
      null,
    );
    expect(paths).toEqual(['/1', '/2', '/3', '/4']);
  });

  it('follows through rotation and the loss of its directory: nothing twice, nothing skipped', async () => {
    await writeFile(file, line('/1'));
    const paths: string[] = [];
    let wake: () => void = () => undefined;
    const stop = new AbortController();
    const following = readDecisionLog(
      file,
      (entry) => {
        paths.push(entry.target);
        wake();
      },
      { signal: stop.signal, watchDirectory },
    );
    const until = async (count: number) => {
      while (paths.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    };
    await until(1);
    await appendFile(file, line('/2').slice(0, 30));
    await appendFile(file, line('/2').slice(30));
    await until(2);
    await appendFile(file, line('/3'));
    await rename(file, `${file}.1`);
    await writeFile(file, line('/4'));
    await until(4);
    await rename(`${file}.1`, `${file}.2`);
    await rename(file, `${file}.1`);
    await writeFile(file, line('/5'));
    await until(5);
    await rm(dir, { recursive: true });
    await mkdir(dir);
    await writeFile(file, line('/6'));
    await until(6);
    stop.abort();
    await following;
    expect(paths).toEqual(['/1', '/2', '/3', '/4', '/5', '/6']);
  });

  it('skips corrupt and overlong lines, however they are split, and keeps its position', async () => {
    const paths: string[] = [];
    let broken = 0;
    const reader = new DecisionLogReader(file, {
      entry: (entry) => {
        paths.push(entry.target);
      },
      broken: () => {
        broken++;
      },
    });
    await writeFile(file, `${line('/1')}not JSON\n${'x'.repeat(3 * maxLineBytes)}`);
    await reader.readNew();
    expect([paths, broken]).toEqual([['/1'], 2]);
    await appendFile(file, `${'x'.repeat(maxLineBytes)}\n${line('/2')}${line('/数据').slice(0, -20)}`);
    await reader.readNew();
    await appendFile(file, line('/数据').slice(-20));
    await reader.readNew();
    expect([paths, broken]).toEqual([['/1', '/2', '/数据'], 2]);
  });

  it('begins again with a file that was emptied, replaced or removed', async () => {
    const paths: string[] = [];
    const reader = new DecisionLogReader(file, {
      entry: (entry) => {
        paths.push(entry.target);
      },
    });
    expect(await reader.readNew()).toBe(0);
    await writeFile(file, line('/1') + line('/2'));
    expect(await reader.readNew()).toBe(1);
    await writeFile(file, line('/3'));
    await reader.readNew();
    await rm(file);
    expect(await reader.readNew()).toBe(0);
    await writeFile(file, line('/4'));
    await reader.readNew();
    expect(paths).toEqual(['/1', '/2', '/3', '/4']);
  });

  it('begins again with a file of the same length that may have the inode of the one before', async () => {
    const paths: string[] = [];
    const reader = new DecisionLogReader(file, {
      entry: (entry) => {
        paths.push(entry.target);
      },
    });
    const written = ['/1', '/2', '/3', '/4', '/5'];
    for (const target of written) {
      // Between two reads.
      await rm(file, { force: true });
      await writeFile(file, line(target));
      await reader.readNew();
    }
    expect(paths).toEqual(written);
  });
});
