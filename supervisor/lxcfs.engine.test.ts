import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verificationSchema } from '../shared/verify/claims.ts';
import { bulkhead, embeddedEngine, type EmbeddedEngine } from '../tests/support/embedded-engine.ts';
import { docker } from '../tests/support/real-engine.ts';
import { findLeftovers } from '../engine/targets/embedded/engine-processes.ts';
import { lxcfsDirectory } from '../engine/base/lxcfs-files.ts';
import { isAlive, runningProcesses } from '../engine/base/process-identity.ts';

let engine: EmbeddedEngine;
beforeAll(async () => {
  engine = await embeddedEngine();
  await writeFile(
    engine.paths.settings,
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { locked: true, value: true },
    }),
  );
  await engine.start();
  await engine.busybox();
});
afterAll(async () => {
  await engine?.dispose();
});

const run = (...args: string[]) => {
  const script = args.pop() ?? '';
  return engine.docker('run', '--rm', ...args, 'busybox', 'sh', '-c', script);
};
const lxcfs = async () => findLeftovers(await runningProcesses(), engine.paths, null, process.pid).lxcfs;
/**
 * An lxcfs ends when its file system is in no mount namespace any more, including those of other programs
 * that have private copies of this machine's mounts. The supervisor gives lxcfs two reads of three seconds
 * each, or up to twenty times as long if it measures that the machine is slow. The test does not know that
 * measure, so it waits long enough for the slowest.
 */
const timeout = 300_000;
/** Resolves when another lxcfs than `pid` serves. */
const replaced = async (pid: number) => {
  await expect
    .poll(async () => (await lxcfs()).map((process) => process.pid).filter((other) => other !== pid).length, {
      timeout,
    })
    .toBe(1);
  await expect
    .poll(
      () => readFile(`${lxcfsDirectory(engine.paths)}/shared/files/proc/uptime`, 'utf8').catch(() => ''),
      { timeout },
    )
    .not.toBe('');
};
/** Kills the supervisor: gateway and planner end with it, dockerd and the containers keep running. */
const killSupervisor = async () => {
  const { supervisor } = await engine.state();
  process.kill(supervisor.pid, 'SIGKILL');
  await expect.poll(() => isAlive(supervisor)).toBe(false);
};
const only = async () => {
  const [one, ...more] = await lxcfs();
  if (one === undefined || more.length > 0)
    throw new Error(`expected one lxcfs, found ${one === undefined ? 0 : more.length + 1}`);
  return one.pid;
};

