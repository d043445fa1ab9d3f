import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import type { ApplyEvent } from '../../shared/apply/run.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { readSettings, sha256 } from '../base/files.ts';
import { createSettingsStore } from '../store/settings-store.ts';
import { startApply } from './apply.ts';
import { resumeInterruptedApply } from './resume.ts';
import {
  callsFile,
  container,
  engineFile,
  fixturePorts,
  running,
  settingsText,
  verified,
  type FixtureOptions,
  stepStates,
} from './apply-fixture.ts';
import { applyIn } from './apply-in-root-fixture.ts';

let root: string;
let paths: RootPaths;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-apply-');
  paths = rootPaths(root);
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});
const { engineOff, apply, expectAllRestored, calls } = applyIn(() => root);

describe('applying', () => {
  test('turning ECI on runs every step in order, records the version and drops the draft', async () => {
    await engineOff();
    const written = new Date('2026-01-01T12:00:00Z');
    await utimes(paths.settings, written, written);
    await createSettingsStore(paths).setDraft(settingsText(true));
    const events: ApplyEvent[] = [];
    const run = await apply(settingsText(true), {}, keepAllContainers, events);
    expect(run).toMatchObject({
      activity: 'ended',
      fromVersion: 1,
      toVersion: 2,
      outcome: { kind: 'applied', version: 2, verification: verified, removed: [] },
    });
    expect(stepStates(run)).toEqual([
      'back-up:done',
      'write-settings:done',
      'reconfigure:done',
      'restart-engine:done',
      'health-check:done',
      'verify:done',
      'clean-up:skipped',
      'recreate:skipped',
    ]);
    expect(await calls()).toEqual(['restart', 'health', 'verify']);
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
    expect(await readFile(paths.daemonJson, 'utf8')).toContain('"default-runtime": "bulkhead"');
    const store = createSettingsStore(paths);
    expect(await store.history()).toMatchObject({
      value: [
        { version: 2, how: 'apply', eci: true, fromHash: sha256(settingsText(false)) },
        { version: 1, how: 'found', eci: false, inForceFrom: written.toISOString() },
      ],
    });
    expect(await store.read()).toMatchObject({
      appliedVersion: 2,
      draft: settingsText(true),
      conflict: false,
    });
    expect(await readdir(root)).not.toContain('admin-settings.draft.json');
    expect(await readdir(root)).not.toContain('apply-journal.json');
    expect(events.every((event) => event.type !== 'run' || event.run.id === run.id)).toBe(true);
  });
  test('an engine that reloads its configuration is not restarted; a roll back reloads it, too', async () => {
    await engineOff();
    const reloads = { reloads: true };
    const run = await apply(settingsText(true), reloads);
    expect(stepStates(run)).toContain('reload-engine:done');
    expect(stepStates(run).some((state) => state.startsWith('restart-engine'))).toBe(false);
    expect(await calls()).toEqual(['reload', 'health', 'verify']);
    await rm(callsFile(paths));
    const fails = (call: string) =>
      call === 'health' ? { code: 'engine.not-ready' as const, message: 'made to fail once' } : undefined;
    let failed = false;
    const second = await apply(settingsText(false), {
      ...reloads,
      outcome: (call) => {
        const error = failed ? undefined : fails(call);
        failed ||= error !== undefined;
        return error;
      },
    });
    expect(second.outcome).toMatchObject({ kind: 'rolled-back', failedStep: 'health-check' });
    expect(await calls()).toEqual(['reload', 'health', 'reload', 'health']);
    expect(await running(paths)).toContain('"default-runtime": "bulkhead"');
  });
  test('a run says that its restart keeps running containers where live-restore is in force', async () => {
    await engineOff();
    expect(await apply(settingsText(true), { liveRestore: true })).toMatchObject({ keepsContainers: true });
    expect(await apply(settingsText(false))).not.toHaveProperty('keepsContainers');
  });
  test('off: an engine that reloads drops the runtime before the gateway drops its rules', async () => {
    await engineOff();
    const on = await apply(settingsText(true), { reloads: true });
    expect(stepStates(on).slice(1, 4)).toEqual([
      'write-settings:done',
      'reconfigure:done',
      'reload-engine:done',
    ]);
    const atReload: string[] = [];
    const off = await apply(settingsText(false), {
      reloads: true,
      outcome: async (call) => {
        if (call === 'reload') atReload.push(await readFile(paths.settings, 'utf8'));
        return undefined;
      },
    });
    expect(stepStates(off).slice(1, 4)).toEqual([
      'reconfigure:done',
      'reload-engine:done',
      'write-settings:done',
    ]);
    expect(atReload).toEqual([settingsText(true)]);
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(false));
  });
  test('a roll back restarts an engine that does not reload', async () => {
    await engineOff();
    const run = await apply(settingsText(true), {
      reloads: true,
      outcome: (call) =>
        call === 'reload' ? { code: 'engine.request-failed', message: 'made to fail' } : undefined,
    });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', failedStep: 'reload-engine' });
    expect(await calls()).toEqual(['reload', 'reload', 'restart', 'health']);
    await expectAllRestored();
  });
  test('turning it off again restores daemon.json byte for byte', async () => {
    await engineOff();
    await apply(settingsText(true));
    const run = await apply(settingsText(false));
    expect(stepStates(run)).toContain('verify:skipped');
    await expectAllRestored();
  });
  test('a first apply without any file; daemon.json is removed again when ECI is turned off', async () => {
    await writeFile(engineFile(paths), 'none');
    expect(await apply(settingsText(true))).toMatchObject({
      fromVersion: 0,
      toVersion: 1,
      outcome: { kind: 'applied' },
    });
    // What `bulkhead status` reads for an ordinary user.
    expect((await stat(paths.history)).mode & 0o777).toBe(0o755);
    await apply(settingsText(false));
    await expect(stat(paths.daemonJson)).rejects.toThrow('ENOENT');
  });
  test('a setting that the gateway can reload needs no restart', async () => {
    await engineOff();
    const run = await apply(
      settingsText(
        false,
        ',\n  "filesharingAllowedDirectories": [{ "path": "/srv", "sharedByDefault": true }]',
      ),
    );
    expect(stepStates(run)).toEqual([
      'back-up:done',
      'write-settings:done',
      'reconfigure:skipped',
      'restart-engine:skipped',
      'health-check:done',
      'verify:skipped',
      'clean-up:skipped',
      'recreate:skipped',
    ]);
    expect(await calls()).toEqual(['health']);
  });
  test('chosen containers are removed after verification, running ones only if that was chosen', async () => {
    await engineOff();
    const running = container({ id: 'd'.repeat(64), name: 'busy', state: 'running' });
    const remove = [container().id, running.id];
    const run = await apply(
      settingsText(true),
      { containers: [container(), running] },
      { remove, includeRunning: false, removeVolumes: false },
    );
    expect(await calls()).toEqual(['restart', 'health', 'verify', 'remove cccc']);
    expect(run.outcome).toMatchObject({ kind: 'applied', removed: [{ id: container().id, removed: true }] });
  });
  test('chosen containers are recreated afterwards, in their state before the restart', async () => {
    await engineOff();
    const running = container({ id: 'd'.repeat(64), name: 'busy', state: 'running' });
    const run = await apply(
      settingsText(true),
      { containers: [container(), running] },
      {
        remove: [container().id],
        recreate: [running.id, container().id, 'gone'],
        includeRunning: false,
        removeVolumes: false,
      },
    );
    expect(await calls()).toEqual(['restart', 'health', 'verify', 'remove cccc', 'recreate busy (ran)']);
    expect(run.outcome).toMatchObject({
      kind: 'applied',
      recreated: [{ name: 'busy', outcome: { kind: 'recreated', started: true } }],
    });
    expect(run.steps.slice(-2)).toMatchObject([
      { step: 'clean-up', state: 'done', detail: '1 of 1 removed' },
      { step: 'recreate', state: 'done', detail: '1 of 1 recreated' },
    ]);
  });
  test('nothing is recreated if ECI is off afterwards, or if verification failed', async () => {
    await engineOff();
    const choices = { ...keepAllContainers, recreate: [container().id] };
    await apply(settingsText(false, ',\n  "x": 1'), { containers: [container()] }, choices);
    expect(
      (
        await apply(
          settingsText(true),
          {
            containers: [container()],
            outcome: (call) =>
              call === 'verify' ? { code: 'verify.failed', message: 'made to fail' } : undefined,
          },
          choices,
        )
      ).outcome,
    ).toMatchObject({ kind: 'rolled-back' });
    expect((await calls()).filter((call) => call.startsWith('recreate'))).toEqual([]);
  });
});

