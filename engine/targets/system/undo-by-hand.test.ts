import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rootPaths, systemRoot } from '../../base/root-paths.ts';
import { installJournalFile, installRecordFile } from './install-record.ts';
import { ownUnits } from './unit-names.ts';
import { unitFiles } from './units.ts';

// The commands of docs/machine-engine.md that undo an installation where `bulkhead uninstall` does not run:
// in a directory in place of /, with a fake systemctl that fails where systemd may.
const run = promisify(execFile);
const paths = rootPaths(systemRoot);
const document = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'machine-engine.md');
let root = '';
const below = (file: string) => path.join(root, file);

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'bulkhead-undo-'));
});
afterEach(() => rm(root, { recursive: true }));

async function put(file: string, text = ''): Promise<void> {
  await mkdir(path.dirname(below(file)), { recursive: true });
  await writeFile(below(file), text);
}

/** Runs the commands as any POSIX shell would. Resolves with the arguments of each call of systemctl. */
async function undo(): Promise<string[]> {
  const text = await readFile(document, 'utf8');
  const block = /^## Undo it manually$[^]*?^```sh\n([^]*?)^```$/m.exec(text)?.[1] ?? '';
  const calls = below('calls');
  await put(
    'bin/systemctl',
    `#!/bin/sh
echo "$*" >>'${calls}'
case $* in disable*|'stop bulkhead'*|reset-failed*) exit 5 ;; esac
`,
  );
  await chmod(below('bin/systemctl'), 0o755);
  const script = block.replaceAll(/(?<![\w.])\/(?=(?:etc|var)\/)/g, `${root}/`);
  await run('sh', ['-e', '-c', script], { env: { PATH: `${below('bin')}:/usr/bin:/bin` } });
  return (await readFile(calls, 'utf8')).trimEnd().split('\n');
}

const filesBelow = async (directory: string): Promise<string[]> =>
  (await readdir(below(directory), { recursive: true })).sort();

it('removes every file that an installation writes for systemd, and its records', async () => {
  const installed = unitFiles({ paths, bulkheadCommand: '/bulkhead', group: 'docker', lxcfs: true });
  const records = [installRecordFile(paths), installJournalFile(paths)];
  const inForce = [paths.enforcedPolicy, paths.storedSettings].flatMap((file) => [file, `${file}.1a2b.tmp`]);
  for (const file of [...installed.map((one) => one.path), ...records, ...inForce]) await put(file);
  await put('/etc/systemd/system/docker.service.d/10-proxy.conf');
  await put('/etc/docker/daemon.json', '{}');
  await undo();
  expect(await filesBelow('/etc')).toEqual([
    'docker',
    'docker/daemon.json',
    'systemd',
    'systemd/system',
    'systemd/system/docker.service.d',
    'systemd/system/docker.service.d/10-proxy.conf',
  ]);
  // The programs stay, as after `bulkhead uninstall`.
  expect(await filesBelow(systemRoot)).toEqual(['programs', 'programs/serve-lxcfs']);
});

it('stops and disables every unit, and starts an engine that reached its start limit', async () => {
  const calls = await undo();
  const units = Object.values(ownUnits).map((unit) => unit.replace(/\.service$/, ''));
  expect(calls.filter((call) => call.startsWith('disable')).sort()).toEqual(
    units.map((unit) => `disable ${unit}`).sort(),
  );
  const lasting = units.filter((unit) => unit !== 'bulkhead-recover');
  expect(calls.slice(0, 2)).toEqual(['stop docker.service docker.socket', `stop ${lasting.join(' ')}`]);
  expect(calls.slice(-3)).toEqual([
    'daemon-reload',
    'reset-failed docker.service docker.socket',
    'start docker.socket docker.service',
  ]);
});
