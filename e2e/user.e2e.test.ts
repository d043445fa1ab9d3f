import { chmod, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editSettings } from '../shared/settings/index.ts';
import { importBusybox } from '../tests/support/real-engine.ts';
import { setStage, type AppWindow, type Stage } from './app.ts';
import { ordinaryUser, type OrdinaryUser } from './ordinary-user.ts';
import { pageObjects } from './page-objects.ts';

// The app opened as the guide describes: by an ordinary user, who is prompted for an administrator's rights
// when they are needed. The steps build on each other.
let stage: Stage;
let user: OrdinaryUser;
let unprivileged: OrdinaryUser;
let window: AppWindow;
let pages: ReturnType<typeof pageObjects>;
const refused = (...args: string[]) =>
  stage.docker(...args).then(
    () => 'not refused',
    (error: unknown) => String(error),
  );
const firstRun = () => window.page.getByRole('region', { name: 'First run' });
const untranslated = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('bulkhead-apply-'));
let textsBefore: string[] = [];

beforeAll(async () => {
  textsBefore = await untranslated();
  [stage, user, unprivileged] = await Promise.all([
    setStage({ engine: false, prepare: (paths) => chmod(paths.root, 0o711) }),
    ordinaryUser({ pkexec: true }),
    ordinaryUser({ pkexec: false }),
  ]);
  window = await stage.open({ user });
  pages = pageObjects(window);
});
afterAll(async () => {
  await stage.end();
  await Promise.all([user.end(), unprivileged.end()]);
});

describe('a user without rights', () => {
  it('starts the engine and prepares the policy in the first run; nothing is locked', async () => {
    await window.page.getByRole('heading', { level: 1, name: 'Protect this engine' }).waitFor();
    expect((await window.state()).isRoot).toBe(false);
    await window.page.getByRole('button', { name: 'Start engine' }).click();
    await firstRun().getByText('Nothing is changed yet.').waitFor({ timeout: 90_000 });
    // What the starting engine found of this machine is shown to those who can't try it.
    await window.page.getByText(/requirements are met/).waitFor();
    await firstRun().getByRole('button', { name: 'Continue' }).click();
    await window.page.getByText('There is no container yet').waitFor();
    await firstRun().getByRole('button', { name: 'Continue' }).click();
    await firstRun().getByRole('button', { name: 'Review the changes' }).click();
    await pages.review.heading('Review & apply').waitFor();
    expect((await window.state()).settings).toMatchObject({ readOnly: null, exists: false });
    await window.page.getByText(/password/).waitFor();
    await window.screenshot('user-review');
  });

  it('keeps the draft when the dialog is dismissed; while it is open, the engine is locked', async () => {
    await user.respondToPrompt('pending');
    await pages.review.apply('Apply').click();
    await window.until('the question is open', (s) => s.busy.beginning);
    expect(await window.request('engine:stop', undefined)).toMatchObject({
      ok: false,
      error: { code: 'apply.in-progress' },
    });
    expect(
      await window.request('apply:start', {
        choices: { remove: [], includeRunning: false, removeVolumes: false },
        baseHash: '',
        draftHash: '',
      }),
    ).toMatchObject({ ok: false, error: { code: 'apply.in-progress' } });
    await user.respondToPrompt('dismissed');
    await window.page.getByText(/administrator rights were not given/i).waitFor();
    const { settings, run, busy } = await window.state();
    expect([settings.draft === settings.applied, settings.exists, run, busy.beginning]).toEqual([
      false,
      false,
      null,
      false,
    ]);
    await window.page.getByRole('button', { name: 'Try again' }).click();
    await user.respondToPrompt('granted');
  });

  it('applies, verified from inside, and sees who did it', async () => {
    await pages.review.apply('Apply').click();
    await pages.review.applied(1);
    await pages.review.done().click();
    expect(await pages.sentence()).toMatch(/^Protected and verified (just now|.* ago)$/);
    const history = await window.request('history:list', undefined);
    expect(history).toMatchObject({
      ok: true,
      value: [{ version: 1, how: 'apply', user: user.name }, { version: 0 }],
    });
    await importBusybox(stage.paths.clientSocket);
    expect(await refused('run', '--rm', '-v', '/etc:/x:ro', 'busybox', 'true')).toContain(
      'enhanced container isolation:',
    );
    expect(textsBefore).toEqual(expect.arrayContaining(await untranslated()));
  });

  it('verifies again, and everybody can read the record', async () => {
    const before = (await window.state()).verification?.at;
    await window.page.getByRole('main').getByRole('button', { name: 'Verify now' }).first().click();
    const { verification } = await window.until(
      'it is verified anew',
      (s) => s.verification !== null && s.verification.at !== before && !s.busy.verifying,
      60_000,
    );
    expect(verification?.claims.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect((await user.elevated()).at(-1)).toContain(' verify --json --root ');
    expect((await window.state()).activity).toMatchObject({ unseen: 0 });
  });

  it('cancels an apply in progress: the previous settings are in force again', async () => {
    await pages.isolation.open();
    const { applied } = (await window.state()).settings;
    const edited = editSettings(applied, ['bulkhead', 'existingContainers'], 'warn');
    if (!edited.ok) throw new Error(edited.error.message);
    await window.request('settings:set-draft', { text: edited.value });
    await pages.footer().getByRole('button', { name: 'Review & apply' }).click();
    await pages.review.apply('Apply').click();
    const { engine } = await window.until(
      'it can be stopped',
      (s) =>
        s.run?.cancellable === true &&
        s.run.steps.some((step) => step.step === 'verify' && step.state === 'running'),
      60_000,
    );
    if (engine.dockerdPid === null) throw new Error('the engine has no process');
    // The verification waits for the engine until the user has confirmed.
    process.kill(engine.dockerdPid, 'SIGSTOP');
    try {
      await window.page.getByRole('button', { name: 'Stop and roll back…' }).click();
      await window.page.getByRole('dialog').getByRole('button', { name: 'Stop and roll back' }).click();
    } finally {
      process.kill(engine.dockerdPid, 'SIGCONT');
    }
    const { run } = await window.until('it is rolled back', (s) => s.run?.outcome != null, 120_000);
    expect(run?.outcome).toMatchObject({ kind: 'rolled-back' });
    // The draft is kept, also where the file had its text meanwhile and was read.
    const { settings } = await window.state();
    expect([settings.appliedVersion, settings.draft === settings.applied]).toEqual([1, false]);
    await pages.review.done().click();
    await expect.poll(() => pages.sentence(), { timeout: 30_000 }).toMatch(/^Protected and verified /);
  });

  it('applies again what was edited further, and finds nothing left of the draft', async () => {
    await pages.isolation.open();
    await pages.footer().getByRole('button', { name: 'Review & apply' }).click();
    await pages.review.apply('Apply').click();
    await pages.review.applied(2);
    await pages.review.done().click();
    const { settings, engine } = await window.state();
    expect([settings.draft === settings.applied, settings.appliedVersion, engine.phase]).toEqual([
      true,
      2,
      'ready',
    ]);
    await window.close();
  });

  it('sees settings locked, and why, where rights cannot be requested', async () => {
    window = await stage.open({ user: unprivileged });
    pages = pageObjects(window);
    await pages.isolation.open();
    await window.page
      .getByRole('main')
      .getByText(`Locked by the permissions of ${stage.paths.root} (pkexec is not installed)`)
      .first()
      .waitFor();
    await window.screenshot('user-no-pkexec');
  });
});
