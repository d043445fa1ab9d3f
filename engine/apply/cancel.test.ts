import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import type { ApplyEvent } from '../../shared/apply/run.ts';
import { fail } from '../../shared/result.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { readSettings } from '../base/files.ts';
import { startApply } from './apply.ts';
import { resumeInterruptedApply } from './resume.ts';
import { container, fixturePorts, settingsText } from './apply-fixture.ts';
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
const { engineOff, apply, expectAllRestored } = applyIn(() => root);

describe('cancel', () => {
  test('during the restart rolls back; there is no second cancel', async () => {
    await engineOff();
    let cancel: () => boolean = () => false;
    const base = await readSettings(paths.settings);
    const events: ApplyEvent[] = [];
    let first = true;
    const started = await startApply(
      fixturePorts(root, {
        outcome: (call, signal) => {
          if (call !== 'restart' || !first) return undefined;
          first = false;
          return new Promise((resolve) => {
            signal?.addEventListener('abort', () => {
              resolve(fail('engine.start-failed', 'given up').error);
            });
            expect(cancel()).toBe(true);
            expect(cancel()).toBe(false);
          });
        },
      }),
      { text: settingsText(true), choices: keepAllContainers, baseHash: base.ok ? base.value.hash : '' },
      (event) => {
        events.push(event);
      },
    );
    if (!started.ok) throw new Error(started.error.message);
    cancel = started.value.cancel;
    const run = await started.value.done;
    expect(run.outcome).toMatchObject({
      kind: 'rolled-back',
      failedStep: 'restart-engine',
      error: { code: 'apply.cancelled' },
    });
    expect(events.some((event) => event.type === 'run' && event.run.activity === 'cancelling')).toBe(true);
    await expectAllRestored();
  });
  test('is refused once containers are being removed', async () => {
    await engineOff();
    let cancel: () => boolean = () => true;
    const base = await readSettings(paths.settings);
    let tooLate: boolean | null = null;
    const started = await startApply(
      fixturePorts(root, {
        containers: [container()],
        onCheckpoint: (point) => {
          if (point === 'clean-up begun') tooLate = cancel();
          return Promise.resolve();
        },
      }),
      {
        text: settingsText(true),
        choices: { remove: [container().id], includeRunning: false, removeVolumes: false },
        baseHash: base.ok ? base.value.hash : '',
      },
      () => undefined,
    );
    if (!started.ok) throw new Error(started.error.message);
    cancel = started.value.cancel;
    expect((await started.value.done).outcome?.kind).toBe('applied');
    expect(tooLate).toBe(false);
  });
});

describe('a journal that cannot be read', () => {
  test('with a backup: the files are restored', async () => {
    await engineOff();
    await apply(settingsText(true), {
      outcome: (call) => (call === 'restart' ? fail('engine.start-failed', 'no').error : undefined),
    });
    await writeFile(paths.journal, '{"format":1');
    await chmod(paths.journal, 0o600);
    expect(await resumeInterruptedApply(fixturePorts(root), () => undefined)).toEqual({
      ok: true,
      value: null,
    });
    await expectAllRestored();
  });
  test('without one: nothing had been changed', async () => {
    await engineOff();
    await writeFile(paths.journal, 'garbage');
    expect(await resumeInterruptedApply(fixturePorts(root), () => undefined)).toEqual({
      ok: true,
      value: null,
    });
    await expectAllRestored();
  });
});
