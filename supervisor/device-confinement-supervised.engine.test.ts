import { execFile } from 'node:child_process';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importNodes, makeFileByBuildKit, rawDevice } from '../tests/support/device-image.ts';
import { embeddedEngine, type EmbeddedEngine } from '../tests/support/embedded-engine.ts';
import { deviceCgroup } from './device-confinement.ts';
import { isAlive } from '../engine/base/process-identity.ts';

const run = promisify(execFile);
const settings = (on: boolean) =>
  JSON.stringify({ configurationFileVersion: 2, enhancedContainerIsolation: { value: on } });

let engine: EmbeddedEngine;
beforeAll(async () => {
  engine = await embeddedEngine();
});
afterAll(async () => {
  await engine.dispose();
});

const cgroup = async () => {
  const [mounts = '', own = ''] = await Promise.all(
    ['mountinfo', 'cgroup'].map((name) => readFile(`/proc/self/${name}`, 'utf8')),
  );
  return deviceCgroup(mounts, own, `bulkhead-${engine.paths.id}`) ?? '';
};
const inside = async () =>
  (await readFile(path.join(await cgroup(), 'cgroup.procs'), 'utf8')).trim().split('\n').map(Number);
const anywhere = async () => {
  // `find` fails, though it goes on, if a cgroup of another test's engine is removed while it is looked into.
  const script = 'find /sys/fs/cgroup -name "$0" || true';
  return (await run('sh', ['-c', script, `bulkhead-${engine.paths.id}`])).stdout;
};
const dockerd = async () => (await engine.state()).dockerd?.pid;

describe('the devices cgroup of a supervised engine', () => {
  it('with ECI on dockerd is in it and opens no node of an image, not even through the gateway', async () => {
    await writeFile(engine.paths.settings, settings(true));
    await engine.start();
    expect((await engine.driver.status()).problem).toBeNull();
    expect(await inside()).toContain(await dockerd());
    const device = await rawDevice();
    try {
      await device.write('untouched');
      await importNodes(engine.paths.clientSocket, 'nodes', device.path, ['disk']);
      const answer = await makeFileByBuildKit(engine.paths.clientSocket, 'nodes', '/disk', 'by an image');
      expect(answer).toMatch(/operation not permitted/);
      expect(await device.content(9)).toBe('untouched');
    } finally {
      await device.remove();
    }
  });

  it("the cgroup of a killed supervisor is reused; another engine's is left alone", async () => {
    const other = path.join(path.dirname(await cgroup()), `bulkhead-of-another-${process.pid}`);
    await mkdir(other);
    try {
      const before = await engine.state();
      for (const identity of [before.supervisor, before.dockerd])
        if (identity !== null) process.kill(identity.pid, 'SIGKILL');
      while (await isAlive(before.supervisor)) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await anywhere()).not.toBe('');
      await engine.start();
      expect(await inside()).toContain(await dockerd());
    } finally {
      await rmdir(other);
    }
  });

  it('with ECI off dockerd is in it too, since a reload turns ECI on; a stop removes it', async () => {
    await writeFile(engine.paths.settings, settings(false));
    expect(await engine.driver.restart()).toMatchObject({ ok: true });
    expect(await inside()).toContain(await dockerd());
    expect(await engine.driver.stop()).toMatchObject({ ok: true });
    expect(await anywhere()).toBe('');
  });
});
