import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox } from '../tests/support/real-engine.ts';
import { bulkhead, setStage, type AppWindow, type Stage } from './app.ts';
import { pageObjects } from './page-objects.ts';

// From a machine on which no engine ever ran to a protected one, by nothing but the first run; including
// possible interruptions. The steps build on each other.
let stage: Stage;
let window: AppWindow;
let pages: ReturnType<typeof pageObjects>;
const refused = (...args: string[]) =>
  stage.docker(...args).then(
    () => 'not refused',
    (error: unknown) => String(error),
  );
const footer = () => window.page.getByRole('region', { name: 'First run' });
/** A directory that is not shared. */
const outside = ['run', '--rm', '-v', '/etc:/etc-of-host:ro', 'busybox', 'true'];
const clickContinue = (name = 'Continue') => footer().getByRole('button', { name, exact: true }).click();

beforeAll(async () => {
  stage = await setStage({ engine: false });
  window = await stage.open();
  pages = pageObjects(window);
});
afterAll(() => stage.end());

describe('the first run', () => {
  it('starts the engine, checks what exists and prepares the policy', async () => {
    await window.page.getByRole('heading', { level: 1, name: 'Protect this engine' }).waitFor();
    await footer().getByText('Start the engine to continue.').waitFor();
    await window.screenshot('first-run-engine');
    await window.page.getByRole('button', { name: 'Start engine' }).click();
    await footer().getByText('Nothing is changed yet.').waitFor({ timeout: 90_000 });
    await window.screenshot('first-run-engine-ready');
    await clickContinue();
    await window.page.getByText('There is no container yet').waitFor();
    await window.screenshot('first-run-containers');
    await clickContinue();
    await window.page.getByRole('heading', { level: 2, name: 'The policy to begin with' }).waitFor();
    // Left open, for a later step.
    await window.page.getByRole('switch', { name: 'Lock for users' }).click();
    await window.screenshot('first-run-policy');
    await clickContinue('Review the changes');
    await pages.review.heading('Review & apply').waitFor();
    await window.page
      .getByRole('main')
      .getByText('The engine reads its configuration again')
      .first()
      .waitFor();
    await window.screenshot('first-run-review');
    expect((await window.state()).settings.exists).toBe(false);
  });

  it('applies; a window reloaded during the run shows that run at its step', async () => {
    await pages.review.apply('Apply').click();
    const { run, engine } = await window.until(
      'it is verified',
      (s) => s.run?.steps.some((step) => step.step === 'verify' && step.state === 'running') === true,
    );
    if (engine.dockerdPid === null) throw new Error('dockerd does not run');
    // The run waits until the window is there again, however long that takes.
    process.kill(engine.dockerdPid, 'SIGSTOP');
    try {
      await window.page.reload();
      await pages.review.heading('Applying version 1').waitFor();
      await pages.review.step('Back up').and(window.page.locator('[data-state="done"]')).waitFor();
      expect((await window.state()).run).toMatchObject({ id: run?.id, outcome: null });
      await window.screenshot('first-run-applying');
    } finally {
      process.kill(engine.dockerdPid, 'SIGCONT');
    }
    await pages.review.applied(1);
    await window.screenshot('first-run-applied');
    expect((await window.state()).run).toMatchObject({
      id: run?.id,
      outcome: { kind: 'applied', version: 1 },
    });
    const history = await window.request('history:list', undefined);
    expect(history.ok && history.value.map((entry) => entry.version)).toEqual([1, 0]);
  });

  it('ends protected, and is not offered again', async () => {
    await pages.review.done().click();
    expect(await pages.sentence()).toMatch(/^Protected and verified (just now|.* ago)$/);
    await window.screenshot('first-run-protected');
    // Refusals of a verification need no attention; the page shows what to do with the engine.
    expect((await window.state()).activity).toMatchObject({ unseen: 0, groups: [] });
    await window.page.getByText('Point Docker at this engine').waitFor();
    await importBusybox(stage.paths.clientSocket);
    expect(await refused(...outside)).toContain('enhanced container isolation:');
  });
});

