import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import { applySteps } from '../../shared/apply/steps.ts';
import type { ApplyEvent, ApplyRun } from '../../shared/apply/run.ts';
import { elevation } from './elevation.ts';

const run = (activity: ApplyRun['activity']): ApplyRun => ({
  id: 'r1',
  fromVersion: 0,
  toVersion: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: activity === 'ended' ? '2026-01-01T00:00:09.000Z' : null,
  steps: applySteps.map((step) => ({
    step,
    state: step === 'verify' && activity !== 'ended' ? 'running' : 'done',
    startedAt: null,
    durationMs: null,
    detail: null,
  })),
  activity,
  cancellable: false,
  estimatedSeconds: 9,
  outcome:
    activity === 'ended'
      ? { kind: 'applied', version: 1, verification: null, removed: [], recreated: [] }
      : null,
});

// A fake pkexec: it records how it was called, and runs a script.
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-elevation-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function withFakePkexec(body: string) {
  const pkexec = path.join(directory, 'pkexec');
  await writeFile(
    pkexec,
    `#!/bin/sh\nfor a in "$@"; do printf '%s\\n' "$a"; done > ${directory}/called\n[ "$2" = apply ] && ` +
      `cp "$3" ${directory}/text\n${body}\n`,
  );
  await chmod(pkexec, 0o755);
  return elevation({
    bulkheadCommand: '/opt/bulkhead/bin/bulkhead',
    target: () => ['--root', '/srv/a root'],
    pkexec,
  });
}
const emits = (...events: unknown[]) =>
  events.map((event) => `cat <<'EOT'\n${JSON.stringify(event)}\nEOT`).join('\n');
const called = async () => (await readFile(path.join(directory, 'called'), 'utf8')).trimEnd().split('\n');

