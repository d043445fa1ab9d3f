import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../engine/base/files.ts';
import { recordedPolicyName, storedSettingsName } from '../shared/enforcement/recorded-policy-name.ts';
import { recordedPolicySchema } from '../shared/enforcement/recorded-policy.ts';
import { removalNote } from '../shared/settings/removal-note.ts';
import { watchPolicy, type PolicyWatch } from './watch-policy.ts';
import { requires } from '../tests/support/requires.ts';

const on = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": true, "locked": true}}';
const off = '{"configurationFileVersion": 2}';
const preferable =
  '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": true, "locked": false}}';
let dir: string;
let settings: string;
let state: string;
const at = (name: string) => path.join(state, name);
const open: PolicyWatch[] = [];
const logged: string[] = [];
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-policy-'));
  settings = path.join(dir, 'admin-settings.json');
  state = path.join(dir, 'state');
  logged.length = 0;
});
afterEach(async () => {
  vi.useRealTimers();
  for (const one of open.splice(0)) one.close();
  await rm(dir, { recursive: true, force: true });
});

async function put(text: string): Promise<void> {
  await writeFile(`${settings}.new`, text);
  await rename(`${settings}.new`, settings);
}
async function start(): Promise<PolicyWatch> {
  const options = {
    engineSocket: at('engine.sock'),
    listenSocket: at('docker.sock'),
    settingsFile: settings,
    stateDirectory: state,
  };
  const watch = await watchPolicy(options, (line) => logged.push(line));
  open.push(watch);
  return watch;
}
/** A gateway that has enforced this text, and ended. */
async function enforce(text: string): Promise<void> {
  await put(text);
  (await start()).close();
}
const record = () => recordedPolicySchema.parse(JSON.parse(readFileSync(at(recordedPolicyName), 'utf8')));
const retained = {
  settings: { eci: { value: true, locked: true } },
  hash: sha256(on),
  problemKind: 'deleted',
};
const lockedDown = { settings: { eci: { value: true }, socket: { images: [] } }, hash: null };
const unenforced = { settings: { eci: { value: false } }, hash: '', problem: null };

it('reports each text of the file that comes into force, and none while the file is unusable', async () => {
  const reported: unknown[] = [];
  await put(on);
  const options = { engineSocket: at('engine.sock'), listenSocket: at('docker.sock') };
  const watch = await watchPolicy(
    {
      ...options,
      ...{ settingsFile: settings, stateDirectory: state },
      onPolicy: (policy) => reported.push(policy),
    },
    () => undefined,
  );
  open.push(watch);
  await put('garbage');
  watch.current(true);
  await put(`${on}\n`);
  watch.current(true);
  expect(reported).toEqual([on, `${on}\n`].map((text) => ({ hash: sha256(text), text })));
});

describe('a gateway that starts while the settings file is deleted', () => {
  it('enforces the text that was in force, which only root can read', async () => {
    await enforce(on);
    await rm(settings);
    expect((await start()).current(true)).toMatchObject(retained);
    expect(logged.at(-1)).toBe(
      `${settings} was deleted: the last good policy stays in force (enhanced container isolation on)`,
    );
    expect(record()).toMatchObject({
      hash: sha256(on),
      eci: true,
      stored: true,
      problem: { kind: 'deleted' },
    });
    expect(statSync(at(storedSettingsName)).mode & 0o777).toBe(0o600);
    // And so does the next one.
    expect((await start()).current(true)).toMatchObject(retained);
    await put(off);
    expect((await start()).current(true)).toMatchObject({ hash: sha256(off), problem: null });
  });

  it('enforces the last good text where an unusable one was deleted', async () => {
    await put(on);
    const watch = await start();
    await put('{');
    expect(watch.current(true)).toMatchObject({ hash: sha256(on), problemKind: 'unusable' });
    watch.close();
    await rm(settings);
    expect((await start()).current(true)).toMatchObject(retained);
  });

  it('enforces nothing at its first start, nor where nothing was in force', async () => {
    expect((await start()).current(true)).toMatchObject(unenforced);
    expect((await start()).current(true)).toMatchObject(unenforced);
  });

  it('enforces nothing where the file was removed on purpose', async () => {
    await enforce(on);
    await writeFile(removalNote(settings), `${sha256(on)}\n`);
    await rm(settings);
    expect((await start()).current(true)).toMatchObject(unenforced);
    // Which is what was in force then: a new file is not mistaken for an earlier one.
    await rm(removalNote(settings));
    expect((await start()).current(true)).toMatchObject(unenforced);
  });

  it('is locked down where the text is damaged, or an earlier version did not store it', async () => {
    await enforce(on);
    await rm(settings);
    await writeFile(at(storedSettingsName), '{');
    expect((await start()).current(true)).toMatchObject({ ...lockedDown, problemKind: 'deleted' });
    await rm(at(storedSettingsName));
    const { stored: _, ...earlier } = { ...record(), hash: sha256(on) };
    await writeFile(at(recordedPolicyName), JSON.stringify(earlier));
    expect((await start()).current(true)).toMatchObject(lockedDown);
    expect(logged.at(-1)).toBe(`${settings} was deleted, and no good policy is known: locked down`);
    expect(record()).toMatchObject({ hash: null, eci: true, problem: { kind: 'deleted' } });
    // It stays so until there is a file.
    expect((await start()).current(true)).toMatchObject(lockedDown);
    await put(off);
    expect((await start()).current(true)).toMatchObject({ hash: sha256(off), problem: null });
  });

  it('is locked down where an unusable file locked it down before', async () => {
    await enforce('{');
    await rm(settings);
    expect((await start()).current(true)).toMatchObject(lockedDown);
  });

  it('that is locked down is so again when an apply is rolled back', async () => {
    await enforce('{');
    await rm(settings);
    const watch = await start();
    await put(off);
    expect(watch.current(true)).toMatchObject({ hash: sha256(off), problem: null });
    await rm(settings);
    expect(watch.current(true)).toMatchObject(lockedDown);
  });
});

