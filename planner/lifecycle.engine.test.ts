import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { shimsOf, startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { killIfRunning } from '../tests/support/kill-if-running.ts';
import { parseMountinfo } from '../engine/base/mountinfo.ts';
import { rangeSize } from '../shared/isolation/range-size.ts';
import { lastBase } from './ranges/id-ranges.ts';

const run = promisify(execFile);
let engine: IsolatedEngine;
beforeAll(async () => {
  engine = await startIsolatedEngine();
});
afterAll(async () => {
  await engine.stop();
});
afterEach(async () => {
  // Containers of a failed test must not make later tests fail.
  const left = (await engine.docker('ps', '-aq')).split('\n').filter((id) => id !== '');
  if (left.length > 0) await engine.docker('rm', '-f', ...left);
  expect(left).toEqual([]);
  await nothingLeft();
});

/** The planner cleans up after a killed runtime by itself. */
const nothingLeft = () =>
  vi.waitFor(
    async () => {
      expect({
        mounts: await engine.leftoverMounts(),
        ranges: await engine.ranges(),
        states: await engine.states(),
      }).toEqual({ mounts: [], ranges: [], states: [] });
    },
    { timeout: 60_000, interval: 50 },
  );

/** Replaces runc by `script` while `during` runs; `$real` is runc. */
async function withRunc(script: string, during: () => Promise<void>): Promise<void> {
  const runc = path.join(engine.paths.runtimeDir, 'runc');
  const real = await readlink(runc);
  await rm(runc);
  await writeFile(runc, `#!/bin/sh\nreal=${real}\n${script}`, { mode: 0o755 });
  try {
    await during();
  } finally {
    await rm(runc);
    await symlink(real, runc);
  }
}

const message = (call: Promise<unknown>) =>
  call.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => String(error),
  );

it('cp, export and diff of a stopped container show its ids on disk', async () => {
  await engine.docker(
    'run',
    '--name',
    'stopped',
    'busybox',
    'sh',
    '-c',
    'echo mine > /f; chown 3:4 /f; rm /etc/group; mkdir /d; chmod 4755 /bin/busybox',
  );
  expect((await engine.docker('diff', 'stopped')).trim().split('\n').sort()).toEqual([
    'A /d',
    'A /f',
    'C /bin',
    'C /bin/busybox',
    'C /etc',
    'D /etc/group',
  ]);
  const list = async (what: string) =>
    (await run('sh', ['-c', `docker -H unix://${engine.socket} ${what} | tar --numeric-owner -tv`])).stdout;
  expect(await list('cp stopped:/f -')).toMatch(/3\/4 /);
  const exported = await list('export stopped');
  expect(exported).toMatch(/3\/4 .* f\n/);
  expect(exported).toMatch(/-rwsr-xr-x 0\/0 .* bin\/busybox/);
  expect(exported.split('\n').filter((line) => /1\d{9}/.test(line))).toEqual([]);
  await engine.docker('rm', 'stopped');
});

it('commit and a run of the committed image keep owners', async () => {
  await engine.docker(
    'run',
    '--name',
    'kept',
    'busybox',
    'sh',
    '-c',
    'echo mine > /f; chown 3:70000 /f || chown 3:4 /f',
  );
  await engine.docker('commit', 'kept', 'committed');
  expect(await engine.docker('run', '--rm', 'committed', 'stat', '-c', '%u:%g', '/f')).toBe('3:4\n');
  await engine.docker('rm', 'kept');
  await engine.docker('rmi', 'committed');
});

it('a stopped container shows true ids, also after an export while it ran', async () => {
  await engine.docker(
    'run',
    '-d',
    '--name',
    'leaky',
    'busybox',
    'sh',
    '-c',
    'echo mine > /f; exec sleep 1000',
  );
  await run('sh', ['-c', `docker -H unix://${engine.socket} export leaky > /dev/null`]);
  await engine.docker('stop', '-t', '0', 'leaky');
  const listing = (
    await run('sh', ['-c', `docker -H unix://${engine.socket} export leaky | tar --numeric-owner -tv`])
  ).stdout;
  expect(listing).toMatch(/0\/0 .* f\n/);
  expect(listing).not.toMatch(/1\d{9}/);
  await engine.docker('start', 'leaky');
  expect(await engine.docker('exec', 'leaky', 'stat', '-c', '%u', '/f')).toBe('0\n');
  await engine.docker('rm', '-f', 'leaky');
});

