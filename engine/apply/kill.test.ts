import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applySteps } from '../../shared/apply/steps.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { sha256, temporaryBeside } from '../base/files.ts';
import { createSettingsStore } from '../store/settings-store.ts';
import { callsFile, container, engineFile, fixturePorts, running, settingsText } from './apply-fixture.ts';
import { resumeDecision } from './due-steps.ts';
import type { Journal } from './journal.ts';
import { resumeInterruptedApply } from './resume.ts';

let root: string;
let paths: RootPaths;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-kill-');
  paths = rootPaths(root);
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const daemonJson = '{\n\t"debug":   true\n}\n';
const here = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/**
 * Runs an apply that turns ECI on (or off) in a process of its own, which is killed (SIGKILL) when its
 * journal has reached `point`.
 */
async function killAt(
  point: string,
  failing: string | null = null,
  eci = true,
  baseHash = sha256(settingsText(!eci)),
): Promise<void> {
  const script = `
    import { startApply } from ${here('./apply.ts')};
    import { fixturePorts, settingsText, container } from ${here('./apply-fixture.ts')};
    const failing = ${JSON.stringify(failing)};
    const onCheckpoint = (point) => {
      if (point !== ${JSON.stringify(point)}) return Promise.resolve();
      process.stdout.write('reached');
      return new Promise(() => setInterval(() => {}, 1000));
    };
    const failure = { code: 'verify.failed', message: 'made to fail' };
    const outcome = (call) => call === failing ? failure : undefined;
    const busy = container({ id: 'd'.repeat(64), name: 'busy', state: 'running' });
    const ports = fixturePorts(${JSON.stringify(root)}, {
      onCheckpoint, outcome, containers: [container(), busy], reloads: ${point.startsWith('reload')},
    });
    const choices = {
      remove: [container().id], recreate: [busy.id], includeRunning: false, removeVolumes: false,
    };
    const request = { text: settingsText(${eci}), choices, baseHash: ${JSON.stringify(baseHash)} };
    const started = await startApply(ports, request, () => {});
    if (!started.ok) throw new Error(started.error.message);
    await started.value.done;
    process.stdout.write('ended');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [output] = (await once(child.stdout, 'data')) as [Buffer]; // a data event carries one chunk
  child.kill('SIGKILL');
  await exited;
  expect(output.toString()).toBe('reached');
}

async function engineOff(): Promise<void> {
  await writeFile(paths.settings, settingsText(false));
  await writeFile(paths.daemonJson, daemonJson);
  await writeFile(engineFile(paths), daemonJson);
  await createSettingsStore(paths).setDraft(settingsText(true));
}

const clean = async () => {
  expect((await readdir(root)).filter((name) => /journal|lock|tmp$/.test(name))).toEqual([]);
  expect(
    (await readdir(paths.history).catch(() => [])).filter(
      (name) => name.includes('backup') || name.includes('tmp'),
    ),
  ).toEqual([]);
};

const finished = new Set([
  'verify done',
  'clean-up begun',
  'clean-up done',
  'recreate begun',
  'recreate done',
  'recorded',
]);
const points = [...applySteps.flatMap((step) => [`${step} begun`, `${step} done`]), 'recorded'];

describe('killed at every step: finished or rolled back at the next start', () => {
  test.each(points)('killed at "%s"', async (point) => {
    await engineOff();
    await killAt(point);
    const resumed = await resumeInterruptedApply(
      fixturePorts(root, { containers: [container()], reloads: point.startsWith('reload') }),
      () => undefined,
    );
    if (!resumed.ok || resumed.value === null) throw new Error('there was nothing to resume');
    const store = createSettingsStore(paths);
    if (finished.has(point)) {
      expect(resumed.value.outcome).toMatchObject({ kind: 'applied', version: 2 });
      expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
      expect(await running(paths)).toContain('bulkhead');
      expect(await readFile(callsFile(paths), 'utf8')).toContain('remove cccc');
      // Nothing is chosen again: the journal records the choice, and that the container ran before the
      // restart.
      expect(await readFile(callsFile(paths), 'utf8')).toContain('recreate busy (ran)');
      expect(resumed.value.outcome).toMatchObject({
        removed: [{ removed: true }],
        recreated: [{ name: 'busy', outcome: { kind: 'recreated' } }],
      });
      const history = await store.history();
      expect(history.ok && history.value.map((entry) => entry.version)).toEqual([2, 1]);
      expect(await store.read()).toMatchObject({ appliedVersion: 2, draft: settingsText(true) });
    } else {
      expect(resumed.value.outcome).toMatchObject({
        kind: 'rolled-back',
        restoredVersion: 1,
        error: { code: 'apply.rolled-back', reason: expect.stringContaining(point.split(' ')[0] ?? '') },
      });
      expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(false));
      expect(await readFile(paths.daemonJson, 'utf8')).toBe(daemonJson);
      expect(await running(paths)).toBe(daemonJson);
      expect(await readdir(root)).not.toContain('daemon-json.before.json');
      expect(await readFile(callsFile(paths), 'utf8').catch(() => '')).not.toMatch(/remove|recreate/);
      // The draft still exists, and can be applied again.
      expect(await store.read()).toMatchObject({
        appliedVersion: 1,
        draft: settingsText(true),
        conflict: false,
      });
    }
    await clean();
    expect(await resumeInterruptedApply(fixturePorts(root), () => undefined)).toEqual({
      ok: true,
      value: null,
    });
  });

  test('killed while writing a file: its temporary file is removed', async () => {
    await engineOff();
    await killAt('write-settings begun');
    for (const file of [paths.settings, paths.daemonJson]) await writeFile(temporaryBeside(file), '{');
    const resumed = await resumeInterruptedApply(fixturePorts(root), () => undefined);
    expect(resumed.ok && resumed.value?.outcome?.kind).toBe('rolled-back');
    await clean();
  });

  test('killed between the reload that turns ECI off and the settings: ECI is on as before', async () => {
    await engineOff();
    const ports = fixturePorts(root, { reloads: true });
    const { startApply } = await import('./apply.ts');
    const choices = { remove: [], includeRunning: false, removeVolumes: false };
    const on = { text: settingsText(true), choices, baseHash: sha256(settingsText(false)) };
    const started = await startApply(ports, on, () => undefined);
    if (started.ok) await started.value.done;
    const isolating = await running(paths);
    expect(isolating).toContain('bulkhead');
    await killAt('reload-engine done', null, false);
    expect(await running(paths)).toBe(daemonJson);
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
    expect(await resumeInterruptedApply(ports, () => undefined)).toMatchObject({
      ok: true,
      value: { outcome: { kind: 'rolled-back' } },
    });
    expect(await running(paths)).toBe(isolating);
    await clean();
  });

  test('killed while rolling back: the roll back continues, with the first reason', async () => {
    await engineOff();
    await killAt('rolling-back', 'verify');
    const resumed = await resumeInterruptedApply(fixturePorts(root), () => undefined);
    expect(resumed).toMatchObject({
      ok: true,
      value: { outcome: { kind: 'rolled-back', failedStep: 'verify', error: { code: 'verify.failed' } } },
    });
    expect(await running(paths)).toBe(daemonJson);
    await clean();
  });

  test.each(['write-settings begun', 'write-settings done', 'verify begun', 'rolling-back'])(
    'killed at "%s" over a file that is not text: it is restored byte by byte',
    async (point) => {
      const bytes = Buffer.from([0xc3, 0x28, 0x00, 0xff, 0xfe, 0x0a]);
      await engineOff();
      await writeFile(paths.settings, bytes);
      await killAt(point, point === 'rolling-back' ? 'verify' : null, true, sha256(bytes));
      // In the first case nothing has been written yet.
      if (point !== 'write-settings begun')
        expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
      expect(await resumeInterruptedApply(fixturePorts(root), () => undefined)).toMatchObject({
        ok: true,
        value: { outcome: { kind: 'rolled-back', restoredVersion: 1 } },
      });
      expect(await readFile(paths.settings)).toEqual(bytes);
      expect(await readFile(paths.daemonJson, 'utf8')).toBe(daemonJson);
      expect(await running(paths)).toBe(daemonJson);
      await clean();
    },
  );

  test('the next apply settles it first, then refuses a stale plan', async () => {
    await engineOff();
    await killAt('clean-up begun');
    const { startApply } = await import('./apply.ts');
    const started = await startApply(
      fixturePorts(root),
      {
        text: settingsText(true, ',\n  "x": 1'),
        choices: { remove: [], includeRunning: false, removeVolumes: false },
        baseHash: sha256(settingsText(false)),
      },
      () => undefined,
    );
    expect(!started.ok && started.error.code).toBe('settings.conflict');
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
    await clean();
  });
});

describe('resume decision', () => {
  const journal = (
    step: Journal['step'],
    stepState: Journal['stepState'],
    more: Partial<Journal> = {},
  ): Journal => ({
    format: 1,
    id: 'x',
    startedAt: '',
    uid: 0,
    user: 'root',
    fromVersion: 1,
    toVersion: 2,
    baseHash: '',
    targetHash: '',
    eciBefore: false,
    eciAfter: true,
    restartNeeded: true,
    engineRan: true,
    estimatedSeconds: 1,
    remove: { ids: [], includeRunning: false, removeVolumes: false },
    phase: 'applying',
    restored: false,
    step,
    stepState,
    error: null,
    durationsMs: {},
    ...more,
  });
  test('finishes only what was verified to work', () => {
    expect(resumeDecision(journal('health-check', 'done'))).toBe('roll-back');
    expect(resumeDecision(journal('health-check', 'done', { eciAfter: false }))).toBe('finish');
    expect(resumeDecision(journal('verify', 'begun'))).toBe('roll-back');
    expect(resumeDecision(journal('verify', 'done'))).toBe('finish');
    expect(resumeDecision(journal('clean-up', 'begun'))).toBe('finish');
    expect(resumeDecision(journal('verify', 'done', { phase: 'rolling-back' }))).toBe('roll-back');
  });
});