describe('A10: /proc shows the container, not the machine', () => {
  it('limited memory, own uptime, load, processors; for root and users, read-only', async () => {
    const look =
      'grep MemTotal /proc/meminfo; cut -d. -f1 /proc/uptime; ' +
      'cut -d" " -f4 /proc/loadavg | cut -d/ -f2; grep -c ^processor /proc/cpuinfo; ' +
      'wc -l < /proc/swaps; wc -l < /proc/diskstats; grep -c ^cpu0 /proc/stat';
    for (const user of ['0', '1000']) {
      const [memory, uptime, tasks, processors, swaps, disks, cpu] = (
        await run('--user', user, '--memory', '64m', '--memory-swap', '64m', '--cpuset-cpus', '0', look)
      ).split('\n');
      expect(memory).toMatch(/^MemTotal: +65536 kB$/);
      expect(Number(uptime)).toBeLessThan(60);
      expect(Number(tasks)).toBeLessThan(10);
      expect([processors, swaps, Number(disks) > 0, cpu]).toEqual(['1', '1', true, '1']);
    }
    expect(
      await run(
        'umount /proc/uptime 2>/dev/null; echo x 2>/dev/null > /proc/uptime; ' +
          'grep -c "^lxcfs /proc/.* ro," /proc/mounts',
      ),
    ).toBe('7\n');
  });

  it("users of the machine have no access to lxcfs's files, which it reads as root", async () => {
    const file = path.join(lxcfsDirectory(engine.paths), 'shared/files/proc/slabinfo');
    expect(await readFile(file, 'utf8')).toContain('slabinfo');
    const asUser = promisify(execFile)('setpriv', [
      '--reuid=4242',
      '--regid=4242',
      '--clear-groups',
      'cat',
      file,
    ]);
    await expect(asUser).rejects.toThrow('Permission denied');
  });

  it('is verified by a verification', async () => {
    const { stdout } = await promisify(execFile)(bulkhead, ['verify', '--json', '--root', engine.paths.root]);
    expect(
      verificationSchema.parse(JSON.parse(stdout)).claims.filter(({ verdict }) => verdict !== 'pass'),
    ).toEqual([]);
  });

  it("privileged containers and those in another's pid namespace see the machine's", async () => {
    const emulated = 'grep -c lxcfs /proc/mounts || true';
    expect(await run('--privileged', emulated)).toBe('0\n');
    // The files would prevent mounting the /proc of a nested user namespace.
    expect(await run('--privileged', 'unshare -Urmpf sh -c "mount -t proc p /proc && echo mounted"')).toBe(
      'mounted\n',
    );
    await engine.docker('run', '-d', '--name', 'owner', 'busybox', 'sleep', '1000');
    expect(await run('--pid', 'container:owner', emulated)).toBe('0\n');
    await engine.docker('rm', '-f', 'owner');
  });

  it('is restarted when it dies; containers started meanwhile or later work', async () => {
    const first = await only();
    process.kill(first, 'SIGKILL');
    expect(await run('cat /proc/uptime >/dev/null && echo works')).toBe('works\n');
    await replaced(first);
    expect(await run('--memory', '64m', 'grep -o "65536 kB" /proc/meminfo | head -1')).toBe('65536 kB\n');
  });

  it('does not block a start when it hangs; it is killed and restarted', async () => {
    const hung = await only();
    process.kill(hung, 'SIGSTOP');
    expect(await run('cat /proc/uptime >/dev/null && grep -c lxcfs /proc/mounts || true')).toBe('0\n');
    await replaced(hung);
    expect(await run('grep -c lxcfs /proc/mounts')).toBe('7\n');
    expect(await readFile(`${engine.paths.logs}/supervisor.log`, 'utf8')).toContain('hangs; it is killed');
  }, 900_000);

  it('outlives a killed supervisor like the containers, and ends with the last of them', async () => {
    await engine.docker(
      'run',
      '-d',
      '--name',
      'goes-on',
      '--stop-signal',
      'KILL',
      'busybox',
      'sleep',
      '1000',
    );
    const first = await only();
    await killSupervisor();
    const meminfo = () => docker(engine.paths.engineSocket, 'exec', 'goes-on', 'cat', '/proc/meminfo');
    expect(await meminfo()).toContain('MemTotal');
    await engine.start();
    expect(await engine.docker('inspect', '-f', '{{.State.Running}}', 'goes-on')).toBe('true\n');
    expect(await meminfo()).toContain('MemTotal');
    await engine.docker('rm', '-f', 'goes-on');
    await expect.poll(only, { timeout }).not.toBe(first);
  }, 400_000);

  describe('with live-restore', () => {
    const meminfo = () => engine.docker('exec', 'kept', 'grep', 'MemTotal', '/proc/meminfo');
    const limited = /^MemTotal: +65536 kB$/m;
    beforeAll(async () => {
      await writeFile(engine.paths.daemonJson, '{"live-restore": true}');
      await engine.driver.restart();
      await engine.docker(
        'run',
        '-d',
        '--name',
        'kept',
        '--memory',
        '64m',
        '--memory-swap',
        '64m',
        'busybox',
        'sleep',
        '1000',
      );
    });

    it('the engine is restarted under a running container: it keeps its files', async () => {
      const first = await only();
      await engine.driver.restart();
      expect(await meminfo()).toMatch(limited);
      expect(await only()).toBe(first);
    });

    it('after a kill of the supervisor the old lxcfs serves its containers to their end', async () => {
      const first = await only();
      await killSupervisor();
      await engine.start();
      expect(await meminfo()).toMatch(limited);
      expect(await run('--memory', '32m', '--memory-swap', '32m', 'grep MemTotal /proc/meminfo')).toMatch(
        / 32768 kB$/m,
      );
      expect(await lxcfs()).toHaveLength(2);
      await engine.docker('rm', '-f', 'kept');
      await expect.poll(only, { timeout }).not.toBe(first);
      expect(await run('grep -c lxcfs /proc/mounts')).toBe('7\n');
    }, 400_000);

    it('if the supervisor was killed and lxcfs hangs, the next one ends it, and starts its own', async () => {
      await engine.docker(
        'run',
        '-d',
        '--name',
        'kept',
        '--memory',
        '64m',
        'busybox',
        'sh',
        '-c',
        'trap exit TERM; while :; do sleep 1; done',
      );
      const hung = await only();
      await killSupervisor();
      process.kill(hung, 'SIGSTOP');
      await engine.start();
      await expect(meminfo()).rejects.toThrow(/not connected/i);
      expect(await only()).not.toBe(hung);
      await engine.docker('restart', '-t', '0', 'kept');
      expect(await meminfo()).toMatch(limited);
    }, 300_000);

    it('ends with the engine and its mounts, even if it hangs after the supervisor was killed', async () => {
      const old = await only();
      await killSupervisor();
      await engine.start();
      expect(await lxcfs()).toHaveLength(2);
      process.kill(old, 'SIGSTOP');
      expect(await engine.driver.stop()).toMatchObject({ ok: true });
      expect(await lxcfs()).toEqual([]);
      expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(engine.paths.run);
      await expect(stat(engine.paths.run)).rejects.toThrow('ENOENT');
    });
  });
});
