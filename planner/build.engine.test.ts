// @module-tag small
import { execFile, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMountinfo } from '../engine/base/mountinfo.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';

const run = promisify(execFile);
let engine: IsolatedEngine;
let context: string;
const plainBuilds = () => path.join(context, 'builds-are-plain');
beforeAll(async () => {
  context = await mkdtemp('/tmp/bh-');
  engine = await startIsolatedEngine({ sharingRecords: 'required', plainBuildsFile: plainBuilds() });
});
afterAll(async () => {
  await engine.stop();
  await rm(context, { recursive: true });
});

async function build(tag: string, buildkit: boolean, dockerfile: string, ...args: string[]): Promise<string> {
  await writeFile(path.join(context, 'Dockerfile'), dockerfile);
  await writeFile(path.join(context, 'given'), 'given\n');
  const { stdout, stderr } = await run(
    'docker',
    ['-H', `unix://${engine.socket}`, 'build', '--no-cache', '-t', tag, ...args, context],
    {
      env: { ...process.env, DOCKER_BUILDKIT: buildkit ? '1' : '0', BUILDKIT_PROGRESS: 'plain' },
      maxBuffer: 16 * 1024 * 1024,
    },
  );
  return stdout + stderr;
}

async function noRangesLeft(): Promise<void> {
  // The runtime does not wait for the release of a range.
  await expect.poll(() => engine.ranges()).toEqual([]);
  await expect.poll(() => engine.states()).toEqual([]);
}

describe.each([
  ['BuildKit', true],
  ['the legacy builder', false],
] as const)('docker build with %s', (_, buildkit) => {
  const tag = buildkit ? 'built-new' : 'built-old';

  it('runs RUN in its own range and leaves images with true owners', async () => {
    const output = await build(
      tag,
      buildkit,
      `FROM busybox AS one
RUN echo map $(cat /proc/self/uid_map) && mkdir /w && echo x > /w/f && chown 5:6 /w/f
COPY --chown=7:8 given /w/given
RUN stat -c %u:%g /w/f /w/given && echo more >> /w/given
FROM busybox
COPY --from=one /w /w
USER 9
RUN echo second $(cat /proc/self/uid_map)`,
    );
    expect(output).toMatch(/map 0 1\d{9} 65536/);
    expect(output).toMatch(/second 0 1\d{9} 65536/);
    expect(await engine.docker('run', '--rm', tag, 'stat', '-c', '%u:%g', '/w', '/w/f', '/w/given')).toBe(
      '0:0\n5:6\n7:8\n',
    );
    const listing = (
      await run('sh', [
        '-c',
        `docker -H unix://${engine.socket} create --name made ${tag} true >/dev/null; ` +
          `docker -H unix://${engine.socket} export made | tar --numeric-owner -tv`,
      ])
    ).stdout;
    await engine.docker('rm', 'made');
    expect(listing).toMatch(/5\/6 .* w\/f\n/);
    expect(listing).not.toMatch(/1\d{9}\//);
  });

  it("refuses the host's network", async () => {
    await expect(build('x', buildkit, 'FROM busybox\nRUN true', '--network=host')).rejects.toThrow(
      /host's network namespace|network\.host/,
    );
  });

  it('leaves nothing', async () => {
    expect(await engine.leftoverMounts()).toEqual([]);
    await noRangesLeft();
  });
});

it('isolation of builds is turned off and on without a restart of the engine', async () => {
  const dockerfile = 'FROM busybox\nRUN echo map $(cat /proc/self/uid_map)';
  await writeFile(plainBuilds(), '');
  try {
    expect(await build('plain', true, dockerfile)).toMatch(/map 0 0 4294967295/);
  } finally {
    await rm(plainBuilds());
  }
  expect(await build('isolated', true, dockerfile)).toMatch(/map 0 1\d{9} 65536/);
  await noRangesLeft();
});

it("BuildKit's mounts show root's files as root's: bind, writable bind, cache, secret, tmpfs", async () => {
  await writeFile(path.join(context, 'secret'), 'hush');
  const output = await build(
    'mounts',
    true,
    `# syntax-free
FROM busybox AS src
RUN mkdir -p /data/sub && echo inner > /data/sub/f && chown 5:6 /data/sub/f
FROM busybox
RUN --mount=type=bind,from=src,source=/data/sub,target=/m \\
  echo bind $(stat -c %u:%g /m /m/f) $(ls /m) $(cat /m/f) && ! touch /m/new 2>/dev/null
RUN --mount=type=bind,from=src,source=/data,target=/m,rw touch /m/new && echo rw $(stat -c %u /m/new)
RUN --mount=type=cache,target=/c echo cached > /c/f && echo wrote $(stat -c %u /c/f)
RUN --mount=type=cache,target=/c echo cache $(stat -c %u /c/f) $(cat /c/f)
RUN --mount=type=secret,id=s echo secret $(cat /run/secrets/s) $(stat -c %u /run/secrets/s)
RUN --mount=type=tmpfs,target=/t touch /t/x && echo tmpfs $(stat -c %u /t/x)
RUN --mount=type=bind,target=/ctx echo context $(cat /ctx/given)`,
    '--secret',
    `id=s,src=${path.join(context, 'secret')}`,
  );
  for (const line of [
    'bind 0:0 5:6 f inner',
    'rw 0',
    'wrote 0',
    'cache 0 cached',
    'secret hush 0',
    'tmpfs 0',
    'context given',
  ])
    expect(output).toContain(line);
  expect(await engine.leftoverMounts()).toEqual([]);
});

/** Process ids of the runtimes in a mount namespace of their own that has the mount at `directory`. */
async function runtimesWithMount(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    // A process may end at any moment: it has no mounts then.
    const arguments_ = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (!arguments_.includes('run') || !arguments_.some((one) => one.startsWith(engine.root))) continue;
    const namespace = await readlink(`/proc/${pid}/ns/mnt`).catch(() => null);
    if (namespace === (await readlink('/proc/self/ns/mnt'))) continue;
    const mounts = parseMountinfo(await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => ''));
    if (mounts.some(({ mountPoint }) => mountPoint === directory)) found.push(pid);
  }
  return found;
}

