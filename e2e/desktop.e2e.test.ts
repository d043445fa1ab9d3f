import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDesktopSession, type DesktopSession } from '../tests/support/desktop-session.ts';
import { bulkheadCommand, setStage, type AppWindow, type Stage } from './app.ts';
import { startDisplay, type Display } from './display.ts';

// The app on a desktop: a session bus, a real notification server (dunst) and a real panel with a tray
// (Xfce's), and an engine under ECI.
const run = promisify(execFile);
let display: Display;
let desktop: DesktopSession;
let stage: Stage;
let window: AppWindow;
const displayBefore = process.env['DISPLAY'];

beforeAll(async () => {
  display = await startDisplay();
  process.env['DISPLAY'] = display.name;
  desktop = await startDesktopSession(display.name, { tray: true });
  stage = await setStage({
    engine: true,
    prepare: (paths) =>
      writeFile(
        paths.settings,
        '{ "configurationFileVersion": 2, "enhancedContainerIsolation": { "locked": true, "value": ' +
          'true } }\n',
      ),
  });
  window = await stage.open({ env: desktop.env });
  await window.until(
    'the desktop to be looked at, and a first scan',
    (s) => s.desktop.tray && s.desktop.notifications && s.scan !== null,
    60_000,
  );
});
afterAll(async () => {
  await stage.end();
  await desktop.stop();
  if (displayBefore === undefined) delete process.env['DISPLAY'];
  await display.stop();
});

/** Resolves with the first truthy result. */
async function eventually<T>(
  what: string,
  poll: () => Promise<T | null | undefined | false>,
  ms = 60_000,
): Promise<T> {
  for (const deadline = Date.now() + ms; ;) {
    const result = await poll();
    if (result !== null && result !== undefined && result !== false) return result;
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await delay(100);
  }
}
const visible = () =>
  window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true);
const hide = () =>
  window.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.hide();
  });
const address = () => window.page.evaluate(() => location.hash);
const refuse = () =>
  stage.docker('run', '--rm', '-v', '/etc:/x', 'busybox', 'true').then(
    () => {
      throw new Error('a mount of /etc was allowed');
    },
    () => undefined,
  );
const menu = async () =>
  (await desktop.trayMenu()).map(({ label, enabled }) => `${label}${enabled ? '' : ' (grey)'}`);
const item = async (label: string) =>
  eventually(`${label} in the tray's menu`, async () =>
    (await desktop.trayMenu()).find((one) => one.label === label && one.enabled),
  );

/** Starts the app a second time, as a link or a launcher does. Resolves with its exit code. */
function startAgain(...args: string[]): Promise<number | null> {
  const own = window.app.process();
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const userData = own.spawnargs.find((arg) => arg.startsWith('--user-data-dir=')) ?? '';
  const child = spawn(own.spawnfile, [...sandbox, path.dirname(import.meta.dirname), userData, ...args], {
    env: { ...process.env, ...desktop.env },
    stdio: 'ignore',
  });
  return new Promise((resolve) => {
    child.once('exit', resolve);
  });
}