it('a create that fails in runc leaves nothing', async () => {
  expect(await message(engine.docker('run', '--rm', 'busybox', '/no/such/program'))).toContain(
    'no such file',
  );
});

it('without a planner: running containers continue and can be stopped, new ones fail closed', async () => {
  await engine.docker('run', '-d', '--name', 'on', 'busybox', 'sleep', '1000');
  await engine.docker('run', '-d', '--name', 'off', 'busybox', 'sleep', '1000');
  await engine.planner().end('SIGKILL');
  expect(await engine.docker('exec', 'on', 'echo', 'alive')).toBe('alive\n');
  await engine.docker('create', '--name', 'new', 'busybox', 'cat', '/proc/self/uid_map');
  const why = await message(engine.docker('start', 'new'));
  expect(why).toContain('bulkhead: the isolation planner does not answer');
  expect(why).toContain('restart the engine');
  await engine.docker('kill', 'off');
  await engine.docker('rm', '-f', 'off');

  await engine.startPlanner();
  expect(await engine.states()).toHaveLength(1);
  expect(await engine.ranges()).toHaveLength(1);
  expect(await engine.docker('exec', 'on', 'echo', 'alive')).toBe('alive\n');
  expect(await engine.docker('start', '-a', 'new')).toMatch(/^\s*0 1\d{9} {6}65536\n$/);
  await engine.docker('rm', '-f', 'on', 'new');
});