describe('what needs root, as a user', () => {
  it('applies through the elevated command and passes its events on', async () => {
    const events: ApplyEvent[] = [];
    const line = { at: '2026-01-01T00:00:01.000Z', source: 'dockerd', text: 'API listen' } as const;
    const { startApply } = await withFakePkexec(
      emits(
        { type: 'run', run: run('applying') },
        { type: 'log', line },
        { unknown: true },
        { type: 'run', run: run('ended') },
      ),
    );
    const started = await startApply(
      {
        text: '{"a": "$(id)"}',
        choices: {
          remove: ['c1', 'c2'],
          recreate: ['c3'],
          commit: true,
          includeRunning: true,
          removeVolumes: false,
        },
        baseHash: 'abc',
        confirmedShares: ['/', '//'],
      },
      (event) => events.push(event),
    );
    if (!started.ok) throw new Error(started.error.message);
    expect(await started.value.done).toMatchObject({ activity: 'ended', outcome: { kind: 'applied' } });
    expect(events.map((e) => e.type)).toEqual(['run', 'log', 'run']);
    expect(started.value.cancel()).toBe(false);
    const args = await called();
    expect(args[0]).toBe('/opt/bulkhead/bin/bulkhead');
    expect(args.slice(args.indexOf('--root'), args.indexOf('--root') + 2)).toEqual(['--root', '/srv/a root']);
    expect(args.join(' ')).toContain('--remove c1 --remove c2 --include-running');
    expect(args.join(' ')).toContain('--recreate c3 --commit');
    expect(args.join(' ')).toContain('--confirm-share / --confirm-share //');
    expect(args).not.toContain('--remove-volumes');
    expect(await readFile(path.join(directory, 'text'), 'utf8')).toBe('{"a": "$(id)"}');
    // The text's temporary file is gone once the run has ended.
    await expect
      .poll(async () => (await readdir(os.tmpdir())).includes(path.basename(path.dirname(args[2] ?? ''))))
      .toBe(false);
  });

  it('reports an elevated apply that dies meanwhile as such, never as done', async () => {
    const { startApply } = await withFakePkexec(
      `${emits({ type: 'run', run: run('applying') })}\necho gone >&2\nkill -9 $$`,
    );
    const started = await startApply(
      { text: '{}', choices: keepAllContainers, baseHash: '' },
      () => undefined,
    );
    if (!started.ok) throw new Error(started.error.message);
    expect(await started.value.done).toMatchObject({
      activity: 'ended',
      outcome: { kind: 'rollback-failed', failedStep: 'verify', error: { reason: 'gone' } },
    });
  });

  it.each([
    [126, 'Error executing command as another user: Request dismissed', 'were not given'],
    [127, 'Error executing command as another user: Not authorized', 'may not get'],
    // The same code for every other failure: its output is the reason.
    [
      127,
      'Error executing command as another user: No authentication agent found.',
      'could not be requested',
    ],
  ])(`explains pkexec's exit code %i with "%s"`, async (code, output, text) => {
    const { startApply, verify, engine } = await withFakePkexec(`echo '${output}' >&2; exit ${code}`);
    expect(
      await startApply({ text: '{}', choices: keepAllContainers, baseHash: '' }, () => undefined),
    ).toMatchObject({
      ok: false,
      error: {
        code: 'rights.not-root',
        message: expect.stringContaining(text) as string,
        ...(code === 127 ? { reason: output } : {}),
      },
    });
    expect(await verify()).toMatchObject({
      ok: false,
      error: { code: 'rights.not-root', message: expect.stringContaining(text) as string },
    });
    expect(await engine('start', () => Promise.reject(new Error('not asked')))).toMatchObject({
      ok: false,
      error: { code: 'rights.not-root' },
    });
  });

  it('recreates containers by the elevated command; if it is killed, none is shown as done', async () => {
    const member = { id: 'c1', name: 'web', step: 'stop', outcome: null } as const;
    const { startRecreate } = await withFakePkexec(
      `${emits({ members: [member], activity: 'recreating', cancellable: true }, { unknown: true })}\n` +
        'kill -9 $$',
    );
    const started = await startRecreate(
      { ids: ['--help', 'c1'], commit: ['c1'], old: 'keep', withoutRollback: true },
      () => undefined,
    );
    if (!started.ok) throw new Error(started.error.message);
    expect(await started.value.done).toMatchObject({
      activity: 'ended',
      members: [{ name: 'web', outcome: { kind: 'not-begun', error: { code: 'internal' } } }],
    });
    expect((await called()).slice(1)).toEqual([
      'containers',
      'recreate',
      '--yes',
      '--json',
      '--events',
      '--root',
      '/srv/a root',
      '--keep-old',
      '--commit',
      '--without-rollback',
      '--',
      '--help',
      'c1',
    ]);
  });

  it('makes the elevated command cancel what can be cancelled, and nothing else', async () => {
    const member = { id: 'c1', name: 'web', step: 'stop', outcome: null } as const;
    const withCancel = (events: string) => `${events}\nread -r line; echo "$line" > ${directory}/stdin`;
    const cancellable = await withFakePkexec(
      withCancel(emits({ type: 'run', run: { ...run('applying'), cancellable: true } })),
    );
    const apply = await cancellable.startApply(
      { text: '{}', choices: keepAllContainers, baseHash: '' },
      () => undefined,
    );
    if (!apply.ok) throw new Error(apply.error.message);
    expect([apply.value.run().cancellable, apply.value.cancelRecreation(), apply.value.cancel()]).toEqual([
      true,
      false,
      true,
    ]);
    await apply.value.done;
    expect(await readFile(path.join(directory, 'stdin'), 'utf8')).toBe('cancel\n');
    await rm(path.join(directory, 'stdin'));

    const { startRecreate } = await withFakePkexec(
      withCancel(emits({ members: [member], activity: 'recreating', cancellable: true })),
    );
    const recreation = await startRecreate(
      { ids: ['c1'], commit: [], old: 'keep', withoutRollback: false },
      () => undefined,
    );
    if (!recreation.ok) throw new Error(recreation.error.message);
    expect(recreation.value.cancel()).toBe(true);
    await recreation.value.done;
    expect(await readFile(path.join(directory, 'stdin'), 'utf8')).toBe('cancel\n');
  });

  it('verifies as root, who records it: an open claim is a result, not an error', async () => {
    const verification = {
      at: '2026-01-01T00:00:00.000Z',
      durationMs: 5,
      eci: true,
      claims: [{ id: 'A2-user-namespace', verdict: 'fail', evidence: 'none', items: [] }],
    };
    const open = await withFakePkexec(`${emits(verification)}\nexit 1`);
    expect(await open.verify()).toMatchObject({ ok: true, value: { claims: [{ verdict: 'fail' }] } });
    expect((await called()).slice(1)).toEqual(['verify', '--json', '--root', '/srv/a root']);
    const refused = await withFakePkexec(
      `echo a word >&2; echo '{"error":{"code":"verify.no-image","message":"no probe"}}' >&2; exit 1`,
    );
    expect(await refused.verify()).toMatchObject({ ok: false, error: { code: 'verify.no-image' } });
  });

  const entry = { name: 'versions.json', content: '{}\n', redactions: {}, omittedBytes: 0 };

  it('collects a support bundle by the elevated command, which writes no file', async () => {
    const progress: unknown[] = [];
    const { collectBundle } = await withFakePkexec(
      emits(
        { type: 'progress', progress: { read: 0, total: null } },
        { type: 'progress', progress: { read: 1, total: 2 } },
        { unknown: true },
        { type: 'entry', entry },
        { type: 'collected' },
      ),
    );
    const started = await collectBundle((one) => progress.push(one));
    if (!started.ok) throw new Error(started.error.message);
    expect(await started.value.done).toEqual({ ok: true, value: [entry] });
    expect(progress).toEqual([
      { read: 0, total: null },
      { read: 1, total: 2 },
    ]);
    expect((await called()).slice(1)).toEqual([
      'support-bundle',
      '--json',
      '--events',
      '--root',
      '/srv/a root',
    ]);
  });

  it('has no support bundle if the command was cancelled, or ended before it had all', async () => {
    const begun = emits({ type: 'progress', progress: { read: 0, total: null } }, { type: 'entry', entry });
    const waiting = await withFakePkexec(`${begun}\nread -r line; echo "$line" > ${directory}/stdin; exit 1`);
    const cancelled = await waiting.collectBundle(() => undefined);
    if (!cancelled.ok) throw new Error(cancelled.error.message);
    cancelled.value.cancel();
    expect(await cancelled.value.done).toEqual({ ok: true, value: null });
    expect(await readFile(path.join(directory, 'stdin'), 'utf8')).toBe('cancel\n');
    const ending = await withFakePkexec(begun);
    const cut = await ending.collectBundle(() => undefined);
    if (!cut.ok) throw new Error(cut.error.message);
    expect(await cut.value.done).toMatchObject({ ok: false, error: { code: 'internal' } });
  });

  it('runs nothing as root while no engine is open: none is guessed', async () => {
    const pkexec = path.join(directory, 'pkexec');
    await withFakePkexec('exit 0');
    const { engine, startApply, missing } = elevation({ bulkheadCommand: '/b', target: () => null, pkexec });
    expect(await engine('stop', () => Promise.reject(new Error('not asked')))).toMatchObject({
      ok: false,
      error: { code: 'engine.request-failed' },
    });
    expect(
      await startApply({ text: '{}', choices: keepAllContainers, baseHash: '' }, () => undefined),
    ).toMatchObject({ ok: false, error: { code: 'engine.request-failed' } });
    expect(await missing()).toBeNull();
    await expect(called()).rejects.toThrow('ENOENT');
  });

  it('reports if there is no space for the text to apply', async () => {
    const { startApply } = await withFakePkexec('exit 0');
    vi.stubEnv('TMPDIR', path.join(directory, 'none'));
    try {
      expect(
        await startApply({ text: '{}', choices: keepAllContainers, baseHash: '' }, () => undefined),
      ).toMatchObject({
        ok: false,
        error: { code: 'settings.unwritable', params: { path: path.join(directory, 'none') } },
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('passes on the error that the command printed', async () => {
    const { startApply } = await withFakePkexec(
      `${emits({ error: { code: 'settings.conflict', message: 'the file changed' } })}\nexit 1`,
    );
    expect(
      await startApply({ text: '{}', choices: keepAllContainers, baseHash: '' }, () => undefined),
    ).toMatchObject({ ok: false, error: { code: 'settings.conflict' } });
  });

  it('explains what to do without pkexec', async () => {
    const { engine, missing } = elevation({
      bulkheadCommand: '/b',
      target: () => ['--root', '/r'],
      pkexec: path.join(directory, 'none'),
    });
    expect(await missing()).toMatchObject({ text: 'none is not installed' });
    expect(await engine('restart', () => Promise.reject(new Error('not asked')))).toMatchObject({
      ok: false,
      error: { code: 'rights.not-root', hint: expect.stringContaining('bulkhead engine restart') as string },
    });
  });
});
