import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { findApp, launchApp, missingDisplay } from './app-launch.ts';
import { installInMenu, removeFromMenu } from './app-menu.ts';
import { appArguments, appVersions, describeVersions } from './app.ts';
import { buildProgram } from './program.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-app-test-'));
});
afterEach(() => rm(directory, { recursive: true }));

const args = (given: string[], options: Parameters<typeof appArguments>[1] = {}) => {
  const made = appArguments(given, options);
  return made.ok ? made.value : made.error.message;
};

describe('arguments passed on by bulkhead app', () => {
  it('are the engine, the place and everything after --', () => {
    expect(args([], { root: '/r', route: 'isolation/bulkhead/mode' })).toEqual([
      '--root',
      '/r',
      '--route',
      'isolation/bulkhead/mode',
    ]);
    expect(
      args(['bulkhead://containers?show=unprotected', '--user-data-dir=/u'], {
        target: 'docker-desktop',
        root: '/r',
        hidden: true,
      }),
    ).toEqual([
      '--target',
      'docker-desktop',
      'bulkhead://containers?show=unprotected',
      '--hidden',
      '--user-data-dir=/u',
    ]);
    expect(args([])).toEqual([]);
  });

  it('are refused if they name no existing place, engine or link', () => {
    expect(args([], { route: 'nowhere' })).toBe('"nowhere" is not a page or setting of the app');
    expect(args([], { route: 'overview/bulkhead/mode' })).toBe(
      '"overview/bulkhead/mode" is not a page or setting of the app',
    );
    expect(args(['https://x'])).toBe('"https://x" is not a link that the app opens');
    expect(args(['bulkhead://json?text=x'])).toBe(
      '"bulkhead://json?text=x" is not a link that the app opens',
    );
    expect(args(['bulkhead://json'], { route: 'json' })).toBe(
      'one place can be shown, and several were named',
    );
    expect(args([], { target: 'x' })).toBe('"x" is not the id of an engine');
  });
});