it('a second planner for one engine is refused, also when both start at once', async () => {
  await expect(engine.startPlanner()).rejects.toThrow('the planner ended: 1');
  await engine.planner().end('SIGKILL');
  const both = await Promise.allSettled([engine.startPlanner(), engine.startPlanner()]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await engine.docker('run', '--rm', 'busybox', 'true');
});

it('a container deleted while no planner ran can be started again', async () => {
  await engine.docker('run', '-d', '--name', 'revived', 'busybox', 'sleep', '1000');
  await engine.docker('exec', 'revived', 'touch', '/f');
  await engine.planner().end('SIGKILL');
  await engine.docker('stop', '-t', '0', 'revived');
  await engine.startPlanner();
  expect(await engine.leftoverMounts()).toEqual([]);
  await engine.docker('start', 'revived');
  expect(await engine.docker('exec', 'revived', 'stat', '-c', '%u', '/f')).toBe('0\n');
  await engine.docker('rm', '-f', 'revived');
});

/**
 * Reproduces a container's remains after a crash: its state, and its overlay in place of the engine's own; it
 * contains `file`.
 */
async function leaveOverlay(
  id: string,
): Promise<{ readonly point: string; readonly remove: () => Promise<void> }> {
  const scratch = await mkdtemp('/tmp/bh-');
  const at = (name: string) => path.join(scratch, name);
  for (const name of ['lower', 'upper/diff', 'upper/work', 'merged'])
    await mkdir(at(name), { recursive: true });
  await writeFile(at('lower/file'), 'kept');
  await run('mount', [
    '-t',
    'overlay',
    '-o',
    `nosuid,nodev,noexec,lowerdir=${at('lower')},upperdir=${at('upper/diff')},workdir=${at('upper/work')}`,
    'overlay',
    at('merged'),
  ]);
  const overlay = {
    lowers: [at('lower')],
    upper: { parent: at('upper'), name: 'diff', work: 'work' },
    options: [],
  };
  await writeFile(
    path.join(engine.own.containers, `${id}.json`),
    JSON.stringify({
      id,
      runcRoot: '/run/runc',
      base: lastBase,
      runtimePid: 1,
      overlay,
      enginePoints: [at('merged')],
    }),
  );
  return {
    point: at('merged'),
    remove: async () => {
      await run('umount', [at('merged')]);
      await rm(scratch, { recursive: true });
    },
  };
}

const flagsOf = async (point: string) =>
  parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'))
    .filter(({ mountPoint }) => mountPoint === point)
    .map(({ flags }) => flags);

it("the planner's start removes leftovers of a crash, keeps ranges of live containers", async () => {
  await engine.planner().end('SIGKILL');
  const ghost = await leaveOverlay('ghost');
  const claimed = (base: number, id: string) =>
    writeFile(path.join(engine.own.ranges, String(base)), JSON.stringify({ root: engine.paths.root, id }));
  await claimed(lastBase, 'ghost');
  await claimed(lastBase - rangeSize, 'nobody');
  const unclear = lastBase - 2 * rangeSize;
  await claimed(unclear, 'unclear');
  const living = spawn('setpriv', [`--reuid=${unclear}`, '--clear-groups', 'sleep', '1000']);
  await expect.poll(async () => (await stat(`/proc/${living.pid}`)).uid).toBe(unclear);

  await engine.startPlanner();
  expect(await engine.states()).toEqual([]);
  expect(await engine.ranges()).toEqual([unclear]);
  // The engine's own overlay is restored.
  const flags = (await flagsOf(ghost.point)).flat();
  expect(flags).toEqual(expect.arrayContaining(['nosuid', 'nodev']));
  expect(flags).not.toContain('noexec');
  expect(await readdir(ghost.point)).toEqual(['file']);
  await ghost.remove();

  living.kill('SIGKILL');
  await once(living, 'exit');
  await engine.planner().end('SIGTERM');
  await engine.startPlanner();
  expect(await engine.ranges()).toEqual([]);
});

it("the planner's start removes mounts of an earlier version, and follows no link", async () => {
  await engine.planner().end('SIGKILL');
  const outside = await mkdtemp('/tmp/bh-');
  await writeFile(path.join(outside, 'precious'), 'x');
  const of = (id: string, ...names: string[]) => path.join(engine.own.mounts, id, ...names);
  for (const id of ['honest', 'hostile']) {
    await mkdir(of(id, 'root'), { recursive: true });
    await run('mount', ['--bind', outside, of(id, 'root')]);
    await mkdir(of(id, 'binds', '0'), { recursive: true });
    await run('mount', ['--bind', outside, of(id, 'binds', '0')]);
    await chown(of(id), lastBase, lastBase);
  }
  // What the owner of its directory could do: put a link in place of the directory that the planner works in.
  await rename(of('hostile', 'binds'), of('hostile', 'old'));
  await symlink(outside, of('hostile', 'binds'));

  await engine.startPlanner();
  expect(await engine.leftoverMounts()).toEqual([]);
  expect(await readdir(outside)).toEqual(['precious']);
  expect((await readdir(engine.own.mounts)).filter((name) => name !== 'root' && name !== 'hostile')).toEqual(
    [],
  );
  // Not removed, because it was not the planner's own; only root can access it now.
  expect((await stat(of('hostile'))).mode & 0o777).toBe(0o700);
  await rm(of('hostile'), { recursive: true });
  await rm(outside, { recursive: true });
  expect(await engine.docker('run', '--rm', 'busybox', 'echo', 'works')).toBe('works\n');
});

it(
  'the planner cleans up after a runtime killed after its mounts and before runc ran',
  { tags: ['small'] },
  async () => {
    await withRunc(
      'case " $* " in *" create "*) kill -9 "$PPID"; exec sleep 30;; esac\nexec "$real" "$@"\n',
      async () => {
        await message(engine.docker('run', '--rm', 'busybox', 'true'));
      },
    );
    await nothingLeft();
    expect(await engine.docker('run', '--rm', 'busybox', 'echo', 'works')).toBe('works\n');
  },
);

it('the planner cleans up after a runtime killed after delete; the engine sees true ids', async () => {
  await engine.docker(
    'run',
    '-d',
    '--name',
    'halfway',
    '--stop-signal',
    'KILL',
    'busybox',
    'sh',
    '-c',
    'echo mine > /f; exec sleep 1000',
  );
  // Keeps the engine's mount in place when the container is gone.
  await run('sh', ['-c', `docker -H unix://${engine.socket} export halfway > /dev/null`]);
  await withRunc(
    '"$real" "$@"; code=$?\ncase " $* " in *" delete "*) kill -9 "$PPID";; esac\nexit $code\n',
    () => engine.docker('stop', 'halfway').then(() => undefined),
  );
  await nothingLeft();
  const listing = (
    await run('sh', ['-c', `docker -H unix://${engine.socket} export halfway | tar --numeric-owner -tv`])
  ).stdout;
  expect(listing).toMatch(/0\/0 .* f\n/);
  expect(listing).not.toMatch(/1\d{9}/);
  await engine.docker('rm', 'halfway');
});

it('a delete whose runtime was killed before runc deleted is completed', async () => {
  await engine.docker(
    'run',
    '-d',
    '--name',
    'interrupted',
    '--stop-signal',
    'KILL',
    'busybox',
    'sleep',
    '1000',
  );
  // Once: later requests are real.
  const once = path.join(engine.root, 'killed');
  await withRunc(
    `case " $* " in *" delete "*) [ -e ${once} ] || { touch ${once}; kill -9 "$PPID"; exec sleep 30; ` +
      '};; esac\nexec "$real" "$@"\n',
    async () => {
      await engine.docker('rm', '-f', 'interrupted').catch(() => undefined);
      await nothingLeft();
    },
  );
  await engine.docker('rm', '-f', 'interrupted').catch(() => undefined);
});

it('a delete that is killed repeatedly is retried until it succeeds', async () => {
  await engine.docker('run', '-d', '--name', 'unlucky', '--stop-signal', 'KILL', 'busybox', 'sleep', '1000');
  // Two failures for containerd, which then stops trying, and two for the planner.
  const killed = path.join(engine.root, 'killed-often');
  await withRunc(
    `case " $* " in *" delete "*) [ "$(cat ${killed} 2>/dev/null | wc -l)" -ge 4 ] || ` +
      `{ echo x >> ${killed}; kill -9 "$PPID"; exec sleep 30; };; esac\nexec "$real" "$@"\n`,
    async () => {
      await engine.docker('rm', '-f', 'unlucky').catch(() => undefined);
      await nothingLeft();
    },
  );
  expect(await readFile(killed, 'utf8')).toBe('x\n'.repeat(4));
  await engine.docker('rm', '-f', 'unlucky').catch(() => undefined);
});

it('a container is ended although its shim, and then the runtime that ends it, are killed', async () => {
  await engine.docker('run', '-d', '--name', 'alone', 'busybox', 'sleep', '1000');
  const once = path.join(engine.root, 'killed by force');
  await withRunc(
    `case " $* " in *" delete --force "*) [ -e '${once}' ] || { touch '${once}'; kill -9 "$PPID"; ` +
      'exec sleep 30; };; esac\nexec "$real" "$@"\n',
    async () => {
      for (const pid of await shimsOf(engine.root)) killIfRunning(pid);
      await nothingLeft();
      await stat(once);
    },
  );
  await engine.docker('rm', '-f', 'alone');
});

/** Replaces the runtime by a script while `during` runs; `$real` is the runtime. */
async function withRuntime(script: string, during: () => Promise<void>): Promise<void> {
  const { runtimeBinary } = engine.paths;
  const real = `${runtimeBinary}.real`;
  await rename(runtimeBinary, real);
  await writeFile(runtimeBinary, `#!/bin/sh\nreal=${real}\n${script}exec "$real" "$@"\n`, { mode: 0o755 });
  try {
    await during();
  } finally {
    await rename(real, runtimeBinary);
  }
}

it('a delete whose runtime was killed before its request is completed', async () => {
  await engine.docker('run', '-d', '--name', 'unheard', '--stop-signal', 'KILL', 'busybox', 'sleep', '1000');
  const once = path.join(engine.root, 'killed unheard');
  await withRuntime(
    `case " $* " in *" delete "*) [ -e '${once}' ] || { touch '${once}'; kill -9 $$; };; esac\n`,
    async () => {
      await engine.docker('rm', '-f', 'unheard').catch(() => undefined);
      await stat(once);
      await vi.waitFor(
        async () => {
          expect({ ranges: await engine.ranges(), states: await engine.states() }).toEqual({
            ranges: [],
            states: [],
          });
        },
        { timeout: 60_000, interval: 50 },
      );
    },
  );
  await engine.docker('rm', '-f', 'unheard').catch(() => undefined);
});

// The engine may unmount a container's layers just when the planner is about to mount them.
it('what the planner could not clean up at first it cleans up soon after', async () => {
  await engine.docker('run', '-d', '--name', 'raced', '--stop-signal', 'KILL', 'busybox', 'sleep', '1000');
  // Keeps the engine's mount in place when the container is gone.
  await run('sh', ['-c', `docker -H unix://${engine.socket} export raced > /dev/null`]);
  const failed = path.join(engine.root, 'failed');
  await withRuntime(
    `case " $* " in *" --bulkhead-perform "*) [ "$(cat ${failed} 2>/dev/null | wc -l)" -ge 3 ] || ` +
      `{ echo x >> ${failed}; echo 'cannot open the layers' >&2; exit 1; };; esac\n`,
    async () => {
      await withRunc(
        '"$real" "$@"; code=$?\ncase " $* " in *" delete "*) kill -9 "$PPID";; esac\nexit $code\n',
        async () => {
          await engine.docker('stop', '-t', '0', 'raced').catch(() => undefined);
        },
      );
      await nothingLeft();
    },
  );
  expect(await readFile(failed, 'utf8')).toBe('x\n'.repeat(3));
  await engine.docker('rm', '-f', 'raced').catch(() => undefined);
});

it('a container whose state was lost keeps running, is cleaned up once ended, and starts again', async () => {
  for (const name of ['lost', 'kept'])
    await engine.docker(
      'run',
      '-d',
      '--name',
      name,
      '--stop-signal',
      'KILL',
      '-v',
      'data:/data',
      'busybox',
      'sleep',
      '1000',
    );
  const lost = (await engine.docker('inspect', '-f', '{{.Id}}', 'lost')).trim();
  await rm(path.join(engine.own.containers, `${lost}.json`));
  await engine.planner().end('SIGKILL');
  await engine.startPlanner();
  expect(await engine.docker('exec', 'lost', 'cat', '/etc/hostname')).toBe(`${lost.slice(0, 12)}\n`);
  expect(await engine.ranges()).toHaveLength(2);
  await engine.docker('restart', 'lost');
  expect(await engine.docker('exec', 'lost', 'ls', '/data')).toBe('');
  await engine.docker('rm', '-f', 'lost', 'kept');
});

it('on a full disk containers end as usual, and the reason why none starts is reported', async () => {
  await engine.docker(
    'run',
    '-d',
    '--name',
    'full',
    '--stop-signal',
    'KILL',
    '-v',
    'data:/data',
    'busybox',
    'sleep',
    '1000',
  );
  const stateFiles = (await readdir(engine.own.containers)).map((name) =>
    path.join(engine.own.containers, name),
  );
  const copies = await Promise.all(stateFiles.map((file) => readFile(file)));
  // A separate disk of one page, which the container's state fills.
  await run('mount', ['-t', 'tmpfs', '-o', 'size=4k,mode=700', 'none', engine.own.containers]);
  try {
    for (const [i, file] of stateFiles.entries()) await writeFile(file, copies[i] ?? '');
    expect(await message(engine.docker('run', '--rm', 'busybox', 'true'))).toContain(
      `cannot be written in ${engine.own.containers}: ENOSPC: no space left on device`,
    );
    expect(await readdir(engine.own.containers)).toEqual(stateFiles.map((file) => path.basename(file)));
    await engine.docker('rm', '-f', 'full');
    await nothingLeft();
  } finally {
    await run('umount', ['-l', engine.own.containers]);
    for (const file of stateFiles) await rm(file, { force: true });
  }
});

it('a runc that creates without a user namespace is detected before the container starts', async () => {
  // Undoes the planner's edit, as a runc would that ignored the user namespace.
  const ignoring = `b=; for a in "$@"; do [ "$p" = --bundle ] && b=$a; p=$a; done
case " $* " in *" create "*)
  sed -i 's/,{"type":"user"}//; s/,"uidMappings":.*"gidMappings":[^]]*\\]//' "$b/config.json"
esac
exec "$real" "$@"\n`;
  await withRunc(ignoring, async () => {
    expect(await message(engine.docker('run', '--rm', 'busybox', 'sh', '-c', 'echo RAN'))).toContain(
      'without its own user namespace',
    );
  });
});

it('a start while the planner is being restarted waits for it', async () => {
  await engine.docker('create', '--name', 'patient', 'busybox', 'echo', 'ran');
  await engine.planner().end('SIGKILL');
  const [out] = await Promise.all([engine.docker('start', '-a', 'patient'), engine.startPlanner()]);
  expect(out).toBe('ran\n');
  await engine.docker('rm', 'patient');
});

/** Sends raw bytes to the planner as a different runtime might; resolves with its response. */
const send = (bytes: Buffer) =>
  new Promise<string>((resolve) => {
    const socket = connect({ path: engine.paths.plannerSocket });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(answer);
    });
    socket.end(bytes);
  });
