import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { mountDataFileSystem } from '../tests/support/real-engine.ts';

const run = promisify(execFile);

/**
 * The life of one container: ids inside, in volumes, on disk, in export and diff; nothing remains afterwards.
 */
async function observe(engine: IsolatedEngine): Promise<void> {
  const script =
    'cat /proc/self/uid_map; echo x > /f; chown 3:4 /f; stat -c %u:%g /f /bin/busybox; echo x > /v/f; ' +
    'chown 5:6 /v/f; stat -c %u:%g /v/f';
  expect(await engine.docker('run', '--name', 'one', '-v', 'some:/v', 'busybox', 'sh', '-c', script)).toMatch(
    /^\s*0\s+[1-4]\d{9}\s+65536\n3:4\n0:0\n5:6\n$/,
  );
  expect((await engine.docker('diff', 'one')).trim().split('\n').sort()).toEqual(['A /f', 'A /v']);
  const listing = (
    await run('sh', ['-c', `docker -H unix://${engine.socket} export one | tar --numeric-owner -tv`])
  ).stdout;
  expect(listing).toMatch(/3\/4 .* f\n/);
  expect(listing).not.toMatch(/[1-4]\d{9}\//);
  expect(
    await engine.docker(
      'run',
      '--rm',
      '-v',
      'some:/v',
      '--privileged',
      'busybox',
      'sh',
      '-c',
      'stat -c %u:%g /v/f; mount -t tmpfs none /tmp && echo mounted',
    ),
  ).toBe('5:6\nmounted\n');
  await engine.docker('rm', 'one');
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
}

it.each([
  { type: 'xfs', driver: 'overlay2' },
  { type: 'btrfs', driver: 'overlay2' },
  { type: 'btrfs', driver: 'btrfs' },
] as const)("isolates with the engine's data on $type and the driver $driver", async ({ type, driver }) => {
  const engine = await startIsolatedEngine({
    storageDriver: driver,
    prepare: (root) => mountDataFileSystem(root, type),
  });
  try {
    expect(await engine.docker('info', '-f', '{{.Driver}}')).toBe(`${driver}\n`);
    await observe(engine);
  } finally {
    await engine.stop();
  }
});
