import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { getCurrentFuseWire } from '@electron/fuses';
import { listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkWire, fuses } from '../scripts/fuses.mjs';
import { removeEngineRoot } from '../tests/support/real-engine.ts';
import { connectToPage, type DebuggedPage } from './debugged-page.ts';
import { startDisplay, type Display } from './display.ts';

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

/** Runs electron-forge on the build, with outputs in `work`. */
const forge = (...args: readonly string[]) =>
  run(process.execPath, [path.join(project, 'scripts', 'forge.mjs'), ...args, '--no-set-up', '--out', work], {
    timeout: 240_000,
  });

const launcher = () => path.join(directory, 'resources', 'program', 'bin', 'bulkhead');

/** Starts the packaged app; `output` is its whole output. */
function start(
  args: readonly string[],
  env: Record<string, string> = {},
): { readonly child: ChildProcess; readonly output: () => string; readonly ended: Promise<number | null> } {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(binary, [...sandbox, `--user-data-dir=${path.join(work, 'user')}`, ...args], {
    env: { ...process.env, DISPLAY: display.name, LANG: 'en_US.UTF-8', LANGUAGE: 'en', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
async function pageOf(app: ReturnType<typeof start>): Promise<DebuggedPage> {
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

  it('is a Debian package: app in PATH, menu entry, icon, licence, dependencies', async () => {
    await forge('make', '--skip-package', '--targets', 'deb');
    const made = path.join(work, 'make', 'deb', process.arch);
    const [file = ''] = await readdir(made);
    const deb = path.join(made, file);
    const fields = (await run('dpkg-deb', ['--field', deb])).stdout;
    for (const field of [
      /^Package: bulkhead-desktop$/m,
      /^Maintainer: .+$/m,
      /^Section: admin$/m,
      /^Depends: .*\blibgtk-3-0t64 \| libgtk-3-0\b/m,
      /^Recommends: .*\bbulkhead \(= [^)]+\), .*\bdocker\.io \| docker-ce\b/m,
      /^Description: Enhanced Container Isolation for any Docker engine\n \S/m,
    ])
      expect(fields).toMatch(field);
    expect(file).toBe(
      `bulkhead-desktop_${/^Version: (.+)$/m.exec(fields)?.[1] ?? ''}_` +
        `${/^Architecture: (.+)$/m.exec(fields)?.[1] ?? ''}.deb`,
    );

    const root = path.join(work, 'installed');
    await run('dpkg-deb', ['--extract', deb, root]);
    const usr = path.join(root, 'usr');
    const installed = path.join(usr, 'lib', 'bulkhead-desktop');
    expect(await realpath(path.join(usr, 'bin', 'bulkhead-desktop'))).toBe(
      await realpath(path.join(installed, 'bulkhead-app')),
    );
    const entry = await readFile(path.join(usr, 'share', 'applications', 'bulkhead-desktop.desktop'), 'utf8');
    expect(entry).toMatch(
      /^Exec="\/usr\/lib\/bulkhead-desktop\/bulkhead-app" %u$[^]*^MimeType=x-scheme-handler\/bulkhead;$/m,
    );
    expect((await stat(path.join(installed, 'bulkhead-app'))).mode & 0o777).toBe(0o755);
    // Chromium's sandbox where user namespaces are off.
    expect((await stat(path.join(installed, 'chrome-sandbox'))).mode & 0o7777).toBe(0o4755);
    expect((await stat(installed)).mode & 0o777).toBe(0o755);
    const icon = path.join(usr, 'share', 'icons', 'hicolor', '512x512', 'apps', 'bulkhead-desktop.png');
    expect((await stat(icon)).size).toBeGreaterThan(1000);
    expect(await readFile(path.join(usr, 'share', 'doc', 'bulkhead-desktop', 'copyright'), 'utf8')).toBe(
      await readFile(path.join(project, 'LICENSE'), 'utf8'),
    );
  });
});
