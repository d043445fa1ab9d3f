import { mkdtemp, readFile, rm, stat, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineConfigFiles, reconcileEngineConfig, recordFile } from './daemon-json.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { on, off } from './daemon-json-fixture.ts';

describe('daemon.json on disk', () => {
  let paths: RootPaths;
  beforeEach(async () => {
    paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bh-json-')));
  });
  afterEach(async () => {
    await rm(paths.root, { recursive: true, force: true });
  });

  it('keeps its mode over on and off, and its bytes', async () => {
    const bytes = Buffer.from('{\r\n\t"debug" : true }\r\n');
    await writeFile(paths.daemonJson, bytes);
    await chmod(paths.daemonJson, 0o640);
    expect((await reconcileEngineConfig(paths, on)).ok).toBe(true);
    expect((await stat(paths.daemonJson)).mode & 0o777).toBe(0o640);
    // The record contains the previous text: it must not be more readable than the file.
    expect((await stat(recordFile(paths))).mode & 0o777).toBe(0o640);
    expect((await reconcileEngineConfig(paths, off)).ok).toBe(true);
    expect(await readFile(paths.daemonJson)).toEqual(bytes);
    expect((await stat(paths.daemonJson)).mode & 0o777).toBe(0o640);
    await expect(stat(recordFile(paths))).rejects.toThrow('ENOENT');
  });

  it('turning ECI off removes a file that was not there before', async () => {
    await reconcileEngineConfig(paths, on);
    await reconcileEngineConfig(paths, off);
    for (const file of engineConfigFiles(paths)) await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it('killed between record and file, the original is still restored', async () => {
    await writeFile(paths.daemonJson, '{"debug":true}');
    await reconcileEngineConfig(paths, on);
    await writeFile(paths.daemonJson, '{"debug":true}'); // as if the file had not been written
    await reconcileEngineConfig(paths, off);
    expect(await readFile(paths.daemonJson, 'utf8')).toBe('{"debug":true}');
  });

  it.each([
    ['broken', Buffer.from('{"a":')],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('%s: never overwritten', async (_name, bytes) => {
    await writeFile(paths.daemonJson, bytes);
    expect(await reconcileEngineConfig(paths, on)).toMatchObject({
      ok: false,
      error: { code: 'daemon-json.invalid' },
    });
    expect(await readFile(paths.daemonJson)).toEqual(bytes);
  });

  it('a conflict writes nothing', async () => {
    await writeFile(paths.daemonJson, '{"userns-remap":"default"}');
    expect(await reconcileEngineConfig(paths, on)).toMatchObject({
      ok: false,
      error: { code: 'daemon-json.conflict' },
    });
    await expect(stat(recordFile(paths))).rejects.toThrow('ENOENT');
  });

  it('a damaged record is an error, not a lost original', async () => {
    await writeFile(recordFile(paths), '{"version":9}');
    expect(await reconcileEngineConfig(paths, off)).toMatchObject({
      ok: false,
      error: { code: 'daemon-json.invalid' },
    });
  });
});
