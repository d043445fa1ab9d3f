import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';

let engine: IsolatedEngine;
beforeAll(async () => {
  engine = await startIsolatedEngine();
});
afterAll(async () => {
  await engine.stop();
});

const baseOf = (map: string) => Number(map.trim().split(/\s+/)[1]);
const baseIn = async (name: string) => baseOf(await engine.docker('exec', name, 'cat', '/proc/self/uid_map'));

// Docker Desktop 4.71 lost root file systems; later ones showed the image's files as nobody's.
it('A2, A3: after a reboot containers run in exclusive ranges, with all files and owners', async () => {
  const script =
    'test -e /f || echo root > /f; test -e /v/f || { echo volume > /v/f; chown 3:4 /v/f; }; exec sleep 1000';
  await engine.docker(
    'run',
    '-d',
    '--restart',
    'always',
    '--name',
    'back',
    '-v',
    'kept:/v',
    'busybox',
    'sh',
    '-c',
    script,
  );
  await engine.docker('run', '-d', '--name', 'gone', 'busybox', 'sh', '-c', 'echo x > /f; exec sleep 1000');
  await engine.docker('exec', 'gone', 'sh', '-c', 'echo before > /before; chown 5:6 /before');
  const before = await baseIn('back');

  const claim = path.join(engine.own.ranges, String(before));
  // Another engine of this machine starts first and has been given the range.
  await engine.reboot(async () => {
    // The name never disappears: engines of concurrent tests would otherwise take the range, and remove the
    // claim on release.
    const temporary = path.join(engine.own.ranges, `.${process.pid}.planted`);
    await writeFile(temporary, JSON.stringify({ root: '/tmp', id: 'of another engine' }));
    await rename(temporary, claim);
  });
  try {
    await vi.waitFor(
      async () => {
        expect(await engine.docker('inspect', '-f', '{{.State.Running}}', 'back')).toBe('true\n');
      },
      { timeout: 60_000, interval: 50 },
    );
    const base = await baseIn('back');
    expect(base).toBeGreaterThan(0);
    expect(base).not.toBe(before);
    // Containers that did not return are cleaned up meanwhile.
    await vi.waitFor(
      async () => {
        expect([await engine.ranges(), await engine.states()]).toEqual([
          [base],
          [expect.stringMatching(/^[0-9a-f]{64}\.json$/)],
        ]);
      },
      { timeout: 60_000, interval: 50 },
    );
    const files = 'cat /f /v/f; stat -c %u:%g /f /v/f /bin/busybox /etc/passwd';
    expect(await engine.docker('exec', 'back', 'sh', '-c', files)).toBe('root\nvolume\n0:0\n3:4\n0:0\n0:0\n');

    expect(await engine.docker('cp', 'gone:/f', '-').then((tar) => tar.includes('f'))).toBe(true);
    await engine.docker('start', 'gone');
    expect(await baseIn('gone')).not.toBe(before);
    const own = 'cat /f /before; stat -c %u:%g /before /etc/passwd';
    for (let restarts = 0; restarts < 3; restarts++) {
      expect(await engine.docker('exec', 'gone', 'sh', '-c', own)).toBe('x\nbefore\n5:6\n0:0\n');
      await engine.docker('restart', '-t', '0', 'gone');
    }
    await engine.docker('rm', '-f', 'gone', 'back');
    await vi.waitFor(
      async () => {
        expect([await engine.leftoverMounts(), await engine.ranges(), await engine.states()]).toEqual([
          [],
          [],
          [],
        ]);
      },
      { timeout: 60_000, interval: 50 },
    );
  } finally {
    await rm(claim, { force: true });
  }
});
