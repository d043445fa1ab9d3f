import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importNodes, makeFileByBuildKit, rawDevice, type RawDevice } from '../tests/support/device-image.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { enterUnifiedCgroups } from '../tests/support/unified-cgroups.ts';

// Real cgroup v2, where devices are limited by a BPF program.
enterUnifiedCgroups();

let device: RawDevice;
let engine: IsolatedEngine;
beforeAll(async () => {
  device = await rawDevice();
  engine = await startIsolatedEngine();
  await importNodes(engine.socket, 'nodes', device.path, ['disk', 'etc/passwd']);
});
afterAll(async () => {
  await engine?.stop();
  await device?.remove();
});

describe('the engine on cgroup v2', () => {
  it('opens no device node of an image, nor for the accounts of one', async () => {
    const line = 'of-the-device:x:7777:7777::/:/bin/sh\n';
    await device.write(line);
    expect(await makeFileByBuildKit(engine.socket, 'nodes', '/disk', 'by an image')).toMatch(
      /operation not permitted/,
    );
    expect(await device.content(line.length)).toBe(line);
    const command = ['run', '--rm', '--user', 'of-the-device', 'nodes', '/bin/busybox', 'id', '-u'];
    await expect(engine.docker(...command)).rejects.toThrow(/operation not permitted|unable to find user/);
  });

  it('is in the cgroup, and its containers are not', async () => {
    const name = `/bulkhead-${engine.paths.id}`;
    const cgroupsOf = (pid: number | string) => readFile(`/proc/${pid}/cgroup`, 'utf8');
    expect(await cgroupsOf(engine.dockerd.pid)).toContain(`0::${name}\n`);
    await engine.docker('run', '-dt', '--privileged', '--name', 'one', 'busybox', 'sleep', '1000');
    const init = (await engine.docker('inspect', '-f', '{{.State.Pid}}', 'one')).trim();
    expect(await cgroupsOf(init)).not.toContain(name);
    expect(await engine.docker('exec', '-t', 'one', 'sh', '-c', 'echo > /dev/null && tty')).toMatch(
      /^\/dev\/pts\/\d+/,
    );
    await engine.docker('rm', '-f', 'one');
  });

  it('limits its devices when it is started again', async () => {
    await engine.restartDockerd('SIGKILL');
    expect(await makeFileByBuildKit(engine.socket, 'nodes', '/disk', 'once more')).toMatch(
      /operation not permitted/,
    );
  });
});
