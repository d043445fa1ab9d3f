import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedPolicy } from '../../../shared/enforcement/recorded-policy-fixture.ts';
import type { RecordedPolicy } from '../../../shared/enforcement/recorded-policy.ts';
import { formatStoredSettings } from '../../../shared/enforcement/start-without-file.ts';
import { removalNote } from '../../../shared/settings/removal-note.ts';
import { sha256 } from '../../base/files.ts';
import { identityOf } from '../../base/process-identity.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import { addVersion } from '../../store/store-fixture.ts';
import { replacementBlocker } from './replacement-blocker.ts';

const on = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"locked": true, "value": true}}';
let paths: RootPaths;
/** A gateway that enforces `on`, and has not stored it: this process. */
async function recordPolicy(more: Partial<RecordedPolicy> = {}): Promise<void> {
  const gateway = await identityOf(process.pid);
  if (gateway === null) throw new Error('this process has no identity');
  await writeFile(
    paths.enforcedPolicy,
    JSON.stringify(recordedPolicy({ gateway, hash: sha256(on), ...more })),
  );
}
beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bulkhead-replacement-')));
  await mkdir(paths.history, { recursive: true });
  await recordPolicy();
});
afterEach(() => rm(paths.root, { recursive: true, force: true }));

describe('an upgrade whose gateway would be locked down in place of what is enforced', () => {
  it('is refused for a deleted file, with the version that restores it', async () => {
    expect(await replacementBlocker(paths)).toMatchObject({ id: 'system.settings-deleted' });
    await addVersion(paths.history, 3, on, true);
    expect(await replacementBlocker(paths)).toMatchObject({
      id: 'system.settings-deleted-version',
      params: { file: paths.settings, version: 3 },
    });
  });

  it('is refused for an unusable file', async () => {
    await writeFile(paths.settings, '{');
    await recordPolicy({ stored: true });
    expect(await replacementBlocker(paths)).toMatchObject({ id: 'system.settings-unusable' });
    await addVersion(paths.history, 3, on, true);
    expect(await replacementBlocker(paths)).toMatchObject({
      id: 'system.settings-unusable-version',
      params: { file: paths.settings, version: 3 },
    });
    await recordPolicy({ hash: '', eci: false });
    expect(await replacementBlocker(paths)).toMatchObject({ id: 'system.settings-unusable-version' });
  });
});

describe('an upgrade is not refused', () => {
  it('with the file, nor where a roll back removed it', async () => {
    await writeFile(paths.settings, on);
    expect(await replacementBlocker(paths)).toBeNull();
    await rm(paths.settings);
    await writeFile(removalNote(paths.settings), sha256(on));
    expect(await replacementBlocker(paths)).toBeNull();
  });

  it('for a deleted file whose text is stored', async () => {
    await recordPolicy({ stored: true });
    await writeFile(paths.storedSettings, formatStoredSettings({ hash: sha256(on), text: on }));
    expect(await replacementBlocker(paths)).toBeNull();
  });

  it('where the running gateway started without the file, or is locked down: nothing changes', async () => {
    await addVersion(paths.history, 3, on, true);
    await recordPolicy({ hash: '', eci: false });
    expect(await replacementBlocker(paths)).toBeNull();
    await recordPolicy({ hash: null });
    expect(await replacementBlocker(paths)).toBeNull();
    await writeFile(paths.settings, '{');
    expect(await replacementBlocker(paths)).toBeNull();
  });

  it('where no gateway runs', async () => {
    await writeFile(paths.settings, '{');
    await recordPolicy({ gateway: { pid: process.pid, started: '1', boot: 'another' } });
    expect(await replacementBlocker(paths)).toBeNull();
  });
});
