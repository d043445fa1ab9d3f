import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { getCurrentFuseWire } from '@electron/fuses';
import { listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkWire, fuses } from '../scripts/fuses.mjs';
import { startDesktopSession, type DesktopSession } from '../tests/support/desktop-session.ts';
import { removeEngineRoot } from '../tests/support/real-engine.ts';
import { connectToPage, type DebuggedPage } from './debugged-page.ts';
import { startDisplay, type Display } from './display.ts';
import { disposableSystem, type DisposableSystem } from './disposable-system.ts';
import { sandboxOf, visibleWindows } from './installed-app.ts';

// The app created by `npm run package`. Playwright's own way into Electron needs --inspect, which a fuse has
// turned off: the window is accessed through its debugging port.
const run = promisify(execFile);
const project = path.dirname(import.meta.dirname);
let work = '';
let directory = '';
let binary = '';
let display: Display;
let root = '';

beforeAll(async () => {
  work = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-packaged-'));
  root = await mkdtemp('/tmp/bh-');
  display = await startDisplay();
  await forge('package');
  directory = path.join(work, `Bulkhead-linux-${process.arch}`);
  binary = path.join(directory, 'bulkhead-app');
});
afterAll(async () => {
  await run(launcher(), ['engine', 'stop', '--root', root]).catch(() => undefined);
  await removeEngineRoot(root);
  await display.stop();
  await rm(work, { recursive: true, force: true });
});

/**
 * Runs electron-forge on the build, with outputs in `work`. Under a umask that lets nobody else read files:
 * the modes in a package must not depend on it.
 */
const forge = (...args: readonly string[]) =>
  run(
    'sh',
    [
      '-c',
      'umask 077; exec "$@"',
      'sh',
      process.execPath,
      path.join(project, 'scripts', 'forge.mjs'),
      ...args,
      '--no-set-up',
      '--out',
      work,
    ],
    { timeout: 240_000 },
  );

const launcher = () => path.join(directory, 'resources', 'program', 'bin', 'bulkhead');

/** A started app; `output` is its whole output. */
interface StartedApp {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

/** Starts the packaged app. */
function start(args: readonly string[], env: Record<string, string> = {}): StartedApp {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return startProgram([binary, ...sandbox, `--user-data-dir=${path.join(work, 'user')}`, ...args], {
    ...process.env,
    DISPLAY: display.name,
    LANG: 'en_US.UTF-8',
    LANGUAGE: 'en',
    ...env,
  });
}

function startProgram(
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): StartedApp {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk);
    });
  return {
    child,
    output: () => output,
    ended: new Promise((resolve) => {
      child.once('exit', resolve);
    }),
  };
}

/** The page of a started app. */
async function pageOf(app: StartedApp): Promise<DebuggedPage> {
  const port = await new Promise<string>((resolve, reject) => {
    const look = () => {
      const found = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(app.output())?.[1];
      if (found !== undefined) resolve(found);
    };
    app.child.stderr?.on('data', look);
    void app.ended.then((code) => {
      reject(new Error(`the packaged app ended with ${String(code)}: ${app.output()}`));
    });
    look();
  });
  return connectToPage(port);
}

/** Sends one request of the contract, like the page. */
const requestOf = (name: string, input = 'undefined', engine: string | null = null) =>
  `window.bulkhead.request(${JSON.stringify(name)}, ${input}, ${JSON.stringify(engine)})`;