test('a configuration that the engine refuses is rolled back before anything stops', async () => {
  await engineOff();
  const before = await readFile(paths.settings, 'utf8');
  const run = await apply(settingsText(true), {
    outcome: (call) => (call === 'check' ? { code: 'daemon-json.invalid', message: 'not taken' } : undefined),
  });
  expect(run.outcome).toMatchObject({
    kind: 'rolled-back',
    failedStep: 'reconfigure',
    error: { code: 'daemon-json.invalid' },
  });
  expect(await calls()).not.toContain('restart');
  expect(await calls()).not.toContain('stop');
  expect(await readFile(paths.settings, 'utf8')).toBe(before);
});

describe('sharing the whole file system', () => {
  const sharesAll = settingsText(true, ',\n  "filesharingAllowedDirectories": [{ "path": "/" }]');

  test('is applied only with its path named, and changes nothing without it', async () => {
    await engineOff();
    for (const named of [undefined, [], ['/etc']]) {
      const refused = apply(sharesAll, {}, keepAllContainers, [], named);
      await expect(refused).rejects.toThrow(/^apply\.not-confirmed: \/ is the whole file system/);
    }
    expect(await calls()).toEqual([]);
    await expectAllRestored();
    const run = await apply(sharesAll, {}, keepAllContainers, [], ['/']);
    expect(run.outcome).toMatchObject({ kind: 'applied', version: 2 });
    // It is permitted now: another change does not ask again.
    const more = sharesAll.replace('"locked": true', '"locked": false');
    expect((await apply(more)).outcome).toMatchObject({ kind: 'applied', version: 3 });
  });
});

