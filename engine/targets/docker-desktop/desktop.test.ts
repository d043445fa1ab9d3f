import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { keepAllContainers } from '../../../shared/apply/plan.ts';
import {
  fakeDockerDesktop,
  type FakeDesktop,
  type FakeDesktopOptions,
} from '../../../tests/support/fake-docker-desktop.ts';
import { textOnlyEngine } from '../../../tests/support/desktop-engines.ts';
import { discoverTargets } from '../discover.ts';
import { desktopFacts } from './detect.ts';
import type { DesktopPlatform } from './locations.ts';
import { openDesktopTarget } from './target.ts';
import { first, apply } from './desktop-fixture.ts';

// Everything here runs on a fake; not run on a real Docker Desktop.
let desktop: FakeDesktop | undefined;
afterEach(async () => {
  await desktop?.end();
  desktop = undefined;
});

const platforms: readonly DesktopPlatform[] = ['darwin', 'win32', 'linux'];
const second = first.replace('"value": false },\n  "enh', '"value": true },\n  "enh');

async function stage(options: Partial<FakeDesktopOptions> & Pick<FakeDesktopOptions, 'platform'>) {
  const engine = textOnlyEngine();
  const fake = await fakeDockerDesktop({ engine, ...options });
  desktop = fake;
  return {
    made: fake,
    engine,
    target: openDesktopTarget(fake.host, { bulkheadCommand: '/none', projectRoot: '/none' }),
  };
}
const settingsOf = (fake: FakeDesktop) => readFile(fake.host.locations.settings, 'utf8');

