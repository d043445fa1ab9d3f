import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedPolicy } from '../../shared/enforcement/recorded-policy-fixture.ts';
import type { RecordedPolicy } from '../../shared/enforcement/recorded-policy.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { sha256 } from '../base/files.ts';
import { identityOf } from '../base/process-identity.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { addVersion } from './store-fixture.ts';
import { readSettingsInForce } from './settings-in-force.ts';
import { createSettingsStore } from './settings-store.ts';

const on = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"locked": true, "value": true}}';
const off = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": false}}';
let paths: RootPaths;
beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bulkhead-policy-facts-')));
  await mkdir(paths.history, { recursive: true });
});
afterEach(() => rm(paths.root, { recursive: true, force: true }));

/** The gateway's record; the gateway is this process unless `more` has another one. */
async function recordPolicy(more: Partial<RecordedPolicy>): Promise<void> {
  const gateway = await identityOf(process.pid);
  if (gateway === null) throw new Error('this process has no identity');
  const record = recordedPolicy({ gateway, hash: sha256(on), ...more });
  await writeFile(paths.enforcedPolicy, JSON.stringify(record));
}
const read = () => createSettingsStore(paths).read();
const facts = async () => (await read()).policyFacts;

describe('the facts about the policy in force', () => {
  it('name the version that the gateway enforces and that can be restored', async () => {
    await addVersion(paths.history, 1, on, true);
    await addVersion(paths.history, 2, off, false);
    await recordPolicy({});
    expect(await facts()).toMatchObject({ recordedVersion: 1, isMissing: true, restorable: 1 });
    await writeFile(paths.settings, 'garbage');
    expect(await facts()).toMatchObject({ recordedVersion: 1, isMissing: false, restorable: 1 });
    await writeFile(paths.settings, on);
    expect(await facts()).toMatchObject({ isMissing: false, restorable: null });
  });

  it('ignore the record of a gateway that has ended', async () => {
    await recordPolicy({ gateway: { pid: process.pid, started: '1', boot: 'another' } });
    expect((await facts()).recorded).toBeNull();
  });

  it('do not count a file as missing that a roll back has removed, or that never existed', async () => {
    expect((await facts()).isMissing).toBe(false);
    await addVersion(paths.history, 1, on, true);
    expect((await facts()).isMissing).toBe(true);
    await writeFile(removalNote(paths.settings), `${sha256(on)}\n`);
    expect((await facts()).isMissing).toBe(false);
  });

  it('restore the newest usable version if nothing is recorded', async () => {
    await addVersion(paths.history, 1, on, true);
    await addVersion(paths.history, 2, 'garbage', true);
    expect(await facts()).toMatchObject({ recorded: null, restorable: 1 });
  });
});

describe('the settings in force', () => {
  it('are those of the recorded version while the file is lost', async () => {
    await addVersion(paths.history, 1, on, true);
    await recordPolicy({});
    expect(await readSettingsInForce(paths, await read())).toMatchObject({
      eci: { value: true, locked: true },
      blockDockerLoad: { value: false },
    });
  });

  it('are the strictest ones if the text is not available', async () => {
    await writeFile(paths.settings, 'garbage');
    await recordPolicy({ eci: false, locked: false });
    expect(await readSettingsInForce(paths, await read())).toMatchObject({
      eci: { value: false },
      blockDockerLoad: { value: true },
    });
  });

  it('are those of the file if it is usable', async () => {
    await writeFile(paths.settings, off);
    await recordPolicy({});
    expect((await readSettingsInForce(paths, await read())).eci.value).toBe(false);
  });
});
