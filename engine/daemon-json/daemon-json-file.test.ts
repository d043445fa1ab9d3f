import { chmod, lstat, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  engineConfigFiles,
  previewEngineConfig,
  reconcileEngineConfig,
  recordFile,
  releaseEngineConfig,
} from './daemon-json-file.ts';
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

  describe('as a symbolic link', () => {
    const managed = '{"debug":true}';
    const target = () => path.join(paths.root, 'managed.json');
    const link = async () => {
      await writeFile(target(), managed);
      await symlink('managed.json', paths.daemonJson);
    };
    const expectRefused = (outcome: Awaited<ReturnType<typeof reconcileEngineConfig>>) => {
      const errorText = outcome.ok ? '' : `${outcome.error.reason ?? ''} ${outcome.error.hint ?? ''}`;
      expect(outcome).toMatchObject({ ok: false, error: { code: 'daemon-json.conflict' } });
      expect(errorText).toContain(`${paths.daemonJson} is a symbolic link to ${target()}`);
      expect(errorText).toContain(`cp --remove-destination ${target()} ${paths.daemonJson}`);
    };
    const expectKept = async () => {
      expect((await lstat(paths.daemonJson)).isSymbolicLink()).toBe(true);
      await expect(stat(recordFile(paths))).rejects.toThrow('ENOENT');
    };

    it('is not replaced by a file: what writes the target would have no effect any more', async () => {
      await link();
      expectRefused(await reconcileEngineConfig(paths, on));
      expect(await readFile(target(), 'utf8')).toBe(managed);
      await expectKept();
    });

    it('is refused in the plan already', async () => {
      await link();
      expect(await previewEngineConfig(paths, on)).toMatchObject({
        value: { text: managed, changes: [], conflicts: [{ pointer: '' }] },
      });
    });

    it('is refused without its target too', async () => {
      await symlink(target(), paths.daemonJson);
      expectRefused(await reconcileEngineConfig(paths, on));
    });

    it('stays where it need not be changed', async () => {
      await link();
      expect(await reconcileEngineConfig(paths, off)).toMatchObject({ ok: true });
      await expectKept();
    });

    it('to a file with our keys is not replaced by their removal', async () => {
      await writeFile(paths.daemonJson, managed);
      await reconcileEngineConfig(paths, on);
      await rename(paths.daemonJson, target());
      await symlink('managed.json', paths.daemonJson);
      expectRefused(await releaseEngineConfig(paths));
      expect(await previewEngineConfig(paths, null)).toMatchObject({ value: { conflicts: [{}] } });
    });
  });
});
