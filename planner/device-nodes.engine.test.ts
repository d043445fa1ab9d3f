import { execFile, execFileSync } from 'node:child_process';
import { chmod, rm, symlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { unshare } from '../tests/support/unshare.ts';

// The machine of this test has an empty /dev/net at first, and another file in place of /dev/full.
unshare('mount');
for (const args of [
  ['--make-rslave', '/'],
  ['-t', 'tmpfs', '-o', 'mode=755', 'none', '/dev/net'],
  ['--bind', '/etc/hostname', '/dev/full'],
])
  execFileSync('mount', args);

const run = promisify(execFile);
const tun = '/dev/net/tun';
const make = (mode: string, ...number: string[]) => run('mknod', ['-m', mode, tun, 'c', ...number]);

let engine: IsolatedEngine;
beforeAll(async () => {
  engine = await startIsolatedEngine();
});
afterAll(async () => {
  await engine?.stop();
});

/** What the script prints in a container with the device; the engine's error where it can't start. */
const inContainer = (script: string, ...options: string[]): Promise<string> =>
  engine
    .docker('run', '--rm', '--device', tun, ...options, 'busybox', 'sh', '-c', script)
    .catch((error: unknown) => String(error));
const statAndOpen = `stat -c "%a %u:%g %t:%T" ${tun}; (: < ${tun}) 2> /dev/null && echo open || echo closed`;
const [asRoot, asUser] = [
  () => inContainer(statAndOpen),
  () => inContainer(statAndOpen, '--user', '1000:1000'),
] as const;

describe('A1: a device of the machine is, at each start of a container, as it is then', () => {
  it('first missing, then there, for root only, for all, and gone again', async () => {
    expect(await asRoot()).toMatch(/adding custom device "\/dev\/net\/tun": no such file or directory/);
    await make('600', '10', '200');
    expect(await asRoot()).toBe('600 0:0 a:c8\nopen\n');
    expect(await asUser()).toBe('600 0:0 a:c8\nclosed\n');
    await engine.docker('run', '-d', '--name', 'earlier', '--device', tun, 'busybox', 'sleep', '1000');

    await chmod(tun, 0o666);
    expect(await asUser()).toBe('666 0:0 a:c8\nopen\n');
    expect(await inContainer(statAndOpen, '--privileged', '--user', '1000:1000')).toBe(
      '666 0:0 a:c8\nopen\n',
    );
    // What runs keeps its own, as on a stock engine, until it starts again.
    const ofEarlier = () => engine.docker('exec', '--user', '1000:1000', 'earlier', 'sh', '-c', statAndOpen);
    expect(await ofEarlier()).toBe('600 0:0 a:c8\nclosed\n');
    await engine.docker('restart', '-t', '0', 'earlier');
    expect(await ofEarlier()).toBe('666 0:0 a:c8\nopen\n');
    await chmod(tun, 0o600);
    expect(await asUser()).toBe('600 0:0 a:c8\nclosed\n');
    expect(await ofEarlier()).toBe('666 0:0 a:c8\nopen\n');
    await engine.docker('rm', '-f', 'earlier');

    await rm(tun);
    expect(await asRoot()).toMatch(/no such file or directory/);
  });

  it('is never what a file of its name is, or what a link there leads to', async () => {
    // The QoS device, which every container may not have.
    await make('666', '10', '259');
    expect(await asRoot()).toMatch(/the device \/dev\/net\/tun \(c 10:259\) is not one/);
    await rm(tun);
    await symlink('/dev/zero', tun);
    expect(await inContainer(`stat -c %t:%T ${tun}`)).toBe('1:5\n');
    await rm(tun);
  });

  it('is one of both while it changes during many starts, and none of them fails', async () => {
    await make('600', '10', '200');
    let isChanging = true;
    const changing = (async () => {
      for (let mode = 0o666; isChanging; mode ^= 0o066) {
        await chmod(tun, mode);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const seen = await Promise.all(
      Array.from({ length: 12 }, () => inContainer(`stat -c "%a %u:%g %t:%T" ${tun}`)),
    );
    isChanging = false;
    await changing;
    for (const one of seen) expect(one).toMatch(/^(?:600|666) 0:0 a:c8\n$/);
  });

  it('A8: a file that is not the device of its name is not mounted in its place', async () => {
    expect(await engine.docker('run', '--rm', '-v', '/dev/zero:/x', 'busybox', 'head', '-c', '1', '/x')).toBe(
      '\0',
    );
    await expect(engine.docker('run', '--rm', '-v', '/dev/full:/x', 'busybox', 'true')).rejects.toThrow(
      /\/dev\/full is not the device of that name on this machine/,
    );
  });
});