describe('the app of the command line', () => {
  it('is the packaged one if the command line is part of a package', async () => {
    const program = path.join(directory, 'resources', 'program');
    await mkdir(program, { recursive: true });
    expect((await findApp(program, 'linux')).ok).toBe(false);
    await writeFile(path.join(directory, 'resources', 'app.asar'), '');
    await writeFile(path.join(directory, 'bulkhead-app'), '');
    expect(await findApp(program, 'linux')).toEqual({
      ok: true,
      value: { program: path.join(directory, 'bulkhead-app'), first: [], packaged: true },
    });
  });

  it('is that of the package bulkhead-desktop next to the package for servers', async () => {
    const server = path.join(directory, 'lib', 'bulkhead');
    const desktop = path.join(directory, 'lib', 'bulkhead-desktop');
    expect(await findApp(server, 'linux')).toMatchObject({
      ok: false,
      error: {
        message: 'the desktop app is not installed',
        hint: 'Install the package bulkhead-desktop.',
      },
    });
    await mkdir(path.join(desktop, 'resources'), { recursive: true });
    await writeFile(path.join(desktop, 'resources', 'app.asar'), '');
    await writeFile(path.join(desktop, 'bulkhead-app'), '');
    expect(await findApp(server, 'linux')).toEqual({
      ok: true,
      value: { program: path.join(desktop, 'bulkhead-app'), first: [], packaged: true },
    });
  });

  it('is missing, with what to run, if nothing was built or there is no runtime', async () => {
    await mkdir(path.join(directory, 'scripts'));
    expect(await findApp(directory)).toMatchObject({
      ok: false,
      error: {
        message: 'the desktop app is not built',
        hint: expect.stringContaining('npm run build') as string,
      },
    });
    for (const file of ['dist/electron/main.cjs', 'dist/renderer/index.html']) {
      await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
      await writeFile(path.join(directory, file), '');
    }
    expect(await findApp(directory)).toMatchObject({
      ok: false,
      error: {
        message: 'there is no Electron runtime to run the app with',
        hint: expect.stringContaining('npm run set-up') as string,
      },
    });
  });

  it('needs a display, X\u2019s or Wayland\u2019s', () => {
    expect(missingDisplay({}, 'linux')).toMatchObject({
      code: 'input.unusable',
      reason: 'neither DISPLAY nor WAYLAND_DISPLAY is set',
    });
    expect(missingDisplay({ DISPLAY: ':0' }, 'linux')).toBeNull();
    expect(missingDisplay({ DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBeNull();
    expect(missingDisplay({}, 'darwin')).toBeNull();
  });
});

describe('the version of the app', () => {
  const released = packageJson.devDependencies.electron;
  const versions = async (electron: string | null) => {
    if (electron !== null) await writeFile(path.join(directory, 'version'), electron);
    return appVersions({ program: path.join(directory, 'bulkhead-app'), first: [], packaged: true });
  };

  it.each([
    ['the Electron of releases', released, false, `Electron ${released}`],
    ['another Electron', 'v25.1.1\n', true, `Electron 25.1.1 (fallback; releases have ${released})`],
    ['an Electron that is not known', null, false, `Bulkhead ${packageJson.version}`],
  ])('names %s', async (_, electron, fallback, shown) => {
    const found = await versions(electron);
    expect(found).toEqual({
      version: packageJson.version,
      electron: electron?.trim().replace('v', '') ?? null,
      fallback,
    });
    expect(describeVersions(found)).toContain(shown);
  });

  it('is that of the app, not of the command line', async () => {
    const program = await buildProgram(['app', '--version']);
    expect(program.options.map(({ long }) => long)).not.toContain('--version');
    const app = program.commands.find((command) => command.name() === 'app');
    expect(app?.options.map(({ long }) => long)).toContain('--version');
    const other = await buildProgram(['status', '--version']);
    expect(other.options.map(({ long }) => long)).toContain('--version');
  });
});

describe('a start', () => {
  /** A fake binary of the app: Node on a script. */
  const fakeApp = async (script: string) => {
    const file = path.join(directory, 'app.cjs');
    await writeFile(file, script);
    return { program: process.execPath, first: [file], packaged: false };
  };
  // Node does not accept --no-sandbox before its script, where a start as root puts it.
  const program = async (script: string) => {
    const { program: node, first } = await fakeApp(script);
    const launcher = path.join(directory, 'launcher');
    await writeFile(launcher, `#!/bin/sh\nexec "${node}" "${String(first[0])}" "$@"\n`, { mode: 0o755 });
    return { program: launcher, first: [], packaged: false };
  };

  it('ends once the window is shown; the app keeps running, even if it prints more', async () => {
    const app = await program(
      'console.log("x"); console.log("shown"); process.stdout.on("error", () => undefined); ' +
        'setInterval(() => console.log("more"), 20);',
    );
    const started = await launchApp(app, []);
    if (!started.ok || started.value.pid === null) throw new Error('it did not start');
    expect(started.value.alreadyOpen).toBe(false);
    expect(process.kill(started.value.pid, 0)).toBe(true);
    process.kill(started.value.pid);
  });

  it('reports that the window was open already if the app ended at once with success', async () => {
    expect(await launchApp(await program(''), [])).toEqual({
      ok: true,
      value: { pid: null, alreadyOpen: true },
    });
  });

  it('prints the app’s last output if it failed, and the reason if it could not be started', async () => {
    expect(
      await launchApp(
        await program(
          'console.error("[1:2/3.4:ERROR:bus.cc(399)] Failed to connect to the bus: ' +
            'x\\n[1:2/3.4:ERROR:ozone_platform_x11.cc(239)] Missing X ' +
            'server\\n[1:2/3.4:ERROR:env.cc(255)] Exiting.\\nThe futex facility"); process.exitCode = 1;',
        ),
        [],
      ),
    ).toMatchObject({
      ok: false,
      error: { message: 'the app ended before it showed its window', reason: 'Missing X server' },
    });
    expect(await launchApp({ program: '/nowhere/app', first: [], packaged: true }, [])).toMatchObject({
      ok: false,
      error: { reason: expect.stringContaining('ENOENT') as string },
    });
  });

  it('does not run as Node in an editor’s terminal, and gets the arguments', async () => {
    const recorded = path.join(directory, 'seen');
    await launchApp(
      await program(
        `require('node:fs').writeFileSync(${JSON.stringify(recorded)}, ` +
          'JSON.stringify([process.argv.slice(2), process.env.ELECTRON_RUN_AS_NODE ?? null]))',
      ),
      ['--route', 'json'],
      { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    );
    const [argv, asNode] = JSON.parse(await readFile(recorded, 'utf8')) as [string[], string | null];
    expect([argv.filter((arg) => arg !== '--no-sandbox'), asNode]).toEqual([
      ['--route', 'json', '--report-shown'],
      null,
    ]);
  });
});

describe('the menu entry', () => {
  it('starts the app with a link, has its icon, and is removed again', async () => {
    const root = path.join(directory, 'program');
    await mkdir(path.join(root, 'dist', 'icons'), { recursive: true });
    await writeFile(path.join(root, 'dist', 'icons', 'app.png'), 'png');
    const env = { XDG_DATA_HOME: path.join(directory, 'data') };
    const packaged = await installInMenu(
      { program: '/opt/50% Bulkhead/bulkhead-app', first: [], packaged: true },
      root,
      env,
      'linux',
    );
    if (!packaged.ok) throw new Error(packaged.error.message);
    const { entry, icon } = packaged.value;
    expect(entry).toBe(path.join(directory, 'data', 'applications', 'bulkhead-desktop.desktop'));
    expect(await readFile(entry, 'utf8')).toMatch(
      /^Exec="\/opt\/50%% Bulkhead\/bulkhead-app" %u$[^]*^MimeType=x-scheme-handler\/bulkhead;$/m,
    );
    expect(await readFile(icon, 'utf8')).toBe('png');
    await installInMenu({ program: '/electron', first: [root], packaged: false }, root, env, 'linux');
    expect(await readFile(entry, 'utf8')).toContain(`\nExec="${root}/bin/bulkhead" "app" %u\n`);
    expect(await removeFromMenu(env, 'linux')).toMatchObject({ ok: true, value: { installed: false } });
    for (const file of [entry, icon]) await expect(stat(file)).rejects.toThrow(/ENOENT/);
    expect(await removeFromMenu(env, 'linux')).toMatchObject({ ok: true });
  });

  it('is handled by the system elsewhere', async () => {
    expect(await removeFromMenu({}, 'darwin')).toMatchObject({
      ok: false,
      error: { code: 'input.unusable' },
    });
  });
});
