import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  fakeDockerDesktop,
  type FakeDesktop,
  type FakeDesktopOptions,
} from '../../../tests/support/fake-docker-desktop.ts';
import { textOnlyEngine } from '../../../tests/support/desktop-engines.ts';
import { componentsVersion, desktopFacts, plistVersion } from './detect.ts';
import { startCommand, quitCommands } from './commands.ts';
import { thisHost } from './host.ts';
import { desktopLocations, type DesktopPlatform } from './locations.ts';
import { desktopPresence } from './presence.ts';
import { openDesktopTarget } from './target.ts';
import { apply, first } from './desktop-fixture.ts';

// Everything here runs on a fake; not run on a real Docker Desktop.
let desktop: FakeDesktop | undefined;
afterEach(async () => {
  await desktop?.end();
  desktop = undefined;
});

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

describe('other failures of it (fake)', () => {
  it('reports that it did not quit', async () => {
    const { made, target } = await stage({
      platform: 'darwin',
      version: '4.30.0',
      without: ['/usr/bin/osascript'],
    });
    await target.driver.start();
    expect(await target.driver.stop({ timeoutMs: 100 })).toMatchObject({
      ok: false,
      error: { code: 'engine.stop-failed', hint: 'Quit it from its menu, then try again.' },
    });
    expect(await made.calls()).toHaveLength(1);
  });

  it("distinguishes its processes from others', and reports what is unknown", async () => {
    const requested: string[] = [];
    const { made } = await stage({ platform: 'linux' });
    const answers = (platform: DesktopPlatform, code: number | null, stdout = '') =>
      desktopPresence({
        ...made.host,
        platform,
        user: { uid: 1000, name: 'sam' },
        locations: { ...desktopLocations({ platform, home: made.host.home, env: {} }), sockets: [] },
        run: (program, args) => {
          requested.push([program, ...args].join(' '));
          return Promise.resolve({ code, stdout, stderr: '' });
        },
      });
    expect([await answers('linux', 0), await answers('linux', 1), await answers('linux', null)]).toEqual([
      'silent',
      'gone',
      'unknown',
    ]);
    expect(await answers('darwin', 0)).toBe('silent');
    expect([
      await answers('win32', 0, '"Docker Desktop.exe","1234","Console","1","120,144 K"'),
      await answers('win32', 0, '"com.docker.backend.exe","12","Console","1","1 K"\r\n'),
      await answers('win32', 0, '"com.docker.service","99","Services","0","1 K"'),
      await answers('win32', 1),
    ]).toEqual(['silent', 'silent', 'gone', 'unknown']);
    expect([...new Set(requested)]).toEqual([
      '/usr/bin/pgrep -u 1000 -f ^(/opt/docker-desktop/bin/docker-desktop|/opt/docker-desktop/bin/' +
        'com\\.docker\\.backend|/opt/docker-desktop/Docker Desktop)( |$)',
      '/usr/bin/pgrep -u 1000 -f ^(/Applications/Docker\\.app/Contents/MacOS/Docker ' +
        'Desktop\\.app/Contents/MacOS/Docker Desktop|/Applications/Docker\\.app/Contents/MacOS/Docker|/' +
        'Applications/Docker\\.app/Contents/MacOS/com\\.docker\\.backend)( |$)',
      'C:\\Windows\\System32\\tasklist.exe /FO CSV /NH',
    ]);
  });

  it.skipIf(process.platform !== 'linux')('finds real processes by the real pgrep', async () => {
    const { made } = await stage({ platform: 'linux' });
    const program = path.join(made.directory, 'Docker Desktop (1).app', 'backend');
    await mkdir(path.dirname(program));
    await copyFile('/usr/bin/sleep', program);
    const host = {
      ...made.host,
      run: thisHost()?.run ?? made.host.run,
      locations: { ...made.host.locations, programs: [program] },
    };
    expect(await desktopPresence(host)).toBe('gone');
    const child = spawn(program, ['100']);
    try {
      await once(child, 'spawn');
      expect(await desktopPresence(host)).toBe('silent');
    } finally {
      child.kill();
      await once(child, 'exit');
    }
    expect(await desktopPresence(host)).toBe('gone');
  });

  it('gives up waiting, with a possible reason, and honours a cancel', async () => {
    const { target } = await stage({
      platform: 'linux',
      engine: { start: () => Promise.resolve(), stop: () => Promise.resolve() },
    });
    const logLines: string[] = [];
    expect(
      await target.driver.start({
        timeoutMs: 200,
        onLog: (line) => {
          logLines.push(line.text);
        },
      }),
    ).toMatchObject({
      ok: false,
      error: { code: 'engine.start-failed', hint: expect.stringContaining('sign in') as string },
    });
    expect(logLines).toEqual(['starting Docker Desktop']);
    const controller = new AbortController();
    controller.abort();
    expect(await target.driver.start({ signal: controller.signal })).toMatchObject({
      ok: false,
      error: { code: 'apply.cancelled' },
    });
  });

  it('refuses a directory that others may write to', async () => {
    const { made, target } = await stage({ platform: 'linux' });
    await target.driver.start();
    await mkdir(path.dirname(made.host.locations.settings), { recursive: true, mode: 0o777 });
    await import('node:fs/promises').then(({ chmod }) =>
      chmod(path.dirname(made.host.locations.settings), 0o777),
    );
    expect(await apply(target, first)).toMatchObject({ ok: false, error: { code: 'settings.unwritable' } });
  });
});