describe('a text that cannot be stored', () => {
  it('is logged; a start without the file is locked down, and enforces no earlier text', async () => {
    await enforce(off);
    // Its temporary file cannot be created, as on a full disk.
    await mkdir(at(`${storedSettingsName}.${process.pid}.tmp`));
    await enforce(on);
    expect(logged.join('\n')).toContain(`${at(storedSettingsName)} cannot be written`);
    expect(record()).toMatchObject({ hash: sha256(on), stored: false });
    await rm(settings);
    expect((await start()).current(true)).toMatchObject(lockedDown);
  });

  it.runIf(requires('root'))('on a full disk', async () => {
    await mkdir(state);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', state]);
    try {
      await enforce(off);
      expect(() => {
        writeFileSync(at('filler'), Buffer.alloc(64 * 1024));
      }).toThrow('ENOSPC');
      await put(on);
      const watch = await start();
      expect(watch.current()).toMatchObject({ hash: sha256(on), problem: null });
      // Emptying the earlier text made room for the record.
      expect(statSync(at(storedSettingsName)).size).toBe(0);
      expect(record()).toMatchObject({ hash: sha256(on), stored: false });
      watch.close();
      await rm(settings);
      expect((await start()).current(true)).toMatchObject(lockedDown);
    } finally {
      for (const one of open.splice(0)) one.close();
      execFileSync('umount', [state]);
    }
  });

  it('is stored as soon as that is possible', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await mkdir(at(`${storedSettingsName}.${process.pid}.tmp`), { recursive: true });
    await put(on);
    const watch = await start();
    expect(watch.current()).toMatchObject({ hash: sha256(on), problem: null });
    vi.advanceTimersByTime(60_000);
    expect(record().stored).toBe(false);
    expect(logged.filter((line) => line.includes(storedSettingsName))).toHaveLength(1);
    await rm(at(`${storedSettingsName}.${process.pid}.tmp`), { recursive: true });
    vi.advanceTimersByTime(60_000);
    expect(record().stored).toBe(true);
    await rm(settings);
    expect((await start()).current(true)).toMatchObject(retained);
  });

  it('is not tried again by a gateway that was replaced', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await mkdir(at(`${storedSettingsName}.${process.pid}.tmp`), { recursive: true });
    await put(on);
    const replaced = await start();
    replaced.stopRecording();
    await rm(state, { recursive: true });
    await mkdir(state);
    vi.advanceTimersByTime(60_000);
    await put(off);
    expect(replaced.current(true).hash).toBe(sha256(off));
    expect([recordedPolicyName, storedSettingsName].filter((name) => existsSync(at(name)))).toEqual([]);
  });

  it('needs no directory: a gateway without one starts', async () => {
    state = '/dev/null/state';
    await put(on);
    expect((await start()).current()).toMatchObject({ hash: sha256(on), problem: null });
    expect(existsSync(at(storedSettingsName))).toBe(false);
  });
});

describe('a gateway that is to be replaced', () => {
  it('may be where the next one enforces the same', async () => {
    const watch = await start();
    expect(watch.whyNotReplaceable()).toBeNull();
    await put(on);
    expect(watch.whyNotReplaceable()).toBeNull();
    await rm(settings);
    expect(watch.whyNotReplaceable()).toBeNull();
    await put('{');
    watch.close();
    const isLockedDown = await start();
    expect(isLockedDown.whyNotReplaceable()).toBeNull();
  });

  it('may not where the next one would be locked down', async () => {
    await put(on);
    const watch = await start();
    await put('{');
    expect(watch.whyNotReplaceable()).toContain('cannot be used');
    await mkdir(at(`${storedSettingsName}.${process.pid}.tmp`));
    await put(off);
    expect(watch.whyNotReplaceable()).toBeNull();
    await rm(settings);
    expect(watch.whyNotReplaceable()).toContain('was deleted');
  });

  it('writes no file by later settings once it was replaced', async () => {
    await put(on);
    const replaced = await start();
    replaced.stopRecording();
    await rm(state, { recursive: true });
    await mkdir(state);
    await put(off);
    expect(replaced.current(true).hash).toBe(sha256(off));
    await put(preferable);
    expect(replaced.current(true).hash).toBe(sha256(preferable));
    expect(readdirSync(state)).toEqual([]);
  });
});