describe('refused before anything is changed', () => {
  const refused = async (text: string, options: FixtureOptions = {}, baseHash?: string) => {
    const before = await readdir(root);
    const base = await readSettings(paths.settings);
    const started = await startApply(
      fixturePorts(root, options),
      { text, choices: keepAllContainers, baseHash: baseHash ?? (base.ok ? base.value.hash : '') },
      () => undefined,
    );
    expect(await readdir(root)).toEqual(before);
    return started.ok ? 'started' : started.error.code;
  };
  test('a plan made against another text is a conflict', async () => {
    await engineOff();
    expect(await refused(settingsText(true), {}, sha256('other'))).toBe('settings.conflict');
    expect(await refused(settingsText(true), {}, '')).toBe('settings.conflict');
  });
  test('errors in the draft, a missing requirement, a broken daemon.json, nothing to apply', async () => {
    await engineOff();
    expect(await refused('{ "configurationFileVersion": 2, ')).toBe('settings.findings');
    expect(await refused(settingsText(true).replace('true, "value"', '"yes", "value"'))).toBe(
      'settings.findings',
    );
    expect(await refused(settingsText(true), { available: false })).toBe('isolation.requirement-missing');
    expect(await refused(settingsText(false))).toBe('apply.nothing-to-apply');
    await writeFile(paths.daemonJson, '{"debug": true,}');
    expect(await refused(settingsText(true))).toBe('daemon-json.conflict');
    await writeFile(paths.daemonJson, '{"userns-remap": "default"}');
    expect(await refused(settingsText(true))).toBe('daemon-json.conflict');
  });
  test('an empty text and a settings file that is a directory', async () => {
    await engineOff();
    expect(await refused('')).toBe('settings.findings');
    await rm(paths.settings);
    await mkdir(paths.settings);
    expect(await refused(settingsText(true))).toBe('settings.unreadable');
  });
  test('while another apply is in progress', async () => {
    await engineOff();
    let release = () => {
      /* assigned below */
    };
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived = () => {
      /* assigned below */
    };
    const busy = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const first = apply(settingsText(true), {
      onCheckpoint: (point) => {
        if (point !== 'write-settings begun') return Promise.resolve();
        arrived();
        return blocked;
      },
    });
    await busy;
    const second = await startApply(
      fixturePorts(root),
      { text: settingsText(true), choices: keepAllContainers, baseHash: sha256(settingsText(false)) },
      () => undefined,
    );
    expect(!second.ok && second.error.code).toBe('apply.in-progress');
    // Its process is running: nothing to resume either.
    const resumed = await resumeInterruptedApply(fixturePorts(root), () => undefined);
    expect(!resumed.ok && resumed.error.code).toBe('apply.in-progress');
    release();
    expect((await first).outcome?.kind).toBe('applied');
  });
});