describe('the packaged app', () => {
  it('has every fuse set that its runtime supports', async () => {
    const { wrong, absent } = checkWire(await getCurrentFuseWire(binary));
    expect(wrong).toEqual([]);
    // The fallback runtime is Electron 25, older than this one; a release fails without it (forge.config.ts),
    // and file: is refused by the session in both.
    expect(absent.filter((name) => name !== 'GrantFileProtocolExtraPrivileges')).toEqual([]);
    expect(fuses.map((fuse) => `${fuse.name} ${fuse.on ? 'on' : 'off'}`)).toEqual([
      'RunAsNode off',
      'EnableCookieEncryption on',
      'EnableNodeOptionsEnvironmentVariable off',
      'EnableNodeCliInspectArguments off',
      'EnableEmbeddedAsarIntegrityValidation on',
      'OnlyLoadAppFromAsar on',
      'LoadBrowserProcessSpecificV8Snapshot off',
      'GrantFileProtocolExtraPrivileges off',
    ]);
  });

  it('contains what it needs and nothing of the sources', async () => {
    const files = listPackage(path.join(directory, 'resources', 'app.asar'), { isPack: false });
    expect(files).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/dist/electron/main.cjs',
        '/dist/electron/preload.cjs',
        '/dist/renderer/index.html',
        '/dist/icons/protected.png',
        '/dist/licences.json',
      ]),
    );
    expect(
      files.filter((file) => file.endsWith('.map') || file.endsWith('.ts') || file.includes('node_modules')),
    ).toEqual([]);
  });

  it("contains the probes of both architectures: Docker Desktop's engine may be of either", async () => {
    const build = path.join(directory, 'resources', 'program', 'runtime', 'build');
    // e_machine of an ELF header: x86-64, AArch64.
    for (const [architecture, machine] of [
      ['amd64', 62],
      ['arm64', 183],
    ] as const) {
      const program = await readFile(path.join(build, architecture, 'bulkhead-probe'));
      expect([program.toString('latin1', 1, 4), program.readUInt16LE(18)]).toEqual(['ELF', machine]);
    }
    expect((await readdir(build)).sort()).toEqual(['amd64', 'arm64', 'bulkhead-runc']);
  });

  it('runs no script as Node, ignores NODE_OPTIONS, opens no inspector, loads only its archive', async () => {
    const ran = path.join(work, 'ran');
    const script = path.join(work, 'script.cjs');
    await writeFile(script, `require('node:fs').writeFileSync(${JSON.stringify(ran)}, 'x')`);
    const planted = path.join(directory, 'resources', 'app');
    await mkdir(planted);
    await cp(script, path.join(planted, 'index.js'));
    await writeFile(path.join(planted, 'package.json'), '{ "name": "planted", "main": "index.js" }');
    try {
      const app = start(['--inspect=0', '--remote-debugging-port=0', '--root', root, script], {
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: `--require=${script}`,
      });
      const page = await pageOf(app);
      expect(await page.evaluate('location.href')).toMatch(/^app:\/\/bulkhead\//);
      expect(app.output()).not.toMatch(/Debugger listening/);
      void page.evaluate(requestOf('window:action', `{ action: 'close' }`));
      expect(await app.ended).toBe(0);
      await expect(readFile(ran)).rejects.toThrow(/ENOENT/);
    } finally {
      await rm(planted, { recursive: true });
    }
  });

  it('is opened by its command line, and added to the menu', async () => {
    const env = {
      ...process.env,
      DISPLAY: display.name,
      XDG_DATA_HOME: path.join(work, 'data'),
      XDG_CONFIG_HOME: path.join(work, 'config'),
    };
    await run(launcher(), ['app', '--install'], { env });
    expect(
      await readFile(path.join(work, 'data', 'applications', 'bulkhead-desktop.desktop'), 'utf8'),
    ).toContain(`\nExec="${binary}" %u\n`);
    const { stdout } = await run(
      launcher(),
      ['app', '--json', '--root', root, '--', `--user-data-dir=${path.join(work, 'opened')}`],
      { env },
    );
    const { pid } = JSON.parse(stdout) as { pid: number };
    expect(await readlink(`/proc/${pid}/exe`)).toBe(binary);
    process.kill(pid, 'SIGTERM');
  });

  it('contains the command line with its own Node and runtime; the app starts an engine by it', async () => {
    expect((await run(launcher(), ['--version'])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    const app = start(['--remote-debugging-port=0', '--root', root]);
    const page = await pageOf(app);
    const started = await page.evaluate(requestOf('engine:start', 'undefined', `embedded:${root}`));
    expect(started).toMatchObject({ ok: true, value: { phase: 'ready' } });
    const status = JSON.parse((await run(launcher(), ['status', '--root', root, '--json'])).stdout) as {
      engine: { supervisorPid: number };
    };
    // Root's processes run from the package, not from this repository.
    expect((await readFile(`/proc/${status.engine.supervisorPid}/cmdline`, 'utf8')).split('\0')[0]).toBe(
      path.join(directory, 'resources', 'program', 'node_modules', 'node', 'bin', 'node'),
    );
    const built = await page.evaluate(
      `new Promise((done) => { const look = () => { void ${requestOf('app:state')}.then(({ value }) => ` +
        '{ if (value.backends.length > 0) done(value.backends[0].requirements.find((r) => r.code === ' +
        "'runtime-built')); else setTimeout(look, 100); }); }; look(); })",
    );
    expect(built).toEqual({
      code: 'runtime-built',
      met: true,
      found: path.join(directory, 'resources', 'program', 'runtime', 'build', 'bulkhead-runc'),
    });
    void page.evaluate(requestOf('window:action', `{ action: 'close' }`));
    expect(await app.ended).toBe(0);
  });
});

describe('the packages of the app', () => {
  /** By the ends of their names. */
  const files = { deb: '', rpm: '' };
  let system: DisposableSystem;
  let session: DesktopSession;

  beforeAll(async () => {
    await forge('make', '--skip-package', '--targets', 'deb,rpm');
    for (const kind of ['deb', 'rpm'] as const) {
      const made = path.join(work, 'make', kind, process.arch);
      const [file = ''] = await readdir(made);
      files[kind] = path.join(made, file);
    }
    system = await disposableSystem();
    session = await startDesktopSession(display.name, {
      tray: true,
      user: { ...system.user, command: system.as('user') },
    });
    // electron-forge's own limit, and the rest.
  }, 270_000);
  afterAll(async () => {
    await session?.stop();
    await system?.end();
  });

  /** A command of the user, in the session. */
  const asUser = (...command: string[]): [string, ...string[]] => [
    ...system.as('user'),
    'env',
    ...Object.entries({ ...session.env, LANG: 'C.UTF-8' }).map(([name, value]) => `${name}=${value}`),
    ...command,
  ];
  /** Runs one until it ends; what it has started may keep running. */
  const runAsUser = async (...args: string[]) => {
    const [program, ...rest] = asUser(...args);
    const [code] = (await once(spawn(program, rest, { stdio: 'ignore' }), 'exit')) as [number | null];
    expect([args, code]).toEqual([args, 0]);
  };
  const close = async (page: DebuggedPage, app: StartedApp) => {
    void page.evaluate(requestOf('window:action', `{ action: 'close' }`));
    expect(await app.ended).toBe(0);
    expect(app.output()).not.toMatch(/sandbox/i);
  };
  /** Mode, owner and name of installed files, a line each. */
  const installed = async (names: string) => {
    const list = `printf '%s' "$1" | xargs -d '\\n' stat --format '%A %U:%G %n'`;
    return (await system.run('sh', '-c', list, 'sh', names)).trimEnd().split('\n');
  };
  /** Those that are not readable by everybody, not owned by root, or setuid. */
  const unusual = (lines: readonly string[]) =>
    lines.filter((line) => !/^(?:-rw-r--r--|[-d]rwxr-xr-x|lrwxrwxrwx) root:root \//.test(line));
  const sandboxHelper = '-rwsr-xr-x root:root /usr/lib/bulkhead-desktop/chrome-sandbox';

  it('as .deb has the fields of a Debian package, and is named for its version', async () => {
    const fields = (await run('dpkg-deb', ['--field', files.deb])).stdout;
    for (const field of [
      /^Package: bulkhead-desktop$/m,
      /^Maintainer: .+$/m,
      /^Section: admin$/m,
      /^Depends: .*\blibgtk-3-0t64 \| libgtk-3-0\b/m,
      /^Recommends: .*\bbulkhead \(= [^)]+\), .*\bdocker\.io \| docker-ce\b/m,
      /^Description: Enhanced Container Isolation for any Docker engine\n \S/m,
    ])
      expect(fields).toMatch(field);
    expect(path.basename(files.deb)).toBe(
      `bulkhead-desktop_${/^Version: (.+)$/m.exec(fields)?.[1] ?? ''}_` +
        `${/^Architecture: (.+)$/m.exec(fields)?.[1] ?? ''}.deb`,
    );
    // No maintainer scripts: Debian's triggers update menus, icons and handlers of links.
    const { stdout } = await run('sh', ['-c', 'dpkg-deb --ctrl-tarfile "$1" | tar --list', 'sh', files.deb]);
    expect(stdout.trim().split('\n')).toEqual(['./', './control']);
  });

  it('as .deb is installed with its dependencies: app in PATH, menu entry, icon, licence', async () => {
    await system.run('dpkg', '--force-unsafe-io', '--install', files.deb);
    const own = await installed(await system.run('dpkg', '--listfiles', 'bulkhead-desktop'));
    expect(unusual(own)).toEqual([sandboxHelper]);
    const usr = system.file('/usr');
    expect((await system.run('realpath', '/usr/bin/bulkhead-desktop')).trim()).toBe(
      '/usr/lib/bulkhead-desktop/bulkhead-app',
    );
    const entry = await readFile(path.join(usr, 'share', 'applications', 'bulkhead-desktop.desktop'), 'utf8');
    expect(entry).toMatch(
      /^Exec="\/usr\/lib\/bulkhead-desktop\/bulkhead-app" %u$[^]*^MimeType=x-scheme-handler\/bulkhead;$/m,
    );
    const icon = path.join(usr, 'share', 'icons', 'hicolor', '512x512', 'apps', 'bulkhead-desktop.png');
    expect((await stat(icon)).size).toBeGreaterThan(1000);
    expect(await readFile(path.join(usr, 'share', 'doc', 'bulkhead-desktop', 'copyright'), 'utf8')).toBe(
      await readFile(path.join(project, 'LICENSE'), 'utf8'),
    );
  });

  it('as .deb opens a window for a user, sandboxed by a user namespace, and takes links', async () => {
    const app = startProgram(asUser('bulkhead-desktop', '--remote-debugging-port=0'), process.env);
    const page = await pageOf(app);
    await page.until(`document.querySelector('main h1') !== null`);
    expect(await sandboxOf(system.user.uid)).toEqual({
      confined: true,
      ownUserNamespace: true,
      helper: false,
    });
    expect(await visibleWindows(display.name)).toEqual([expect.stringMatching(/Bulkhead/)]);
    // What a desktop's settings write; its menus read the entry itself.
    await runAsUser('gio', 'mime', 'x-scheme-handler/bulkhead', 'bulkhead-desktop.desktop');
    await runAsUser('gio', 'open', 'bulkhead://docker-socket');
    await page.until(`location.hash === '#/docker-socket'`);
    await mkdir(path.join(project, 'artifacts', 'screenshots'), { recursive: true });
    await writeFile(path.join(project, 'artifacts', 'screenshots', 'installed.png'), await page.screenshot());
    expect(await page.evaluate(requestOf('desktop:start-at-login', '{ on: true }'))).toMatchObject({
      ok: true,
      value: { startsAtLogin: true },
    });
    await close(page, app);
  });

  it('as .deb starts with the session in the tray, without a window until it is asked for one', async () => {
    await runAsUser(
      'gio',
      'launch',
      path.join(session.env['XDG_CONFIG_HOME'] ?? '', 'autostart', 'bulkhead-desktop.desktop'),
    );
    const item = async (label: string) => (await session.trayMenu()).find((one) => one.label === label);
    await expect.poll(() => item('Open Bulkhead'), { timeout: 30_000 }).toBeDefined();
    expect(await visibleWindows(display.name)).toEqual([]);
    await (await item('Open Bulkhead'))?.click();
    await expect
      .poll(() => visibleWindows(display.name), { timeout: 30_000 })
      .toEqual([expect.stringMatching(/Bulkhead/)]);
    expect(await sandboxOf(system.user.uid)).toMatchObject({ confined: true });
    await (await item('Quit'))?.click();
    await expect.poll(() => sandboxOf(system.user.uid), { timeout: 30_000 }).toBeNull();
  });

  it('as .deb is removed completely', async () => {
    const own = (await system.run('dpkg', '--listfiles', 'bulkhead-desktop')).split('\n');
    await system.run('dpkg', '--purge', 'bulkhead-desktop');
    for (const name of own.filter((file) => file.includes('bulkhead')))
      await expect(stat(system.file(name)), name).rejects.toThrow(/ENOENT/);
  });

  it('as .rpm has the same files, and requires what Electron is linked to', async () => {
    const query = async (format: string) => (await run('rpm', ['-qp', '--qf', format, files.rpm])).stdout;
    expect(await query('%{NAME} %{ARCH} %{OS} %{LICENSE} %{PAYLOADCOMPRESSOR}')).toBe(
      `bulkhead-desktop ${process.arch === 'arm64' ? 'aarch64' : 'x86_64'} linux Apache-2.0 zstd`,
    );
    const packed = await query('[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]');
    const entries = packed.trimEnd().split('\n');
    expect(unusual(entries)).toEqual([sandboxHelper]);
    for (const name of [
      '/usr/bin/bulkhead-desktop',
      '/usr/lib/bulkhead-desktop/resources/program/bin/bulkhead',
      '/usr/lib/bulkhead-desktop/resources/program/runtime/build/amd64/bulkhead-probe',
      '/usr/lib/bulkhead-desktop/resources/program/runtime/build/arm64/bulkhead-probe',
      '/usr/share/applications/bulkhead-desktop.desktop',
      '/usr/share/doc/bulkhead-desktop/copyright',
      '/usr/share/icons/hicolor/512x512/apps/bulkhead-desktop.png',
    ])
      expect(entries.some((line) => line.endsWith(` ${name}`))).toBe(true);
    // Nothing of other packages, and no links named by build ids.
    expect(entries.filter((line) => !line.includes('bulkhead-desktop'))).toEqual([]);
    const required = (await run('rpm', ['-qp', '--requires', files.rpm])).stdout;
    for (const name of ['gtk3', 'xdg-utils', 'libasound.so.2()(64bit)', '(nss or mozilla-nss)'])
      expect(required.split('\n')).toContain(name);
  });

  it("as .rpm is installed, and opens a window where Chromium's sandbox is its setuid program", async () => {
    // Debian's rpm has no list of Debian's packages.
    const options = ['--nodeps', '--dbpath', '/var/cache/bulkhead-test-rpm'];
    await system.run('rpm', ...options, '--install', files.rpm);
    const names = await system.run('rpm', '-qpl', files.rpm);
    expect(unusual(await installed(names))).toEqual([sandboxHelper]);
    // Where user namespaces are off, or only for root.
    const app = startProgram(
      asUser('bulkhead-desktop', '--remote-debugging-port=0', '--disable-namespace-sandbox'),
      process.env,
    );
    const page = await pageOf(app);
    await page.until(`document.querySelector('main h1') !== null`);
    expect(await sandboxOf(system.user.uid)).toEqual({
      confined: true,
      ownUserNamespace: false,
      helper: true,
    });
    await close(page, app);
    await system.run('rpm', ...options, '--erase', 'bulkhead-desktop');
    await expect(stat(system.file('/usr/lib/bulkhead-desktop'))).rejects.toThrow(/ENOENT/);
  });
});