it('a running step does not keep a file system mounted that the machine unmounts', async () => {
  const shared = path.join(context, 'shared');
  const unmounted = path.join(shared, 'unmounted');
  await mkdir(shared);
  await run('mount', ['-t', 'tmpfs', 'tmpfs', shared]);
  await run('mount', ['--make-shared', shared]);
  await mkdir(unmounted);
  await run('mount', ['-t', 'tmpfs', 'tmpfs', unmounted]);
  const dockerfile = 'FROM busybox\nRUN echo step runs in $(cat /proc/self/uid_map) && sleep 600';
  const building = spawn('docker', ['-H', `unix://${engine.socket}`, 'build', '--no-cache', '-'], {
    env: { ...process.env, DOCKER_BUILDKIT: '1', BUILDKIT_PROGRESS: 'plain' },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const closed = once(building, 'close');
  try {
    building.stdin.end(dockerfile);
    let output = '';
    // Not by the stream's own iterator: it would close the pipe, which ends the client and the step.
    for await (const [chunk] of on(building.stderr.setEncoding('utf8'), 'data', { close: ['close'] })) {
      output += String(chunk);
      if (/step runs in +0 +1\d{9}/.test(output)) break;
    }
    const runtimes = await runtimesWithMount(unmounted);
    expect(runtimes).toHaveLength(1);
    await run('umount', [unmounted]);
    expect(await runtimesWithMount(unmounted)).toEqual([]);
    expect(await readdir('/proc')).toEqual(expect.arrayContaining(runtimes));
  } finally {
    building.kill('SIGINT');
    await closed;
    await run('umount', ['--recursive', shared]);
    await rmdir(shared);
  }
});