const requestFrame = (...list: string[]) => Buffer.from(list.map((field) => `${field}\0`).join(''));

it("requests during a starting planner's initial scan are answered after it", async () => {
  await engine.planner().end('SIGKILL');
  // Something to clean up that takes as long as the test needs.
  const ghost = await leaveOverlay('ghost');
  const pipes = await mkdtemp('/tmp/bh-');
  const [begun, go] = [path.join(pipes, 'begun'), path.join(pipes, 'go')];
  await run('mkfifo', [begun, go]);
  await withRuntime(
    `case " $* " in *" --bulkhead-perform "*) echo > ${begun}; read line < ${go};; esac\n`,
    async () => {
      const started = engine.startPlanner();
      await readFile(begun);
      const client = connect({ path: engine.paths.plannerSocket });
      await once(client, 'connect');
      client.end(
        requestFrame('bulkhead-request-2', 'delete', 'abcdefgh', '', '/run/runc', String(process.pid), 'end'),
      );
      await writeFile(go, '\n');
      await started;
      expect(await text(client)).toMatch(/^bulkhead-plan-2/);
    },
  );
  await ghost.remove();
  await rm(pipes, { recursive: true });
});

it('a bind source that hangs fails only its own container, with a clear message', async () => {
  const [hanging, bundle] = [await mkdtemp('/tmp/bh-'), await mkdtemp('/tmp/bh-')];
  // A FUSE file system whose server never responds; it ends with the server.
  const server = spawn('bash', [
    '-c',
    'exec 3<>/dev/fuse && mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0,allow_other none ' +
      '"$1" && echo mounted && exec sleep 1000',
    'bash',
    hanging,
  ]);
  try {
    await new Promise<void>((resolve, reject) => {
      server.stdout.once('data', () => {
        resolve();
      });
      server.once('exit', () => {
        reject(new Error('no FUSE mount'));
      });
    });
    // dockerd inspects sources, too, so the test simulates one that hangs only when the runtime sends its
    // request.
    await writeFile(
      path.join(bundle, 'config.json'),
      JSON.stringify({ mounts: [{ destination: '/m', type: 'bind', source: path.join(hanging, 'x') }] }),
    );
    const refused = send(
      requestFrame(
        'bulkhead-request-2',
        'create',
        'abcdefgh',
        bundle,
        '/run/runc',
        String(process.pid),
        'end',
      ),
    );
    expect(await engine.docker('run', '--rm', 'busybox', 'echo', 'works')).toBe('works\n');
    expect(await refused).toMatch(/does not respond: .* \(fuse at /);
  } finally {
    server.kill('SIGKILL');
    await run('umount', ['-l', hanging]);
    await rmdir(hanging);
    await rm(bundle, { recursive: true });
  }
});

it('the planner refuses or ignores invalid requests, and continues', async () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    requestFrame('bulkhead-request-2', 'create', '../x', '/b', '/r', '1', 'end'),
    Buffer.alloc(10_000, 0),
  ]) {
    expect((await send(bytes)).split('\0').slice(0, 3)).toEqual(['bulkhead-plan-2', '3', 'error']);
  }
  expect(await send(Buffer.alloc(1 << 20, 65))).toBe('');
  // A bundle and a process that do not exist.
  expect(
    await send(
      requestFrame(
        'bulkhead-request-2',
        'create',
        'abcdefgh',
        '/nonexistent',
        '/run/runc',
        String(process.pid),
        'end',
      ),
    ),
  ).toContain('could not be planned');
  expect(
    await send(requestFrame('bulkhead-request-2', 'delete', 'abcdefgh', '', '/run/runc', '4194304', 'end')),
  ).toContain('error');
  expect(await engine.docker('run', '--rm', 'busybox', 'echo', 'works')).toBe('works\n');
});

it('serves only root', async () => {
  const { mode, uid } = await stat(engine.paths.plannerSocket);
  expect([mode & 0o777, uid]).toEqual([0o600, 0]);
});
