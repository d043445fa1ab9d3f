import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGatewayProcess, type GatewayProcess } from '../../../tests/support/gateway-process.ts';
import { eciOn } from '../../../tests/support/guarded-engine.ts';
import { linkArchive } from '../../../tests/support/link-archive.ts';
import { docker, startBareEngine, type BareEngine } from '../../../tests/support/real-engine.ts';
import { startFakeSysbox, type FakeSysbox } from '../../../tests/support/fake-sysbox.ts';
import { rootPaths } from '../../base/root-paths.ts';
import { sysboxBackend } from './backend.ts';

/**
 * A real engine and gateway, configured as for Sysbox, with a fake that isolates nothing: the
 * configuration is tested.
 */
let scratch: string;
let fakeSysbox: FakeSysbox;
let engine: BareEngine;
let gateway: GatewayProcess;
beforeAll(async () => {
  scratch = await mkdtemp('/tmp/bh-sysbox-');
  fakeSysbox = await startFakeSysbox(scratch);
  const backend = sysboxBackend({ binary: fakeSysbox.binary, socketDirectory: fakeSysbox.socketDirectory });
  engine = await startBareEngine({
    daemonJson: {
      runtimes: { [backend.runtimeName]: { path: backend.runtimePath(rootPaths(scratch)) } },
      'default-runtime': backend.runtimeName,
    },
    env: backend.engineEnvironment(backend.runtimePath(rootPaths(scratch))),
  });
  gateway = await startGatewayProcess({
    engineSocket: engine.socket,
    directory: scratch,
    engineDirectory: engine.root,
    settings: { ...eciOn(scratch), bulkhead: { backend: 'sysbox' } },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await engine?.stop();
  await fakeSysbox?.stop();
  if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
});

const client = (...args: string[]) => docker(gateway.socket, ...args);
const of = async (name: string) =>
  (await client('inspect', '-f', '{{.HostConfig.Runtime}} {{.HostConfig.Privileged}}', name)).trim();

describe('an engine with Sysbox as its backend (a fake: not run on a real Sysbox)', () => {
  it('A6 gives every container sysbox-runc, whatever the client requests, and has it run them', async () => {
    await client('create', '--name', 'plain', 'busybox', 'echo', 'run by the fake');
    await client('create', '--name', 'asked', '--runtime', 'runc', 'busybox', 'true');
    expect([await of('plain'), await of('asked')]).toEqual(['sysbox-runc false', 'sysbox-runc false']);
    expect(await client('start', '-a', 'plain')).toBe('run by the fake\n');
    const id = (await client('inspect', '-f', '{{.Id}}', 'plain')).trim();
    expect(await readFile(fakeSysbox.log, 'utf8')).toContain(' create --bundle');
    expect(await readFile(fakeSysbox.log, 'utf8')).toContain(id);
  });

  it('A4 leaves --privileged to Sysbox: not refused, not sent, and logged', async () => {
    await client('create', '--name', 'privileged', '--privileged', 'busybox', 'true');
    expect(await of('privileged')).toBe('sysbox-runc false');
    expect(await gateway.decisions()).toContain('"HostConfig.Runtime, HostConfig.Privileged"');
  });

  it('A7, B1: refuses what Sysbox allows: environment switches, host namespaces, the socket', async () => {
    await expect(client('create', '-e', 'SYSBOX_HONOR_CAPS=TRUE', 'busybox')).rejects.toThrow(
      /enhanced container isolation: the variable SYSBOX_HONOR_CAPS is blocked/,
    );
    await expect(client('create', '--pid', 'host', 'busybox')).rejects.toThrow(/--pid=host is blocked/);
    await expect(client('create', '-v', `${gateway.socket}:/var/run/docker.sock`, 'busybox')).rejects.toThrow(
      /enhanced container isolation: mounting the Docker socket/,
    );
  });

  it('A2: refuses exec in a container without a user namespace, as the fake runtime creates', async () => {
    await client('run', '-d', '--name', 'bare', 'busybox', 'sleep', '1000');
    await expect(client('exec', 'bare', 'true')).rejects.toThrow(
      /was not created under enhanced container isolation/,
    );
    await client('rm', '-f', 'bare');
  });

  it("A8: only root may copy into a container with the machine's /dev/zero mounted writable", async () => {
    await chmod(scratch, 0o755);
    await chmod(gateway.socket, 0o666);
    const archive = path.join(scratch, 'links.tar');
    await writeFile(archive, linkArchive('x', { mode: 0o666, mtime: 1 }));
    const copyAs = (uid: number, name: string) =>
      promisify(execFile)('sh', [
        '-c',
        `setpriv --reuid ${uid} --regid ${uid} --clear-groups ` +
          `docker -H unix://${gateway.socket} cp - ${name}:/tmp < ${archive} 2>&1; true`,
      ]).then(({ stdout }) => stdout);
    const times = async () => (await stat('/dev/zero')).mtimeMs;
    const before = await times();
    await client('create', '--name', 'writable', '-v', '/dev/zero:/tmp/x', 'busybox');
    await client('create', '--name', 'readonly', '-v', '/dev/zero:/tmp/x:ro', 'busybox');
    expect(await copyAs(1234, 'writable')).toContain(
      "docker cp into container writable, which has the host's /dev/zero mounted without read-only (:ro)",
    );
    await copyAs(1234, 'readonly');
    expect(await times()).toBe(before);
    // What it is kept from: the engine's copy enters no user namespace of a runtime.
    await copyAs(0, 'writable');
    expect(await times()).toBe(1000);
    await utimes('/dev/zero', new Date(before), new Date(before));
  });

  it('C builds with it, by BuildKit', async () => {
    const before = await readFile(fakeSysbox.log, 'utf8');
    const context = path.join(scratch, 'context');
    await mkdir(context);
    await writeFile(path.join(context, 'Dockerfile'), 'FROM busybox\nRUN echo built > /built\n');
    await client('build', '-q', context);
    expect((await readFile(fakeSysbox.log, 'utf8')).slice(before.length)).toMatch(
      / run --bundle|run .*buildkit/,
    );
  });

  it('A1 copies as the engine does: no ids are shifted that Sysbox does not shift', async () => {
    await client('create', '--name', 'copied', 'busybox', 'true');
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      `docker -H unix://${gateway.socket} cp copied:/etc/passwd - | tar -tv --numeric-owner`,
    ]);
    expect(stdout).toContain(' 0/0 ');
  });
});
