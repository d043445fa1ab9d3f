import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../base/files.ts';
import { rootPaths } from '../base/root-paths.ts';
import { FoundVersionRecorder } from './found-versions.ts';
import { listHistory, versionDirectory } from './history.ts';
import { addVersion } from './store-fixture.ts';

const text = (more = '') => `{"configurationFileVersion":2${more}}`;
const shared = text(',"filesharingAllowedDirectories":[{"path":"/"}]');

let root: string;
let log: string[];
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-found-');
  log = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

const paths = () => rootPaths(root);
const recorder = () => new FoundVersionRecorder(paths(), (line) => log.push(line), 10);
/** The policy by a settings file with this content. */
const policyOf = async (content: string) => {
  await mkdir(path.dirname(paths().settings), { recursive: true });
  await writeFile(paths().settings, content);
  return { hash: sha256(content), text: content };
};
const versions = async () => {
  const entries = await listHistory(paths().history);
  return entries.ok ? entries.value.map(({ version, how, hash }) => [version, how, hash]) : [];
};

describe('a settings text in force that another program wrote', () => {
  test('is a version of history that everybody may read, also once it was reverted', async () => {
    await addVersion(paths().history, 1, text());
    const found = recorder();
    const edited = await policyOf(shared);
    const before = process.umask(0o077);
    await found.record(edited).finally(() => process.umask(before));
    await found.record(await policyOf(text()));
    expect(await versions()).toEqual([
      [1, 'apply', sha256(text())],
      [2, 'found', sha256(shared)],
      [3, 'found', sha256(text())],
    ]);
    const directory = versionDirectory(paths().history, 2);
    expect(await readFile(path.join(directory, 'admin-settings.json'), 'utf8')).toBe(shared);
    expect((await stat(directory)).mode & 0o777).toBe(0o755);
    const entries = await listHistory(paths().history);
    expect(entries.ok && entries.value[1]).toMatchObject({ user: '', fromHash: sha256(text()), eci: false });
    expect(log).toEqual([
      'version 2 of history: settings in force that another program wrote',
      'version 3 of history: settings in force that another program wrote',
    ]);
  });

  test('is recorded once, and not if it is the version that was applied last', async () => {
    await addVersion(paths().history, 1, text());
    const found = recorder();
    await found.record(await policyOf(text()));
    await found.record(await policyOf(shared));
    await recorder().record(await policyOf(shared));
    expect(await versions()).toHaveLength(2);
  });

  test('is none without a text, and as long as nothing was ever applied', async () => {
    await recorder().record(await policyOf(shared));
    await addVersion(paths().history, 1, text());
    await recorder().record({ hash: null, text: null });
    await recorder().record({ hash: '', text: null });
    expect(await versions()).toHaveLength(1);
  });

  test('is not what an apply writes: that is recorded by it', async () => {
    await addVersion(paths().history, 1, text());
    await mkdir(path.dirname(paths().journal), { recursive: true });
    await writeFile(paths().journal, '{}');
    const found = recorder();
    const recorded = found.record(await policyOf(shared));
    await addVersion(paths().history, 2, shared);
    await rm(paths().journal);
    await recorded;
    expect(await versions()).toEqual([
      [1, 'apply', sha256(text())],
      [2, 'apply', sha256(shared)],
    ]);
  });

  test('is not what an apply had written that was rolled back, during it or after', async () => {
    await addVersion(paths().history, 1, text());
    await mkdir(path.dirname(paths().journal), { recursive: true });
    await writeFile(paths().journal, '{}');
    const found = recorder();
    const written = await policyOf(shared);
    const recorded = found.record(written);
    await policyOf(text());
    await rm(paths().journal);
    await recorded;
    // The gateway may notice it late.
    await found.record(written);
    expect(await versions()).toEqual([[1, 'apply', sha256(text())]]);
  });
});
