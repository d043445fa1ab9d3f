import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import type { ApplyEvent } from '../../shared/apply/run.ts';
import { message } from '../../shared/messages/message.ts';
import { fail } from '../../shared/result.ts';
import { identityOf } from '../base/process-identity.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { sha256 } from '../base/files.ts';
import { recordedPolicy } from '../../shared/enforcement/recorded-policy-fixture.ts';
import { formatStoredSettings } from '../../shared/enforcement/start-without-file.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { startApply } from './apply.ts';
import { resumeInterruptedApply } from './resume.ts';
import {
  callsFile,
  engineFile,
  fixturePorts,
  running,
  settingsText,
  verified,
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

describe('rolled back with the reason', () => {
  const broken = fail('engine.start-failed', 'the engine did not start', {
    reason: 'dockerd ended: unknown storage driver',
  }).error;
  /** Outcomes of the engine's calls: the first of this kind fails, all others succeed. */
  const failingFirst = (kind: 'restart' | 'health' | 'verify') => {
    let isFirst = true;
    return (call: string) => {
      if (call !== kind || !isFirst) return undefined;
      isFirst = false;
      return broken;
    };
  };
  test('the engine does not start with the new configuration', async () => {
    await engineOff();
    const run = await apply(settingsText(true), { outcome: failingFirst('restart') });
    expect(run.outcome).toEqual({
      kind: 'rolled-back',
      failedStep: 'restart-engine',
      error: broken,
      restoredVersion: 1,
    });
    expect(stepStates(run)).toContain('restart-engine:failed');
    expect(await calls()).toEqual(['restart', 'restart', 'health']);
    await expectAllRestored();
  });
  test('lines of the log have the ids and values of their sentences', async () => {
    await engineOff();
    const why = message('engine.start-failed');
    const events: ApplyEvent[] = [];
    let isFirst = true;
    await apply(
      settingsText(true),
      {
        outcome: (call) => {
          if (call !== 'restart' || !isFirst) return undefined;
          isFirst = false;
          return fail('engine.start-failed', why).error;
        },
      },
      keepAllContainers,
      events,
    );
    const lines = events.flatMap((event) => (event.type === 'log' ? [event.line] : []));
    expect(lines).toContainEqual({
      at: expect.any(String),
      source: 'bulkhead',
      text: `rolling back to version 1: ${why.text}`,
      sentence: { id: 'apply-log.rolling-back', params: { version: 1, why } },
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ sentence: { id: 'apply-log.rolled-back', params: { version: 1 } } }),
    );
    expect(lines.filter(({ source, sentence }) => source === 'bulkhead' && sentence === undefined)).toEqual(
      [],
    );
  });
  test.each(['health', 'verify'] as const)('a failing %s', async (step) => {
    await engineOff();
    const run = await apply(settingsText(true), { outcome: failingFirst(step) });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', error: broken });
    await expectAllRestored();
  });
  test('to no settings file: the note next to it shows the gateway that this is intended', async () => {
    await writeFile(engineFile(paths), 'none');
    const run = await apply(settingsText(true), {
      outcome: (call) => (call === 'verify' ? broken : undefined),
    });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', restoredVersion: 0 });
    await expect(stat(paths.settings)).rejects.toThrow('ENOENT');
    expect((await readFile(removalNote(paths.settings), 'utf8')).trim()).toBe(sha256(settingsText(true)));
    expect((await apply(settingsText(true))).outcome?.kind).toBe('applied');
    await expect(stat(removalNote(paths.settings))).rejects.toThrow('ENOENT');
  });
  test.each([
    ['was deleted by mistake', () => rm(paths.settings), 2],
    ['is unusable, which is version 3', () => writeFile(paths.settings, '{'), 4],
  ])('to the enforced version, where the settings file %s', async (_what, makeInvalid, restoredVersion) => {
    await engineOff();
    expect((await apply(settingsText(true))).outcome?.kind).toBe('applied');
    const gateway = await identityOf(process.pid);
    if (gateway === null) throw new Error('this process has no identity');
    const enforced = recordedPolicy({ gateway, hash: sha256(settingsText(true)) });
    await writeFile(paths.enforcedPolicy, JSON.stringify(enforced));
    await makeInvalid();
    const run = await apply(settingsText(false), { outcome: failingFirst('health') });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', restoredVersion });
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
    await expect(stat(removalNote(paths.settings))).rejects.toThrow('ENOENT');
  });
  test.each([
    ['was deleted by mistake', () => rm(paths.settings), true],
    ['is unusable', () => writeFile(paths.settings, '{'), true],
    ['was deleted, and no gateway runs', () => rm(paths.settings), false],
  ])('to the stored text, where the settings file %s and history lacks it', async (_, spoil, runs) => {
    await engineOff();
    const byHand = settingsText(true, ',\n  "byHand": 1');
    const gateway = runs ? await identityOf(process.pid) : { pid: 1, started: '1', boot: 'another' };
    if (gateway === null) throw new Error('this process has no identity');
    const record = recordedPolicy({ gateway, hash: sha256(byHand), stored: true });
    await writeFile(paths.enforcedPolicy, JSON.stringify(record));
    await writeFile(paths.storedSettings, formatStoredSettings({ hash: sha256(byHand), text: byHand }));
    await spoil();
    const run = await apply(settingsText(false), { outcome: failingFirst('health') });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back' });
    expect(await readFile(paths.settings, 'utf8')).toBe(byHand);
    await expect(stat(removalNote(paths.settings))).rejects.toThrow('ENOENT');
  });
  test('to no settings file, where history has one but the gateway started without', async () => {
    await engineOff();
    expect((await apply(settingsText(true))).outcome?.kind).toBe('applied');
    await rm(paths.settings);
    const gateway = await identityOf(process.pid);
    if (gateway === null) throw new Error('this process has no identity');
    await writeFile(paths.enforcedPolicy, JSON.stringify(recordedPolicy({ gateway, hash: '', eci: false })));
    const run = await apply(settingsText(true), {
      outcome: (call) => (call === 'verify' ? broken : undefined),
    });
    expect(run.outcome?.kind).toBe('rolled-back');
    // Without the note the gateway would go on with the settings that failed.
    expect(await readFile(removalNote(paths.settings), 'utf8')).toBe(`${sha256(settingsText(true))}\n`);
  });
  test('not for audit mode: that nothing is refused was requested, and is reported', async () => {
    await engineOff();
    const ports = fixturePorts(root);
    const claims = verified.claims.map((claim) =>
      claim.id === 'B1-socket-refused' ? { ...claim, verdict: 'not-enforced' as const } : claim,
    );
    const started = await startApply(
      { ...ports, verify: () => Promise.resolve({ ok: true, value: { ...verified, claims } }) },
      { text: settingsText(true), choices: keepAllContainers, baseHash: sha256(settingsText(false)) },
      () => undefined,
    );
    const run = started.ok ? await started.value.done : null;
    expect(run?.outcome?.kind).toBe('applied');
    expect(run?.steps.find(({ step }) => step === 'verify')?.detail).toMatch(
      /^17 of 18 checks passed, 1 not enforced; audit mode: rules deny nothing$/,
    );
  });
  test('a claim that a probe could not verify', async () => {
    await engineOff();
    const ports = fixturePorts(root);
    const claims = verified.claims.map((claim) =>
      claim.id === 'A2-user-namespace'
        ? { ...claim, verdict: 'fail' as const, evidence: 'uid_map "0 0 4294967295"' }
        : claim,
    );
    const started = await startApply(
      { ...ports, verify: () => Promise.resolve({ ok: true, value: { ...verified, claims } }) },
      { text: settingsText(true), choices: keepAllContainers, baseHash: sha256(settingsText(false)) },
      () => undefined,
    );
    const run = started.ok ? await started.value.done : null;
    expect(run?.outcome).toMatchObject({
      kind: 'rolled-back',
      failedStep: 'verify',
      error: { code: 'verify.failed', reason: 'A2-user-namespace: uid_map "0 0 4294967295"' },
    });
    await expectAllRestored();
  });
  test('an engine that was stopped before is stopped again', async () => {
    await engineOff();
    await writeFile(engineFile(paths), 'stopped');
    const run = await apply(settingsText(true), {
      outcome: (call) => (call === 'verify' ? broken : undefined),
    });
    expect(run.outcome?.kind).toBe('rolled-back');
    expect(await running(paths)).toBe('stopped');
    expect(await calls()).toEqual(['restart', 'health', 'verify', 'stop']);
  });
  test('a file changed by another program meanwhile is kept', async () => {
    await engineOff();
    const theirs = settingsText(false, ',\n  "theirs": 1');
    const run = await apply(settingsText(true), {
      onCheckpoint: async (point) => {
        if (point === 'back-up done') await writeFile(paths.settings, theirs);
      },
    });
    expect(run.outcome).toMatchObject({
      kind: 'rolled-back',
      failedStep: 'write-settings',
      error: { code: 'settings.conflict' },
    });
    expect(await readFile(paths.settings, 'utf8')).toBe(theirs);
  });
  test('a daemon.json that another program wrote before ours is kept', async () => {
    await engineOff();
    const theirs = '{ "debug": false }\n';
    const run = await apply(settingsText(true), {
      onCheckpoint: async (point) => {
        if (point === 'write-settings done') await writeFile(paths.daemonJson, theirs);
      },
      outcome: (call) => (call === 'check' ? broken : undefined),
    });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', failedStep: 'reconfigure' });
    expect(await readFile(paths.daemonJson, 'utf8')).toBe(theirs);
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(false));
  });
  test('a daemon.json that another program wrote after ours is kept beside the restored one', async () => {
    await engineOff();
    const before = await readFile(paths.daemonJson, 'utf8');
    let theirs = '';
    const run = await apply(settingsText(true), {
      onCheckpoint: async (point) => {
        if (point !== 'health-check done') return;
        theirs = `${await readFile(paths.daemonJson, 'utf8')}\n`;
        await writeFile(paths.daemonJson, theirs);
      },
      outcome: (call) => (call === 'verify' ? broken : undefined),
    });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', failedStep: 'verify' });
    expect(await readFile(paths.daemonJson, 'utf8')).toBe(before);
    const kept = (await readdir(root)).filter((name) => name.startsWith('daemon.json.replaced-'));
    expect(kept).toHaveLength(1);
    expect(await readFile(`${root}/${kept[0] ?? ''}`, 'utf8')).toBe(theirs);
  });
  test('an exception', async () => {
    await engineOff();
    const run = await apply(settingsText(true), {
      outcome: (call) => {
        if (call === 'verify') throw new Error('boom');
        return undefined;
      },
    });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', error: { code: 'internal', reason: 'boom' } });
    await expectAllRestored();
  });
  test('when the roll back fails too, the error names the backup; the next start rolls back', async () => {
    await engineOff();
    const run = await apply(settingsText(true), {
      outcome: (call) => (call === 'restart' ? broken : undefined),
    });
    expect(run.outcome).toMatchObject({
      kind: 'rollback-failed',
      failedStep: 'restart-engine',
      error: broken,
      rollbackError: broken,
      backupDir: `${paths.history}/apply-backup`,
    });
    expect(await readdir(`${paths.history}/apply-backup`)).toContain('daemon.json');
    const resumed = await resumeInterruptedApply(fixturePorts(root), () => undefined);
    expect(resumed).toMatchObject({
      ok: true,
      value: { outcome: { kind: 'rolled-back', error: broken, restoredVersion: 1 } },
    });
    await expectAllRestored();
  });
});

test('after a failed roll back, a file corrected by hand is not overwritten by the next try', async () => {
  await engineOff();
  const down = fail('engine.start-failed', 'the engine did not start').error;
  await apply(settingsText(true), { outcome: (call) => (call === 'restart' ? down : undefined) });
  await writeFile(paths.daemonJson, '{"debug": false}');
  expect(await resumeInterruptedApply(fixturePorts(root), () => undefined)).toMatchObject({
    ok: true,
    value: { outcome: { kind: 'rolled-back' } },
  });
  expect(await readFile(paths.daemonJson, 'utf8')).toBe('{"debug": false}');
  expect(await running(paths)).toBe('{"debug": false}');
});

test('back under ECI the protection is verified again, since the engine was restarted', async () => {
  await engineOff();
  await apply(settingsText(true));
  await rm(callsFile(paths));
  let first = true;
  const run = await apply(settingsText(false), {
    outcome: (call) => {
      if (call === 'restart' && first) {
        first = false;
        return fail('engine.start-failed', 'no').error;
      }
      return undefined;
    },
  });
  expect(run.outcome?.kind).toBe('rolled-back');
  expect(await calls()).toEqual(['restart', 'restart', 'health', 'verify']);
});
