import { chmod, mkdir, mkdtemp, readFile, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { keepAllContainers } from '../shared/apply/plan.ts';
import { pageObjects } from './page-objects.ts';
import { bulkhead, setStage, type AppWindow, type Stage } from './app.ts';

const eciOn =
  '{\n  "configurationFileVersion": 2,\n  "enhancedContainerIsolation": { "locked": true, "value": ' +
  'true }\n}\n';

/**
 * The app works and displays something: its navigation and a heading exist, and no script of the page failed.
 */
async function expectAlive(window: AppWindow) {
  await window.page.getByRole('navigation').waitFor();
  await window.page.getByRole('main').getByRole('heading').first().waitFor();
  expect(window.pageErrors).toEqual([]);
}

const zoomFactor = (window: AppWindow): Promise<number | undefined> =>
  window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor());

describe('without an engine', () => {
  let stage: Stage;
  let window: AppWindow;
  beforeAll(async () => {
    stage = await setStage({ engine: false });
  });
  afterEach(() => window.close());
  afterAll(() => stage.end());
  const removeFile = () => rm(stage.paths.settings, { recursive: true, force: true });

  it('starts while the root does not exist, and reports that the engine is stopped', async () => {
    await rmdir(stage.paths.root);
    window = await stage.open();
    await expectAlive(window);
    await window.page.getByText('Engine stopped').first().waitFor();
    const state = await window.state();
    expect(state.engine.phase).toBe('stopped');
    expect(state.settings).toMatchObject({ exists: false, readError: null });
    expect(await window.request('containers:scan', undefined)).toMatchObject({
      ok: false,
      error: { code: 'engine.unreachable' },
    });
    expect(await window.request('verify:run', undefined)).toMatchObject({ ok: false });
    expect(await window.request('images:list', undefined)).toMatchObject({ ok: false });
    await mkdir(stage.paths.root, { recursive: true });
  });

  it.each([
    ['broken JSON', (file: string) => writeFile(file, '{ "enhancedContainerIsolation": { "value": true, }')],
    ['a BOM', (file: string) => writeFile(file, `\uFEFF${eciOn}`)],
    ['bytes that are no UTF-8', (file: string) => writeFile(file, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
    ['a directory', (file: string) => mkdir(file)],
    ['five megabytes', (file: string) => writeFile(file, ' '.repeat(5 * 1024 * 1024))],
    ['nothing at all', (file: string) => writeFile(file, '')],
    ['an array', (file: string) => writeFile(file, '[]')],
    [
      'a wrong type where it matters',
      (file: string) => writeFile(file, '{"enhancedContainerIsolation": "yes"}'),
    ],
  ])(
    'starts with a settings file that is %s, and applies nothing on top of it unasked',
    async (_name, make) => {
      await removeFile();
      await make(stage.paths.settings);
      window = await stage.open();
      await expectAlive(window);
      const { settings } = await window.state();
      expect(settings.exists).toBe(true);
      for (const name of ['Isolation', 'Docker socket', 'File sharing', 'Containers', 'Overview']) {
        await window.page.getByRole('navigation').getByText(name, { exact: true }).click();
        await expectAlive(window);
        // No form pretends to interpret such a file.
        const main = window.page.getByRole('main');
        if (name === 'Isolation')
          await main
            .getByText(/cannot be used|is too large/)
            .or(main.getByRole('button', { name: 'Edit the text' }))
            .first()
            .waitFor();
      }
      await removeFile();
      // The window updates once the file is gone, without a restart.
      await window.until('the file is gone', (s) => !s.settings.exists && s.settings.readError === null);
    },
  );

  it('reports why a file cannot be read, and does not treat it as empty', async () => {
    await removeFile();
    await mkdir(stage.paths.settings);
    window = await stage.open();
    expect((await window.state()).settings.readError).toMatchObject({ code: 'settings.unreadable' });
    await removeFile();
  });

  it('reports a conflict when another program changes the file; both choices work', async () => {
    for (const keep of ['theirs', 'mine'] as const) {
      await removeFile();
      await rm(stage.paths.draft, { force: true });
      await writeFile(stage.paths.settings, '{}\n');
      window = await stage.open();
      await expectAlive(window);
      await window.request('settings:set-draft', { text: eciOn });
      await window.until('the draft is kept', (s) => s.settings.draft === eciOn);
      await expect.poll(() => readFile(stage.paths.draft, 'utf8').catch(() => '')).toBe(eciOn);
      // Like editors: a new file replaces it.
      await writeFile(`${stage.paths.settings}.new`, '{"analyticsEnabled":{"locked":true,"value":false}}\n');
      await rename(`${stage.paths.settings}.new`, stage.paths.settings);
      const conflict = await window.until('the conflict is reported', (s) => s.settings.conflict);
      expect(conflict.settings).toMatchObject({
        draft: eciOn,
        base: '{}\n',
        applied: '{"analyticsEnabled":{"locked":true,"value":false}}\n',
      });
      await window.page.getByText('The settings file was changed outside Bulkhead').first().waitFor();
      if (keep === 'theirs') await window.screenshot('conflict');
      const settled = await window.request('settings:resolve-conflict', { keep });
      expect(settled).toMatchObject({
        ok: true,
        value: { conflict: false, draft: keep === 'mine' ? eciOn : conflict.settings.applied },
      });
      await window.page
        .getByText('The settings file was changed outside Bulkhead')
        .waitFor({ state: 'hidden' });
      await window.close();
    }
  });

  it('keeps a draft that was typed right before the window is closed', async () => {
    await removeFile();
    await rm(stage.paths.draft, { force: true });
    window = await stage.open();
    await window.request('settings:set-draft', { text: '{"typed":1}' });
    await window.close();
    expect(await readFile(stage.paths.draft, 'utf8')).toBe('{"typed":1}');
    window = await stage.open({ sameUser: true });
    expect((await window.state()).settings.draft).toBe('{"typed":1}');
  });

  it('opens with the theme and zoom that were set, and survives a damaged store', async () => {
    window = await stage.open();
    expect(await window.request('preferences:set', { theme: 'dark', zoomPercent: 150 })).toMatchObject({
      ok: true,
      value: { theme: 'dark', zoomPercent: 150 },
    });
    expect(await window.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true);
    await window.close();
    window = await stage.open({ sameUser: true });
    expect((await window.state()).preferences).toMatchObject({ theme: 'dark', zoomPercent: 150 });
    expect(await zoomFactor(window)).toBeCloseTo(1.5);
    const store = path.join(
      await window.app.evaluate(({ app }) => app.getPath('userData')),
      '..',
      'bulkhead.json',
    );
    await window.close();
    expect(await readFile(store, 'utf8')).toContain('dark');
    await writeFile(store, '{ "preferences": {');
    window = await stage.open({ sameUser: true });
    await expectAlive(window);
    expect((await window.state()).preferences.theme).toBe('system');
  });
});

describe('an engine that does not start', () => {
  let stage: Stage;
  let window: AppWindow;
  let bin = '';
  beforeAll(async () => {
    // A dockerd that refuses to start with the isolation runtime as its default, as a broken installation
    // would.
    bin = await mkdtemp('/tmp/bulkhead-bin-');
    await writeFile(
      path.join(bin, 'dockerd'),
      `#!/bin/sh
config=; previous=
for a in "$@"; do [ "$previous" = --config-file ] && config=$a; previous=$a; done
if [ -n "$config" ] && grep -q '"default-runtime": "bulkhead"' "$config"; then
  echo 'level=fatal msg="failed to start daemon: this engine is configured to fail"' >&2
  exit 1
fi
exec /usr/sbin/dockerd "$@"
`,
    );
    await chmod(path.join(bin, 'dockerd'), 0o755);
    stage = await setStage({ engine: true, engineEnv: { PATH: `${bin}:${process.env['PATH'] ?? ''}` } });
    await stage.docker('run', '-d', '--name', 'before', '--restart', 'always', 'busybox', 'sleep', '100000');
    window = await stage.open();
    await window.page.getByRole('button', { name: 'Skip for now' }).click();
  });
  afterAll(async () => {
    await stage.end();
    await rm(bin, { recursive: true, force: true });
  });

  it("is rolled back to the previous settings and configuration, with the engine's reason", async () => {
    // The engine reads this key only at its start.
    const daemonJson = '{"log-opts": {"max-size": "1m"}}';
    await writeFile(stage.paths.daemonJson, daemonJson);
    await window.request('settings:set-draft', { text: eciOn });
    const plan = await window.request('plan:make', { choices: keepAllContainers });
    if (!plan.ok) throw new Error(plan.error.message);
    expect(plan.value).toMatchObject({
      blocked: false,
      eciBefore: false,
      eciAfter: true,
      restartNeeded: true,
    });
    const pages = pageObjects(window);
    await pages.footer().getByRole('button', { name: 'Review & apply' }).click();
    await pages.review.apply('Apply').click();
    await pages.review.heading('Applying version 1').waitFor();
    // While it runs nothing else may change the engine.
    expect(await window.request('engine:stop', undefined)).toMatchObject({
      ok: false,
      error: { code: 'apply.in-progress' },
    });
    expect(
      await window.request('apply:start', {
        choices: keepAllContainers,
        baseHash: plan.value.baseHash,
        draftHash: plan.value.draftHash,
      }),
    ).toMatchObject({ ok: false, error: { code: 'apply.in-progress' } });
    const { run } = await window.until('the run has ended', (s) => s.run?.activity === 'ended', 120_000);
    expect(run?.outcome).toMatchObject({ kind: 'rolled-back', failedStep: 'restart-engine' });
    expect(JSON.stringify(run?.outcome)).toContain('configured to fail');
    expect(await readFile(stage.paths.settings, 'utf8').catch(() => null)).toBeNull();
    expect(await readFile(stage.paths.daemonJson, 'utf8').catch(() => null)).toBe(daemonJson);
    const after = await window.until('the engine is ready', (s) => s.engine.phase === 'ready');
    // The draft is not lost: the administrator can correct the mistake and try again.
    expect(after.settings).toMatchObject({ applied: '', draft: eciOn });
    expect(
      (await stage.docker('inspect', '-f', '{{.HostConfig.Runtime}} {{.State.Running}}', 'before')).trim(),
    ).toBe('runc true');
    await pages.review.heading('Rolled back: there is no settings file, as before').waitFor();
    await window.page
      .getByRole('alert')
      .filter({ hasText: '“Restart the engine” failed' })
      .getByText('configured to fail')
      .first()
      .waitFor();
    await window.screenshot('rolled-back');
    await pages.review.done().click();
    await window.until('the run is forgotten', (s) => s.run === null);
    await pages.footer().getByText('2 changes').or(pages.footer().getByText('3 changes')).waitFor();
    expect(window.pageErrors).toEqual([]);
  });
});

describe('an engine that dies', () => {
  let stage: Stage;
  let window: AppWindow;
  beforeAll(async () => {
    stage = await setStage({ engine: true });
    await stage.docker('run', '-d', '--name', 'one', 'busybox', 'sleep', '100000');
    window = await stage.open();
    await window.until('the first scan', (s) => s.scan?.containers.length === 1);
  });
  afterAll(() => stage.end());

  it('is detected when all of it is killed; the window lists nothing, and starts it again', async () => {
    const { engine } = await window.state();
    // All at once, like a power failure: the supervisor first, so that it restarts nothing.
    for (const pid of [engine.supervisorPid, engine.dockerdPid])
      if (pid !== null) process.kill(pid, 'SIGKILL');
    const state = await window.until(
      'the engine is seen as not running',
      (s) => s.engine.phase !== 'ready',
      60_000,
    );
    expect(['stopped', 'failed']).toContain(state.engine.phase);
    await window.until('no state of a container is shown any more', (s) => s.scan === null);
    await expectAlive(window);
    await window.screenshot('engine-stopped');
    expect(await window.request('engine:start', undefined)).toMatchObject({
      ok: true,
      value: { phase: 'ready' },
    });
    await window.until('the containers are listed again', (s) => s.scan?.containers[0]?.name === 'one');
    expect(window.pageErrors).toEqual([]);
  });

  it('does not leave an apply hanging if it dies during one', async () => {
    await window.request('settings:set-draft', { text: eciOn });
    const plan = await window.request('plan:make', { choices: keepAllContainers });
    if (!plan.ok) throw new Error(plan.error.message);
    const killed = (async () => {
      const at = await window.until(
        'it is being verified',
        (s) => s.run?.steps.some((step) => step.step === 'verify' && step.state === 'running') === true,
      );
      if (at.engine.supervisorPid !== null) process.kill(at.engine.supervisorPid, 'SIGKILL');
    })();
    expect(
      await window.request('apply:start', {
        choices: keepAllContainers,
        baseHash: plan.value.baseHash,
        draftHash: plan.value.draftHash,
      }),
    ).toMatchObject({ ok: true });
    await killed;
    const { run } = await window.until('the run has ended', (s) => s.run?.activity === 'ended', 150_000);
    // Which of the two depends on its progress; the file and the engine must never disagree.
    expect(['applied', 'rolled-back']).toContain(run?.outcome?.kind);
    const settings = await readFile(stage.paths.settings, 'utf8').catch(() => '');
    expect(settings).toBe(run?.outcome?.kind === 'applied' ? eciOn : '');
    const status = JSON.parse(await bulkhead('engine', 'status', '--root', stage.paths.root, '--json')) as {
      phase: string;
      defaultRuntime: string | null;
    };
    expect(status.phase).toBe('ready');
    expect(status.defaultRuntime).toBe(run?.outcome?.kind === 'applied' ? 'bulkhead' : 'runc');
    await unlink(stage.paths.draft).catch(() => undefined);
  });
});
