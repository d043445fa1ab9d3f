import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootPaths } from '../../base/root-paths.ts';
import { sha256 } from '../../base/files.ts';
import { openTarget } from './target.ts';

// As root: a directory that another user made, to be opened by root's app or command line.
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-foreign-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('an engine directory of another user', () => {
  it("nothing is restored from its backup with root's rights", async () => {
    const root = path.join(directory, 'root');
    const victim = path.join(directory, 'victim');
    const paths = rootPaths(root);
    const backup = path.join(paths.history, 'apply-backup');
    await mkdir(backup, { recursive: true });
    await writeFile(victim, 'as it was');
    await writeFile(path.join(backup, 'x'), 'planted');
    await writeFile(path.join(backup, 'new-settings.json'), '{}');
    await writeFile(
      path.join(backup, 'manifest.json'),
      JSON.stringify({
        format: 1,
        files: [{ path: victim, stored: 'x', mode: 0o644, hash: sha256('planted') }],
      }),
    );
    await writeFile(paths.journal, 'not a journal');
    await chown(root, 65534, 65534);
    const target = openTarget(root, { bulkheadCommand: '/nonexistent/bulkhead', projectRoot: directory });
    const resumed = await target.resume();
    const applied = await target.startApply({
      text: '{}',
      baseHash: '',
      choices: { remove: [], includeRunning: false, removeVolumes: false },
    });
    target.dispose();
    expect(await readFile(victim, 'utf8')).toBe('as it was');
    expect(resumed.ok ? '' : resumed.error.code).toBe('engine.root-invalid');
    expect(applied.ok ? '' : applied.error.code).toBe('engine.root-invalid');
  });
});
