import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import type { ApplyRun } from '../../shared/apply/run.ts';
import { fail } from '../../shared/result.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { readSettingsOrBytes, sha256 } from '../base/files.ts';
import { createSettingsStore } from '../store/settings-store.ts';
import { startApply } from './apply.ts';
import {
  callsFile,
  engineFile,
  fixturePorts,
  running,
  settingsText,
  type FixtureOptions,
} from './apply-fixture.ts';
import { requires } from '../../tests/support/requires.ts';

const run = promisify(execFile);
const daemonJson = '{\n\t"debug":   true\n}\n';

describe.runIf(requires('root'))('a disk that gets full in the middle of an apply', () => {
  let outside: string;
  let root: string;
  let paths: RootPaths;
  beforeEach(async () => {
    [outside, root] = [await mkdtemp('/tmp/bh-engine-'), await mkdtemp('/tmp/bh-full-')];
    paths = rootPaths(root);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root]);
    // The fake engine needs no space on this disk.
    for (const file of [callsFile(paths), engineFile(paths)])
      await symlink(path.join(outside, path.basename(file)), file);
    await writeFile(engineFile(paths), daemonJson);
    await writeFile(paths.daemonJson, daemonJson, { mode: 0o600 });
  });
  afterEach(async () => {
    await run('umount', [root]);
    await rm(root, { recursive: true });
    await rm(outside, { recursive: true });
  });

  const filler = () => path.join(root, 'filler');
  async function fill(): Promise<void> {
    const handle = await open(filler(), 'a');
    try {
      for (;;) await handle.write(Buffer.alloc(4096));
    } catch {
      /* the disk is full */
    } finally {
      await handle.close();
    }
  }
  async function apply(fullAt: string, options: FixtureOptions = {}): Promise<ApplyRun> {
    const base = await readSettingsOrBytes(paths.settings);
    const ports = fixturePorts(root, {
      ...options,
      onCheckpoint: async (point) => {
        if (point === fullAt) await fill();
      },
    });
    const started = await startApply(
      ports,
      { text: settingsText(true), choices: keepAllContainers, baseHash: base.ok ? base.value.hash : 'x' },
      () => undefined,
    );
    if (!started.ok) throw new Error(started.error.message);
    return started.value.done;
  }
  const hint = (of = root) => `Make room on the file system of ${of}, then apply again: the draft is kept.`;
  const calls = () =>
    readFile(callsFile(paths), 'utf8').then(
      (text) => text.trim().split('\n'),
      () => [],
    );
  const expectAllRestored = async () => {
    expect(await readFile(paths.daemonJson, 'utf8')).toBe(daemonJson);
    expect((await stat(paths.daemonJson)).mode & 0o777).toBe(0o600);
    expect(await running(paths)).toBe(daemonJson);
    expect((await readdir(root)).filter((name) => /journal|lock|tmp|before/.test(name))).toEqual([]);
    expect(await readdir(paths.history)).not.toContain('apply-backup');
  };

  test('before the restart of the engine: it is not restarted for the roll back', async () => {
    await writeFile(paths.settings, settingsText(false));
    expect((await apply('reconfigure done')).outcome).toMatchObject({
      kind: 'rolled-back',
      error: { code: 'settings.unwritable', reason: expect.stringContaining('ENOSPC'), hint: hint() },
    });
    expect(await calls()).toEqual(['health']);
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(false));
    await expectAllRestored();
  });

  test('before bytes that are not text are kept: nothing is changed', async () => {
    const bytes = Buffer.alloc(40_000, 0xff);
    await writeFile(paths.settings, bytes);
    expect((await apply('back-up begun')).outcome).toMatchObject({
      kind: 'rolled-back',
      failedStep: 'back-up',
      error: { code: 'settings.unwritable', reason: expect.stringContaining('ENOSPC'), hint: hint() },
    });
    expect(await calls()).toEqual([]);
    expect(await readFile(paths.settings)).toEqual(bytes);
    await expectAllRestored();
  });

  test('after that: the files are restored without space for new ones', async () => {
    await writeFile(paths.settings, settingsText(false));
    const error = fail('verify.failed', 'made to fail').error;
    expect(
      (await apply('verify begun', { outcome: (call) => (call === 'verify' ? error : undefined) })).outcome,
    ).toEqual({ kind: 'rolled-back', failedStep: 'verify', error, restoredVersion: 1 });
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(false));
    expect((await stat(paths.settings)).mode & 0o777).toBe(0o644);
    await expectAllRestored();
  });

  test('if the engine or a container reports it, the hint names the file system that is full', async () => {
    await writeFile(paths.settings, settingsText(false));
    const outcome = (file: string) => async (call: string) => {
      if (call !== 'verify') return undefined;
      const reason = `write ${file}: no space left on device`;
      return fail('verify.failed', 'made to fail', { reason }).error;
    };
    // The file system that the text names has room again.
    expect(
      (await apply('none', { outcome: outcome(path.join(root, 'data', 'layer')) })).outcome,
    ).toMatchObject({
      kind: 'rolled-back',
      failedStep: 'verify',
      error: { code: 'verify.failed', hint: hint() },
    });
    expect(
      (await apply('verify begun', { outcome: outcome('/proc/a-container-s-own/path') })).outcome,
    ).toMatchObject({ error: { hint: hint() } });
  });

  test('without a settings file before, the gateway still learns that its absence is intended', async () => {
    expect(
      (
        await apply('verify begun', {
          outcome: (call) => (call === 'verify' ? fail('verify.failed', 'made to fail').error : undefined),
        })
      ).outcome,
    ).toMatchObject({ kind: 'rolled-back', restoredVersion: 0 });
    await expect(stat(paths.settings)).rejects.toThrow('ENOENT');
    expect(await readFile(removalNote(paths.settings), 'utf8')).toBe(`${sha256(settingsText(true))}\n`);
    expect((await stat(removalNote(paths.settings))).mode & 0o777).toBe(0o644);
    await expectAllRestored();
  });

  test('after verification: applied and reported; the next apply records it in the history', async () => {
    await writeFile(paths.settings, settingsText(false));
    expect((await apply('verify done')).outcome).toMatchObject({
      kind: 'applied',
      version: 2,
      unrecorded: expect.stringContaining('ENOSPC'),
    });
    await rm(filler());
    const next = settingsText(true, ',\n  "x": 1');
    const started = await startApply(
      fixturePorts(root),
      { text: next, choices: keepAllContainers, baseHash: sha256(settingsText(true)) },
      () => undefined,
    );
    expect(started.ok && (await started.value.done).outcome).toMatchObject({ kind: 'applied', version: 3 });
    expect(await createSettingsStore(paths).history()).toMatchObject({
      value: [
        { version: 3, how: 'apply' },
        { version: 2, how: 'found', eci: true },
        { version: 1, how: 'found' },
      ],
    });
  });
});
