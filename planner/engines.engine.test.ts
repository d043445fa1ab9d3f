import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';

const run = promisify(execFile);
let engine: IsolatedEngine | null = null;
afterEach(async () => {
  await engine?.stop();
  engine = null;
});

async function expectNothingLeft(of: IsolatedEngine): Promise<void> {
  expect(await of.leftoverMounts()).toEqual([]);
  // The runtime does not wait for the release of a range.
  await expect.poll(() => of.ranges()).toEqual([]);
  await expect.poll(() => of.states()).toEqual([]);
}

const numericListing = async (of: IsolatedEngine, container: string) =>
  (await run('sh', ['-c', `docker -H unix://${of.socket} export ${container} | tar --numeric-owner -tv`]))
    .stdout;

it('isolates on the containerd snapshotter too', async () => {
  engine = await startIsolatedEngine({ containerdSnapshotter: true });
  expect(await engine.docker('info', '-f', '{{.DriverStatus}}')).toContain('io.containerd.snapshotter');
  expect(
    await engine.docker(
      'run',
      '--name',
      'one',
      'busybox',
      'sh',
      '-c',
      'cat /proc/self/uid_map; echo x > /f; chown 3:4 /f; stat -c %u /bin/busybox',
    ),
  ).toMatch(/^\s*0\s+1\d{9}\s+65536\n0\n$/);
  expect(await engine.docker('diff', 'one')).toBe('A /f\n');
  expect(await numericListing(engine, 'one')).toMatch(/3\/4 .* f\n/);
  expect(await numericListing(engine, 'one')).not.toMatch(/1\d{9}\//);
  expect(
    await engine.docker(
      'run',
      '--rm',
      '--privileged',
      '-v',
      'some:/v',
      'busybox',
      'sh',
      '-c',
      'touch /v/f; stat -c %u /v/f; mount -t tmpfs none /tmp && echo mounted',
    ),
  ).toBe('0\nmounted\n');
  await engine.docker('rm', 'one');
  await expectNothingLeft(engine);
});

it('mounts another stage\u2019s layers in RUN on the containerd snapshotter with true owners', async () => {
  engine = await startIsolatedEngine({ containerdSnapshotter: true });
  const dockerfile = `FROM busybox AS a
RUN mkdir /d && echo x > /d/f && chown 33:44 /d/f
RUN echo y > /d/g
FROM busybox
RUN --mount=from=a,target=/a cat /a/d/f /a/d/g > /seen && \\
  stat -c %u:%g /a/d/f /a/bin/busybox >> /seen && ! touch /a/no && ! mount -o remount,rw /a
RUN --mount=from=a,target=/a,rw echo z > /a/d/h && chown 5:6 /a/d/h && stat -c %u:%g /a/d/h /a/d/f >> /seen`;
  await run('sh', [
    '-c',
    `printf '%s' "$1" | DOCKER_BUILDKIT=1 docker -H unix://${engine.socket} build -q -t mounted -`,
    'sh',
    dockerfile,
  ]);
  expect(await engine.docker('run', '--rm', 'mounted', 'cat', '/seen')).toBe(
    'x\ny\n33:44\n0:0\n5:6\n33:44\n',
  );
  await expectNothingLeft(engine);
});

it('after dockerd was killed nothing remains of its containers, and they start again', async () => {
  engine = await startIsolatedEngine();
  await engine.docker(
    'run',
    '-d',
    '--name',
    'lost',
    '--stop-signal',
    'KILL',
    'busybox',
    'sh',
    '-c',
    'touch /f; exec sleep 1000',
  );
  await engine.restartDockerd('SIGKILL');
  await expectNothingLeft(engine);
  expect(await numericListing(engine, 'lost')).toMatch(/0\/0 .* f\n/);
  await engine.docker('start', 'lost');
  expect(await engine.docker('exec', 'lost', 'stat', '-c', '%u', '/f')).toBe('0\n');
  await engine.docker('rm', '-f', 'lost');
  await expectNothingLeft(engine);
});

it('with live-restore containers outlive dockerd and planner, keep their range, are cleaned up', async () => {
  engine = await startIsolatedEngine({ liveRestore: true });
  await engine.docker('run', '-d', '--name', 'lives', '--stop-signal', 'KILL', 'busybox', 'sleep', '1000');
  const map = () => engine?.docker('exec', 'lives', 'cat', '/proc/self/uid_map');
  const before = await map();
  await engine.planner().end('SIGKILL');
  await engine.startPlanner();
  await engine.restartDockerd('SIGKILL');
  expect(await map()).toBe(before);
  expect(await engine.ranges()).toEqual([Number(before?.trim().split(/\s+/)[1])]);
  await engine.docker('rm', '-f', 'lives');
  await expectNothingLeft(engine);
});

it('two engines on one machine never share a range', async () => {
  engine = await startIsolatedEngine();
  const other = await startIsolatedEngine();
  try {
    const base = async (of: IsolatedEngine) =>
      Number((await of.docker('exec', 'up', 'cat', '/proc/self/uid_map')).trim().split(/\s+/)[1]);
    for (const each of [engine, other])
      await each.docker('run', '-d', '--name', 'up', 'busybox', 'sleep', '1000');
    expect(await base(engine)).not.toBe(await base(other));
    expect(await engine.ranges()).toEqual([await base(engine)]);
  } finally {
    await other.stop();
  }
});