describe('a user’s own preference', () => {
  const audienceChoice = () =>
    window.page.getByRole('main').getByRole('combobox', { name: /^Isolation on this engine/ });
  const choose = async (option: string) => {
    await audienceChoice().click();
    await window.page.getByRole('option', { name: option, exact: true }).click();
  };

  it('takes effect if the setting is not locked: chosen in the window, enforced by the gateway', async () => {
    await pages.isolation.open();
    await choose('Off');
    await window.page.getByRole('main').getByText('Turned off by root.').waitFor();
    await window.screenshot('preference-off');
    await expect.poll(() => refused(...outside)).toBe('not refused');
    await window.page.getByRole('navigation').getByText('Overview', { exact: true }).click();
    await expect
      .poll(() => window.page.getByRole('main').getByRole('heading', { level: 1 }).innerText(), {
        timeout: 60_000,
      })
      .not.toMatch(/^Protected/);
    await window.screenshot('preference-overview');
  });

  it('is ignored once it is locked, by the gateway and in the window', async () => {
    await pages.isolation.open();
    await pages.isolation.lock().click();
    await pages.footer().getByRole('button', { name: 'Review & apply' }).click();
    await pages.review.apply('Apply').click();
    await pages.review.applied(2);
    await pages.review.done().click();
    await pages.isolation.open();
    await window.page.getByRole('main').getByText('Turned off by root, which has no effect here.').waitFor();
    expect(await audienceChoice().getAttribute('aria-disabled')).toBe('true');
    await window.screenshot('preference-ignored');
    expect(await refused(...outside)).toContain('enhanced container isolation:');
  });
});

describe('the app ends between apply and recreation', () => {
  it('finishes at its next start what was chosen before ECI was turned on, and shows it', async () => {
    await writeDraft(false);
    await applied(3);
    await stage.docker(
      'run',
      '-d',
      '--name',
      'web',
      'busybox',
      'sh',
      '-c',
      'trap exit TERM; sleep 1000 & wait',
    );
    await window.until('it is seen', (s) => s.scan?.containers.length === 1);
    await pages.isolation.open();
    await pages.isolation.eci().click();
    await pages.prompt.choose('web', 'Recreate protected');
    await pages.prompt.continue();
    await pages.review.heading('Review & apply').waitFor();
    await window.page.getByRole('main').getByText('1 container is recreated protected').waitFor();
    await pages.review.apply('Apply and recreate 1 container').click();
    await window.until(
      'it is being recreated',
      (s) => s.recreation?.members.some(({ step }) => step !== null) === true,
      120_000,
    );
    const ended = new Promise((resolve) => {
      window.app.process().once('exit', resolve);
    });
    window.app.process().kill('SIGKILL');
    await ended;
    await window.close();
    expect(existsSync(path.join(stage.paths.root, 'apply-journal.json'))).toBe(true);

    window = await stage.open();
    pages = pageObjects(window);
    await window.until('the run is finished', (s) => s.run?.outcome?.kind === 'applied', 120_000);
    expect((await window.state()).run?.outcome).toMatchObject({
      version: 4,
      recreated: [{ name: 'web', outcome: { kind: 'recreated', started: true } }],
    });
    // A later start of the app shows it, and opens the report.
    await window.page.getByText('Version 4 was applied').waitFor();
    await window.screenshot('recreation-resumed');
    await window.page.getByRole('button', { name: 'View the report' }).click();
    await window.page.getByText('1 container recreated protected').waitFor();
    await window.screenshot('recreation-report');
    expect(
      Number((await stage.docker('exec', 'web', 'cat', '/proc/self/uid_map')).trim().split(/\s+/)[1]),
    ).toBeGreaterThan(65_535);
    expect(existsSync(path.join(stage.paths.root, 'apply-journal.json'))).toBe(false);
    expect(await readFile(stage.paths.settings, 'utf8')).toContain('"value": true');
    expect(window.pageErrors).toEqual([]);
  });

  const writeDraft = (on: boolean) =>
    bulkhead('settings', 'set', '/enhancedContainerIsolation/value', String(on), '--root', stage.paths.root);
  const applied = async (version: number) => {
    await bulkhead('apply', '--yes', '--root', stage.paths.root);
    await window.until('the window has read it', (s) => s.settings.appliedVersion === version);
  };
});