describe.each(platforms)('Docker Desktop on %s (fake)', (platform) => {
  it('is found with its version, and opened: its file, its socket, its state', async () => {
    const { made, target } = await stage({ platform });
    const found = (
      await discoverTargets({
        roots: [],
        registry: path.join(made.directory, 'none'),
        machineSocket: '/none.sock',
        desktopHost: made.host,
      })
    ).find((one) => one.id === 'docker-desktop');
    expect(found).toMatchObject({
      name: 'Docker Desktop',
      phase: 'stopped',
      version: '4.41.2',
      place: made.host.locations.settings,
    });
    expect(await target.settings.read()).toMatchObject({
      path: made.host.locations.settings,
      exists: false,
      readError: null,
    });
    expect(await target.driver.status()).toMatchObject({
      kind: 'docker-desktop',
      phase: 'stopped',
      settingsPath: made.host.locations.settings,
    });
    expect(await target.driver.start()).toMatchObject({
      ok: true,
      value: { phase: 'ready', version: '28.1.1' },
    });
  });

  it('is written, quit as a whole, started again, and every change needs that', async () => {
    const { made, target, engine } = await stage({ platform });
    await target.driver.start();
    const applied = await apply(target, first);
    expect(applied).toMatchObject({
      ok: true,
      run: { outcome: { kind: 'applied', version: 1 } },
      plan: {
        restartNeeded: true,
        effects: expect.arrayContaining([
          expect.objectContaining({ code: 'desktop-reopens' }),
          expect.objectContaining({ code: 'desktop-sign-in', params: { first: 1 } }),
        ]) as unknown,
      },
    });
    expect(await settingsOf(made)).toBe(first);
    expect((await stat(made.host.locations.settings)).mode & 0o777).toBe(0o644);
    expect(engine.starts).toEqual([null, first]);
    expect(await apply(target, second)).toMatchObject({
      ok: true,
      run: { outcome: { kind: 'applied', version: 2 } },
      plan: {
        effects: expect.arrayContaining([
          expect.objectContaining({ code: 'desktop-sign-in', params: { first: 0 } }),
        ]) as unknown,
      },
    });
    expect(engine.starts).toEqual([null, first, second]);
    const calls = await made.calls();
    expect(
      calls
        .filter((call) => / desktop (stop|start)/.test(call))
        .map((call) => call.replace(/^.* desktop/, 'desktop')),
    ).toEqual([
      'desktop start --detach',
      'desktop stop --timeout 90',
      'desktop start --detach',
      'desktop stop --timeout 90',
      'desktop start --detach',
    ]);
    expect(calls.join('\n')).not.toContain('restart');
  });

  it.each(['4.41.2', '4.34.3'])(
    '%s rolls back, quits the failed application and opens it again, if the new file prevents its start',
    async (version) => {
      const { made, target, engine } = await stage({
        platform,
        version,
        refuses: (text) =>
          text === second
            ? 'initializing backend: invalid admin configuration: reading admin settings file: ' +
              'parsing JSON: EOF'
            : null,
      });
      await target.driver.start();
      expect(await apply(target, first)).toMatchObject({ run: { outcome: { kind: 'applied' } } });
      const broken = await apply(target, second);
      expect(broken).toMatchObject({
        ok: true,
        run: {
          outcome: {
            kind: 'rolled-back',
            failedStep: 'restart-engine',
            restoredVersion: 1,
            error: {
              code: 'engine.start-failed',
              reason: expect.stringContaining('invalid admin configuration') as string,
            },
          },
        },
      });
      expect(await settingsOf(made)).toBe(first);
      expect(engine.starts.at(-1)).toBe(first);
      expect(await target.driver.status()).toMatchObject({ phase: 'ready' });
    },
  );

  it('has no file again if the first one breaks it', async () => {
    const { made, target, engine } = await stage({ platform, refuses: () => 'invalid admin configuration' });
    await target.driver.start();
    expect(await apply(target, first)).toMatchObject({
      run: { outcome: { kind: 'rolled-back', restoredVersion: 0 } },
    });
    expect(await target.settings.read()).toMatchObject({ exists: false });
    await expect(stat(`${made.host.locations.settings}.removed`)).rejects.toThrow('ENOENT');
    expect(engine.starts).toEqual([null, null]);
  });

  it('is quit and started by the system before 4.37', async () => {
    const { made, target } = await stage({ platform, version: '4.34.3' });
    expect(await desktopFacts(made.host)).toMatchObject({ version: '4.34.3', restartBy: 'system' });
    await target.driver.start();
    expect(await target.driver.restart()).toMatchObject({ ok: true, value: { phase: 'ready' } });
    const expected = {
      darwin: [
        '/usr/bin/open -g -b com.docker.docker',
        '/usr/bin/osascript -e tell application id "com.docker.docker" to quit',
        '/usr/bin/open -g -b com.docker.docker',
      ],
      linux: [
        '/usr/bin/systemctl --user start docker-desktop',
        '/usr/bin/systemctl --user stop docker-desktop',
        '/usr/bin/systemctl --user start docker-desktop',
      ],
      win32: [
        expect.stringMatching(/^C:\\Windows\\explorer\.exe .*Docker Desktop\.exe$/),
        'C:\\Program Files\\Docker\\Docker\\DockerCli.exe -Shutdown',
        expect.stringMatching(/^C:\\Windows\\explorer\.exe /),
      ],
    }[platform];
    expect(await made.calls()).toEqual(expected);
  });

  it('is neither written nor quit without an administrator, and plans all the same', async () => {
    const { made, target } = await stage({ platform, elevated: false });
    expect(await target.plan(first, keepAllContainers)).toMatchObject({
      ok: true,
      value: { blocked: false },
    });
    expect(await apply(target, first)).toMatchObject({ ok: false, error: { code: 'rights.not-root' } });
    expect(await made.calls()).toEqual([]);
  });

  it('is neither written nor quit for ECI that could not be verified afterwards', async () => {
    const { made, target, engine } = await stage({ platform });
    await target.driver.start();
    const on = first.replace(
      '"enhancedContainerIsolation": { "locked": true, "value": false }',
      '"enhancedContainerIsolation": { "locked": true, "value": true }',
    );
    expect(await target.plan(on, keepAllContainers)).toMatchObject({
      ok: true,
      value: {
        blocked: true,
        blockers: [{ code: 'requirement' }],
        missingRequirements: [
          {
            code: 'probe-built',
            found: '/none/runtime/build/arm64/bulkhead-probe is missing',
            fix: expect.stringContaining('sh runtime/build.sh all') as string,
          },
        ],
      },
    });
    expect(await apply(target, on)).toMatchObject({
      ok: false,
      error: { code: 'isolation.requirement-missing' },
    });
    expect(engine.starts).toEqual([null]);
    expect(await target.settings.read()).toMatchObject({ exists: false });
    expect(await made.calls()).toHaveLength(1);
  });

  it('is rolled back to no file, since its presence alone enforces sign-in, and to a file', async () => {
    const { made, target, engine } = await stage({ platform });
    await target.driver.start();
    await apply(target, first);
    const draft = await target.settings.rollback(0);
    expect(draft).toMatchObject({ ok: true, value: { draft: '', conflict: false } });
    const gone = await apply(target, '');
    expect(gone).toMatchObject({
      ok: true,
      run: { outcome: { kind: 'applied', version: 2 } },
      plan: { findings: [], eciAfter: false },
    });
    expect(gone.ok && gone.plan.effects.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['desktop-reopens', 'desktop-file-goes']),
    );
    expect(gone.ok && gone.plan.effects.map(({ code }) => code)).not.toContain('desktop-sign-in');
    await expect(stat(made.host.locations.settings)).rejects.toThrow('ENOENT');
    expect(engine.starts).toEqual([null, first, null]);
    expect(await target.settings.read()).toMatchObject({
      exists: false,
      applied: '',
      draft: '',
      appliedVersion: 2,
      appliedBy: { user: expect.any(String) as string },
    });
    expect(await target.settings.historyText(2)).toEqual({ ok: true, value: null });
    expect(await target.plan('', keepAllContainers)).toMatchObject({
      ok: true,
      value: { blocked: true, blockers: [{ code: 'nothing-to-apply' }] },
    });
    expect(await target.settings.rollback(1)).toMatchObject({ ok: true, value: { draft: first } });
    expect(await apply(target, first)).toMatchObject({
      ok: true,
      run: { outcome: { kind: 'applied', version: 3 } },
    });
    expect(await settingsOf(made)).toBe(first);
  });

  it('gets its file back if it cannot start without it', async () => {
    const engine = textOnlyEngine();
    let broken = false;
    const { made, target } = await stage({
      platform,
      engine: {
        start: async (settings, socket) => {
          if (!(broken && settings === null)) await engine.start(settings, socket);
        },
        stop: (socket) => engine.stop(socket),
      },
    });
    await target.driver.start();
    await apply(target, first);
    broken = true;
    const plan = await target.plan('', keepAllContainers);
    let cancel: () => boolean = () => false;
    const started = await target.startApply(
      { text: '', choices: keepAllContainers, baseHash: plan.ok ? plan.value.baseHash : '' },
      (event) => {
        if (event.type === 'log' && event.line.text === 'starting Docker Desktop') cancel();
      },
    );
    if (started.ok) cancel = started.value.cancel;
    expect(started.ok && (await started.value.done)).toMatchObject({
      outcome: { kind: 'rolled-back', restoredVersion: 1 },
    });
    expect(await settingsOf(made)).toBe(first);
  });

  it('reports an interrupted apply to all users until an administrator restarts it', async () => {
    let cut = true;
    const engine = textOnlyEngine();
    const fake = await fakeDockerDesktop({ engine, platform });
    desktop = fake;
    const options = { bulkheadCommand: '/none', projectRoot: '/none' };
    let written: () => void = () => undefined;
    const atWrite = new Promise<void>((resolve) => {
      written = resolve;
    });
    // Its process stops here, as in a power failure.
    const target = openDesktopTarget(fake.host, {
      ...options,
      onApplyPoint: (point) => {
        if (point !== 'write-settings done' || !cut) return Promise.resolve();
        written();
        return new Promise(() => undefined);
      },
    });
    await target.driver.start();
    const plan = await target.plan(first, keepAllContainers);
    const started = await target.startApply({
      text: first,
      choices: keepAllContainers,
      baseHash: plan.ok ? plan.value.baseHash : '',
    });
    expect(started.ok).toBe(true);
    await atWrite;
    cut = false;
    // In progress as long as its process is running.
    expect(await target.product()).toMatchObject({ interrupted: false });
    await writeFile(
      path.join(fake.host.locations.state, 'apply.lock'),
      JSON.stringify({ pid: 4_194_304, started: '1', boot: 'another', nonce: 'x' }),
    );
    const user = openDesktopTarget({ ...fake.host, elevated: () => Promise.resolve(false) }, options);
    expect(await user.product()).toMatchObject({ interrupted: true });
    expect(await user.resume()).toEqual({ ok: true, value: null });
    expect(await settingsOf(fake)).toBe(first);
    const again = openDesktopTarget(fake.host, options);
    expect(await again.resume()).toMatchObject({
      ok: true,
      value: { outcome: { kind: 'rolled-back', restoredVersion: 0 } },
    });
    expect(await again.settings.read()).toMatchObject({ exists: false });
    expect(await user.product()).toMatchObject({ interrupted: false });
  });

  it('never gets the key that only guarded engines read', async () => {
    const { target } = await stage({ platform });
    await target.driver.start();
    const text = first.replace('{\n', '{\n  "bulkhead": { "mode": "audit" },\n');
    expect(await target.plan(text, keepAllContainers)).toMatchObject({
      ok: true,
      value: { blocked: true, blockers: [{ code: 'findings' }] },
    });
    expect(await apply(target, text)).toMatchObject({ ok: false, error: { code: 'settings.findings' } });
  });
});
