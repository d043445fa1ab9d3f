import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedPolicy } from '../../../shared/enforcement/recorded-policy-fixture.ts';
import { removalNote } from '../../../shared/settings/removal-note.ts';
import { sha256 } from '../../base/files.ts';
import { identityOf } from '../../base/process-identity.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import { addVersion } from '../../store/store-fixture.ts';
import { missingSettings } from './missing-settings.ts';

const on = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"locked": true, "value": true}}';
let paths: RootPaths;
/** A gateway that enforces `on`: this process. */
beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bulkhead-missing-settings-')));
  const gateway = await identityOf(process.pid);
  if (gateway === null) throw new Error('this process has no identity');
  await mkdir(paths.history, { recursive: true });
  await writeFile(paths.enforcedPolicy, JSON.stringify(recordedPolicy({ gateway, hash: sha256(on) })));
});
afterEach(() => rm(paths.root, { recursive: true, force: true }));

describe('an upgrade whose gateway would not know the settings that are enforced', () => {
  it('is refused, with the version that restores them', async () => {
    expect(await missingSettings(paths)).toMatchObject({ id: 'system.settings-deleted' });
    await addVersion(paths.history, 3, on, true);
    expect(await missingSettings(paths)).toMatchObject({
      id: 'system.settings-deleted-version',
      params: { file: paths.settings, version: 3 },
    });
  });

  it('is not refused with the file, nor where a roll back removed it', async () => {
    await writeFile(paths.settings, on);
    expect(await missingSettings(paths)).toBeNull();
    await rm(paths.settings);
    await writeFile(removalNote(paths.settings), sha256(on));
    expect(await missingSettings(paths)).toBeNull();
  });
});
