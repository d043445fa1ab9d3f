import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedPolicy } from '../../shared/enforcement/recorded-policy-fixture.ts';
import type { RecordedPolicy } from '../../shared/enforcement/recorded-policy.ts';
import { formatStoredSettings } from '../../shared/enforcement/start-without-file.ts';
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

/** The identity of a gateway that does not run any more. */
const ended = { pid: process.pid, started: '1', boot: 'another' };

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

  it('have the record of a gateway that has ended as what was in force', async () => {
    await addVersion(paths.history, 1, on, true);
    await recordPolicy({ gateway: ended });
    expect(await facts()).toMatchObject({
      recorded: null,
      lastRecorded: { hash: sha256(on) },
      recordedVersion: 1,
    });
  });

  it.each<[string, string, Partial<RecordedPolicy>, string]>([
    ['the stored text', formatStoredSettings({ hash: sha256(on), text: on }), { stored: true }, 'stored'],
    ['the strictest policy if it is damaged', '', { stored: true }, 'locked-down'],
    ['what was in force: nothing', formatStoredSettings({ hash: '', text: null }), { hash: '' }, 'default'],
  ])('name what a start without the file brings into force: %s', async (_, content, record, expected) => {
    await writeFile(paths.storedSettings, content);
    await recordPolicy({ gateway: ended, ...record });
    expect(await facts()).toMatchObject({ startWithoutFile: expected, isMissing: expected !== 'default' });
  });

  it('count a file as missing that a roll back to another text has removed', async () => {
    await recordPolicy({});
    await writeFile(removalNote(paths.settings), `${sha256(off)}\n`);
    expect((await facts()).isMissing).toBe(true);
    await writeFile(removalNote(paths.settings), `${sha256(on)}\n`);
    expect((await facts()).isMissing).toBe(false);
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

  it('are the stored ones, if history does not have them, also before the next start', async () => {
    await writeFile(paths.storedSettings, formatStoredSettings({ hash: sha256(on), text: on }));
    for (const gateway of [await identityOf(process.pid), ended]) {
      await recordPolicy({ stored: true, ...(gateway === null ? {} : { gateway }) });
      expect(await readSettingsInForce(paths, await read())).toMatchObject({
        eci: { value: true, locked: true },
        blockDockerLoad: { value: false },
      });
    }
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