describe('facts about an installed Docker Desktop', () => {
  it('contain versions from its files, never guessed ones', () => {
    expect(plistVersion('<key>CFBundleShortVersionString</key>\n\t<string>4.36.0</string>')).toBe('4.36.0');
    expect(plistVersion('<key>CFBundleVersion</key><string>4.36.0</string>')).toBeNull();
    expect(componentsVersion('\uFEFF{"appVersion":"4.41.2"}')).toBe('4.41.2');
    expect(componentsVersion('{"Informational":"4.19.0.106363-abc"}')).toBeNull();
    expect([componentsVersion('{'), componentsVersion('[]'), componentsVersion('{"appVersion":4}')]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it.each<[string, string | null, Record<string, unknown> | null, string, string]>([
    ['neither says', null, null, 'wsl2', 'platform'],
    ['the user chose Hyper-V', null, { WslEngineEnabled: false }, 'hyper-v', 'user-settings'],
    [
      'the admin locked WSL 2',
      '{"linuxVM":{"wslEngineEnabled":{"locked":true,"value":true}}}',
      { WslEngineEnabled: false },
      'wsl2',
      'admin-settings',
    ],
    [
      'the admin has a default only',
      '{"linuxVM":{"wslEngineEnabled":{"locked":false,"value":true}}}',
      { wslEngineEnabled: false },
      'hyper-v',
      'user-settings',
    ],
    [
      'the user never chose',
      '{"linuxVM":{"wslEngineEnabled":{"locked":false,"value":false}}}',
      {},
      'hyper-v',
      'admin-settings',
    ],
    ['a file is broken', '{', null, 'wsl2', 'platform'],
  ])('identifies the machine on Windows where %s', async (_case, admin, user, virtualMachine, from) => {
    const { made } = await stage({ platform: 'win32' });
    const put = async (file: string | undefined, text: string | null) => {
      if (file === undefined || text === null) return;
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    };
    await put(made.host.locations.settings, admin);
    await put(made.host.locations.userSettings[0], user === null ? null : JSON.stringify(user));
    expect(await desktopFacts(made.host)).toMatchObject({ virtualMachine, virtualMachineFrom: from });
  });

  it('reports a file at the place of older documents, and ignores it', async () => {
    const { made, target } = await stage({ platform: 'linux' });
    expect(await target.product()).toMatchObject({ olderSettings: null });
    const older = made.host.locations.olderSettings[0] ?? '';
    await mkdir(path.dirname(older), { recursive: true });
    await writeFile(older, first);
    expect(await target.product()).toMatchObject({ olderSettings: older });
    expect(await target.settings.read()).toMatchObject({ exists: false, applied: '' });
  });

  it("runs the user's programs as the user if it was elevated", async () => {
    const { made } = await stage({ platform: 'linux' });
    const facts = { restartBy: 'system', program: null } as const;
    const linux = { ...made.host, user: { uid: 1000, name: 'sam' } };
    expect(quitCommands(linux, facts, null)).toEqual([
      {
        program: '/usr/sbin/runuser',
        args: [
          '-u',
          'sam',
          '--',
          '/usr/bin/env',
          'XDG_RUNTIME_DIR=/run/user/1000',
          'DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus',
          'HOME=/home/sam',
          '/usr/bin/systemctl',
          '--user',
          'stop',
          'docker-desktop',
        ],
      },
    ]);
    expect(startCommand({ ...linux, platform: 'darwin' }, facts, null)).toEqual({
      program: '/bin/launchctl',
      args: [
        'asuser',
        '1000',
        '/usr/bin/sudo',
        '-n',
        '-H',
        '-u',
        '#1000',
        '--',
        '/usr/bin/open',
        '-g',
        '-b',
        'com.docker.docker',
      ],
    });
  });
});
