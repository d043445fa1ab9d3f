import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at } from './paths.mjs';
import { serverDocuments } from './server-documents.mjs';
import { buildRpm } from './server-rpm.mjs';
import { stageFiles } from './server-stage.mjs';
import { requires } from '../tests/support/requires.ts';

const run = promisify(execFile);

const launcher = '/usr/lib/bulkhead/bin/bulkhead';
const record = 'var/lib/bulkhead/system/install.json';
const unit = (name: string) => ({
  to: `/usr/lib/systemd/system/${name}`,
  from: at('packaging', 'systemd', name),
});

// A real package, read by rpm. Its scriptlets run here, with their paths below a directory, where systemctl
// and the command line record how they are called. Not installed on a real system of rpm's.
describe.runIf(requires('rpmbuild'))('the package for servers as .rpm', () => {
  let directory = '';
  let file = '';
  const query = async (format: string) => (await run('rpm', ['-qp', '--qf', format, file])).stdout;
  const root = () => path.join(directory, 'root');

  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-rpm-'));
    const stage = path.join(directory, 'stage');
    const metadata = { version: '1.2.0-rc.1', description: 'Containers', license: 'Apache-2.0', author: 'a' };
    const files = [
      { to: launcher, content: '#!/bin/sh\n', mode: 0o755 },
      { to: '/usr/lib/bulkhead/package.json', content: '{}' },
      { to: '/usr/bin/bulkhead', link: '../lib/bulkhead/bin/bulkhead' },
      unit('bulkhead-verify.path'),
      unit('bulkhead-verify.service'),
      unit('bulkhead-verify.timer'),
      unit('bulkhead-verify-due.service'),
      ...(await serverDocuments('rpm', metadata.version)),
    ];
    stageFiles(stage, files);
    const work = path.join(directory, 'work');
    file = await buildRpm({ metadata, architecture: 'arm64', stage, files, out: directory, work });
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await rm(root(), { recursive: true, force: true });
    await mkdir(path.join(root(), 'run/systemd/system'), { recursive: true });
    for (const program of ['programs/systemctl', launcher]) {
      const place = path.join(root(), program);
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, `#!/bin/sh\necho "${path.basename(program)} $*" >>${root()}/calls\n`);
      await chmod(place, 0o755);
    }
  });

  const putRecord = async () => {
    await mkdir(path.join(root(), path.dirname(record)), { recursive: true });
    await writeFile(path.join(root(), record), '{}');
  };

  /** Runs a scriptlet, `%{NAME}` of the package, with rpm's argument; resolves with the recorded calls. */
  async function runScriptlet(tag: string, ...args: readonly string[]): Promise<readonly string[]> {
    await rm(path.join(root(), 'calls'), { force: true });
    const script = (await query(`%{${tag}}`)).replaceAll(
      /(?<![\w.])\/(?=(?:var|etc|usr|run|proc)\/)/g,
      `${root()}/`,
    );
    const env = { ...process.env, PATH: `${path.join(root(), 'programs')}:${process.env['PATH'] ?? ''}` };
    await run('sh', ['-c', script, 'sh', ...args], { env });
    const calls = await readFile(path.join(root(), 'calls'), 'utf8').catch(() => '');
    return calls.split('\n').filter((line) => line !== '');
  }

  it('is intact, named for its architecture, and a pre-release comes before its release', async () => {
    expect(path.basename(file)).toBe('bulkhead-1.2.0~rc.1-1.aarch64.rpm');
    expect((await run('rpm', ['-K', '--nosignature', file])).stdout).toContain('digests OK');
  });

  it('has programs, units, man page, completions and polkit policy, owned by root', async () => {
    const listed = await query('[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]');
    const files = new Map(
      listed
        .trim()
        .split('\n')
        .map((line) => [line.split(' ')[2], line.split(' ').slice(0, 2)]),
    );
    for (const owner of files.values()) expect(owner[1]).toBe('root:root');
    expect(files.get(launcher)?.[0]).toBe('-rwxr-xr-x');
    expect(files.get('/usr/bin/bulkhead')?.[0]).toMatch(/^l/);
    for (const name of [
      '/usr/lib/bulkhead/package.json',
      '/usr/lib/systemd/system/bulkhead-verify.path',
      '/usr/lib/systemd/system/bulkhead-verify.service',
      '/usr/lib/systemd/system/bulkhead-verify.timer',
      '/usr/lib/systemd/system/bulkhead-verify-due.service',
      '/usr/share/man/man1/bulkhead.1.gz',
      '/usr/share/bash-completion/completions/bulkhead',
      '/usr/share/zsh/site-functions/_bulkhead',
      '/usr/share/fish/vendor_completions.d/bulkhead.fish',
      '/usr/share/polkit-1/actions/io.bulkhead.policy',
      '/usr/share/doc/bulkhead/copyright',
    ])
      expect([name, files.get(name)?.[0]]).toEqual([name, '-rw-r--r--']);
    expect([...files.keys()].filter((name) => /^\/usr(?:\/(?:bin|lib|share))?$/.test(name ?? ''))).toEqual(
      [],
    );
  });

  it('requires what its programs need, a runc, and nothing that rpm detected in them', async () => {
    const { stdout } = await run('rpm', ['-qp', '--requires', file]);
    const required = stdout
      .trim()
      .split('\n')
      .filter((line) => !/^rpmlib\(|^\/bin\/sh$/.test(line));
    expect(required.toSorted()).toEqual([
      '(runc or containerd.io)',
      'bzip2',
      'glibc >= 2.28',
      'libgcc',
      'libstdc++',
      'util-linux',
      'xz',
    ]);
    expect((await run('rpm', ['-qp', '--recommends', file])).stdout).toMatch(/moby-engine[^]*lxcfs/);
  });

  it('changes no engine when installed; an upgrade brings an installed gateway up to date', async () => {
    const first = await runScriptlet('POSTIN', '1');
    expect(first).toContain('systemctl enable --quiet bulkhead-verify.path');
    expect(first).toContain('systemctl enable --quiet bulkhead-verify.timer');
    expect(first.join()).not.toMatch(/docker|bulkhead install/);
    await putRecord();
    const upgrade = await runScriptlet('POSTIN', '2');
    expect(upgrade.at(-1)).toBe('bulkhead install --yes --keep-engine');
    expect(upgrade.join()).not.toContain('systemctl enable');
    // The earlier version's, which rpm runs after that.
    expect(await runScriptlet('PREUN', '1')).toEqual([]);
    expect(await runScriptlet('POSTUN', '1')).toEqual(['systemctl daemon-reload']);
  });

  it('restores the plain engine before its removal; settings and state stay', async () => {
    await putRecord();
    const removal = await runScriptlet('PREUN', '0');
    expect([removal[0], ...removal.slice(-3)]).toEqual([
      'bulkhead uninstall --yes',
      'systemctl disable --quiet bulkhead-verify.path bulkhead-verify.timer',
      'systemctl stop bulkhead-verify.path bulkhead-verify.timer',
      'systemctl stop bulkhead-verify.service bulkhead-verify-due.service',
    ]);
    expect(await runScriptlet('POSTUN', '0')).toEqual(['systemctl daemon-reload']);
    expect(await readFile(path.join(root(), record), 'utf8')).toBe('{}');
  });

  it('verifies the isolation after another package has replaced a program of the engine', async () => {
    const { stdout } = await run('rpm', ['-qp', '--filetriggers', file]);
    expect(stdout).toMatch(/^transfiletriggerin .*\/usr\/bin\/dockerd/m);
    expect((await runScriptlet('TRANSFILETRIGGERSCRIPTS')).at(-1)).toBe(
      'systemctl start --no-block bulkhead-verify.service',
    );
  });
});