describe('a notification', () => {
  it('reports a denial, and a click on it shows the window at its entry', async () => {
    await hide();
    await refuse();
    const [shown] = await eventually('a notification', async () => {
      const all = await desktop.notifications();
      return all.length > 0 && all;
    });
    expect(shown?.title).toMatch(/^Denied: .*\/etc/);
    expect(shown?.body).toMatch(/enhanced container isolation/);
    await desktop.click();
    await eventually('the window', visible);
    await eventually('the entry', async () => /^#\/activity\?entry=[\w%.:-]+$/.test(await address()));
    await window.page.getByRole('main').getByText('/etc').first().waitFor();
    await desktop.clear();
  });

  it('is rate-limited: twenty denials within the pause cause none at once', async () => {
    await hide();
    for (let n = 0; n < 20; n++) await refuse();
    await window.until('the log to have them', (s) => (s.activity.days.at(-1)?.denied ?? 0) >= 21, 60_000);
    expect((await desktop.notifications()).length).toBeLessThanOrEqual(1);
    await desktop.clear();
  });

  it('notifies that the engine stopped without a request', async () => {
    await hide();
    const { engine } = await window.state();
    if (engine.supervisorPid === null) throw new Error('the engine has no supervisor');
    process.kill(engine.supervisorPid, 'SIGKILL');
    await eventually(
      'the notification',
      async () =>
        (await desktop.notifications()).some(({ title }) => title === 'The engine stopped unexpectedly'),
      60_000,
    );
    await eventually('the tray to say so', async () =>
      (await menu()).some((label) => /: Engine (failed|stopped)/.test(label)),
    );
    await desktop.clear();
    await window.until('the tray to bring it back', (s) => s.busy.engine === null);
    await (await item('Start engine')).click();
    await window.until('the engine to run again', (s) => s.engine.phase === 'ready', 90_000);
  });
});

describe('the tray', () => {
  it('shows the state and offers the possible actions', async () => {
    await window.request('verify:run', undefined);
    const labels = await eventually(
      'the state',
      async () => {
        const all = await menu();
        return all.some((label) => /: Protected \(grey\)$/.test(label)) && all;
      },
      60_000,
    );
    expect(labels).toEqual([
      expect.stringMatching(/: Protected \(grey\)$/),
      'Open Bulkhead',
      'Verify now',
      'Stop engine…',
      'Quit',
    ]);
  });

  it('prompts in the window before it stops an engine', async () => {
    await hide();
    await (await item('Stop engine…')).click();
    await eventually('the window', visible);
    const question = window.page.getByRole('dialog', { name: 'Stop the engine?' });
    await question.waitFor();
    await window.screenshot('tray-stop');
    expect((await window.state()).busy.engine).toBeNull();
    await question.getByRole('button', { name: 'Leave it running' }).click();
    expect((await window.state()).engine.phase).toBe('ready');
    // A reload does not open the confirmation again.
    expect(await address()).toBe('#/overview');
  });

  it('changes to the window’s language at once', async () => {
    await window.request('preferences:set', { language: 'zh-CN' });
    await eventually('Chinese', async () => (await menu()).includes('立即验证'));
    await window.request('preferences:set', { language: 'en' });
    await item('Verify now');
  });

  it('keeps the app when its window is closed, if the user prefers that, and reopens it', async () => {
    await window.request('preferences:set', { closeToTray: true });
    await window.request('window:action', { action: 'close' });
    await eventually('the window to go', async () => !(await visible()));
    await (await item('Open Bulkhead')).click();
    await eventually('the window', visible);
  });
});

describe('a second start', () => {
  it('shows the window at the place it names, and ends', async () => {
    await hide();
    expect(await startAgain('--route', 'containers?show=unprotected')).toBe(0);
    await eventually('the window', visible);
    await eventually('the place', async () => (await address()) === '#/containers?show=unprotected');
    expect(await startAgain('bulkhead://docker-socket')).toBe(0);
    await eventually('the place', async () => (await address()) === '#/docker-socket');
  });

  it('ignores a link that is not on the list', async () => {
    for (const link of [
      'bulkhead://json?text=x',
      'bulkhead://../../etc/passwd',
      'bulkhead://activity?entry=<img>',
    ])
      expect(await startAgain(link)).toBe(0);
    expect(await address()).toBe('#/docker-socket');
  });
});

describe('bulkhead app', () => {
  /** The command line, with the same user's store as the open window. */
  const command = (...args: string[]) =>
    run(
      bulkheadCommand,
      [
        'app',
        ...args,
        '--',
        window.app.process().spawnargs.find((arg) => arg.startsWith('--user-data-dir=')) ?? '',
      ],
      { env: { ...process.env, ...desktop.env, LANG: 'en_US.UTF-8' } },
    );

  it('passes a link to the open window, which shows the linked setting and focuses it', async () => {
    await hide();
    expect((await command('--route', 'isolation/bulkhead/mode')).stdout).toBe(
      'The app is open already: its window is in front now.\n',
    );
    await eventually('the window', visible);
    await eventually('the setting', () =>
      window.page.evaluate(
        () =>
          document.activeElement?.closest('[data-pointer]')?.getAttribute('data-pointer') ===
          '/bulkhead/mode',
      ),
    );
    await command('bulkhead://docker-socket?setting=/enhancedContainerIsolation/dockerSocketMount/imageList');
    await eventually(
      'the other setting',
      async () =>
        (await address()) ===
        '#/' +
          'docker-socket?pointer=' +
          encodeURIComponent('/enhancedContainerIsolation/dockerSocketMount/imageList'),
    );
    await eventually('the focus', () =>
      window.page.evaluate(() => document.activeElement?.closest('[data-pointer]') !== null),
    );
  });

  it('refuses an unknown place, and names what is missing without a display', async () => {
    await expect(command('--route', 'nowhere')).rejects.toThrow(
      /"nowhere" is not a page or setting of the app/,
    );
    await expect(
      run(bulkheadCommand, ['app'], {
        env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', LANG: 'en_US.UTF-8' },
      }),
    ).rejects.toThrow(/there is no display to show the app on/);
  });

  it('starts the app if none is open, and ends while the app keeps running', async () => {
    const user = path.join(stage.paths.root, 'another-user');
    // Without the session's bus: a second icon in the tray would disturb this test.
    const { stdout } = await run(
      bulkheadCommand,
      ['app', '--json', '--root', stage.paths.root, '--', `--user-data-dir=${user}`],
      { env: { ...process.env, ...desktop.env, DBUS_SESSION_BUS_ADDRESS: 'disabled:' } },
    );
    const { pid, alreadyOpen } = JSON.parse(stdout) as { pid: number; alreadyOpen: boolean };
    expect(alreadyOpen).toBe(false);
    process.kill(pid, 'SIGTERM');
    await eventually('its end', () => Promise.resolve(!existsSync(`/proc/${pid}`)));
  });

  it("adds the app to the user's menu, as the handler of its links", async () => {
    const env = { ...process.env, ...desktop.env, XDG_DATA_HOME: path.join(stage.paths.root, 'data-home') };
    await run(bulkheadCommand, ['app', '--install'], { env });
    const entry = await readFile(
      path.join(env.XDG_DATA_HOME, 'applications', 'bulkhead-desktop.desktop'),
      'utf8',
    );
    expect(entry).toContain(`\nExec="${bulkheadCommand}" "app" %u\n`);
    expect(entry).toContain('\nMimeType=x-scheme-handler/bulkhead;\n');
    expect(
      (
        await readFile(
          path.join(env.XDG_DATA_HOME, 'icons', 'hicolor', '512x512', 'apps', 'bulkhead-desktop.png'),
        )
      )
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    await run(bulkheadCommand, ['app', '--uninstall'], { env });
    expect(existsSync(path.join(env.XDG_DATA_HOME, 'applications', 'bulkhead-desktop.desktop'))).toBe(false);
  });
});

describe('start at login', () => {
  it('is a file of the desktop that starts the app hidden, and is removed when turned off', async () => {
    const file = path.join(desktop.env['XDG_CONFIG_HOME'] ?? '', 'autostart', 'bulkhead-desktop.desktop');
    expect(await window.request('desktop:start-at-login', { on: true })).toMatchObject({
      ok: true,
      value: { startsAtLogin: true },
    });
    expect(await readFile(file, 'utf8')).toMatch(/^Exec="[^"]+electron" "[^"]+" "--hidden"$/m);
    expect(await window.request('desktop:start-at-login', { on: false })).toMatchObject({
      ok: true,
      value: { startsAtLogin: false },
    });
    expect(existsSync(file)).toBe(false);
  });
});

describe('Quit in the tray', () => {
  it('ends the app, also when closing the window would keep it', async () => {
    const ended = new Promise((resolve) => {
      window.app.process().once('exit', resolve);
    });
    await (await item('Quit')).click();
    expect(await ended).toBe(0);
  });
});
