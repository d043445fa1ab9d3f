import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bulkhead, embeddedEngine, type EmbeddedEngine } from '../tests/support/embedded-engine.ts';
import { getOverSocket } from '../engine/base/get-over-socket.ts';

// Gateway and planner of a real engine are restarted when their event loop is stuck, and keep their sockets;
// and file descriptors that the supervisor inherited reach none of its children.

const eciOn = {
  configurationFileVersion: 2,
  enhancedContainerIsolation: {
    locked: true,
    value: true,
    dockerSocketMount: { imageList: { images: ['*'] } },
  },
};
const secret = '/etc/hostname';
const secretNumber = 40;
/** Of an event loop that is busy, its processor time counts: on a loaded machine it gets little. */
const stuckMs = 300_000;

let engine: EmbeddedEngine;
let supervisor: ChildProcess;
let busyHook: string;
beforeAll(async () => {
  engine = await embeddedEngine();
  await writeFile(engine.paths.settings, JSON.stringify(eciOn));
  // Loaded into each of our Node processes: blocks the event loop forever, on request.
  busyHook = path.join(engine.paths.root, 'busy.cjs');
  await writeFile(busyHook, "process.on('SIGUSR2', () => { for (;;); });");
  const fd = openSync(secret, 'r');
  const others = Array.from({ length: secretNumber - 3 }, () => 'ignore' as const);
  supervisor = spawn(bulkhead, ['engine', 'start', '--root', engine.paths.root, '--foreground'], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', ...others, fd],
    env: { ...process.env, NODE_OPTIONS: `--require=${busyHook}` },
  });
  closeSync(fd);
  const isReady = async () => (await engine.state().catch(() => null))?.phase === 'ready';
  await vi.waitUntil(isReady, { timeout: 60_000, interval: 100 });
  await engine.busybox();
});
afterAll(async () => {
  await engine.dispose();
  await rm(busyHook, { force: true });
});

const other = async (name: 'gateway' | 'planner', before: number): Promise<void> => {
  await expect
    .poll(
      async () => {
        const now = (await engine.state())[name];
        return now !== null && now.pid !== before;
      },
      { timeout: stuckMs },
    )
    .toBe(true);
};
const pidOf = async (name: 'gateway' | 'planner'): Promise<number> => {
  const identity = (await engine.state())[name];
  if (identity === null) throw new Error(`no ${name} runs`);
  return identity.pid;
};

describe('an event loop that is stuck', () => {
  let holder = '';
  let startedAt = '';
  const socketOf = async (id: string): Promise<string> => {
    const mount = JSON.parse(await engine.docker('inspect', '-f', '{{json .Mounts}}', id)) as {
      readonly Source: string;
      readonly Destination: string;
    }[];
    return mount.find(({ Destination }) => Destination.endsWith('/docker.sock'))?.Source ?? '';
  };
  beforeAll(async () => {
    holder = (
      await engine.docker(
        'run',
        '-d',
        '--network',
        'none',
        '-v',
        `${engine.paths.clientSocket}:/var/run/docker.sock`,
        'busybox',
        'sleep',
        '10000',
      )
    ).trim();
    startedAt = await engine.docker('inspect', '-f', '{{.State.StartedAt}}', holder);
  });
  /**
   * Sends a request to a socket (to the container's own as a process inside would), however long it takes.
   */
  const ping = async (socket: string) => (await getOverSocket(socket, '/_ping', 100_000)).body;

  it.each([
    ['stopped', 'SIGSTOP'],
    ['busy', 'SIGUSR2'],
  ] as const)(
    'of the gateway (%s): it is restarted; clients and containers meanwhile wait and are answered',
    async (_how, signal) => {
      const before = await pidOf('gateway');
      const own = await socketOf(holder);
      process.kill(before, signal);
      // By now it has either been accepted or not.
      const answer = ping(own).catch(() => 'reset');
      const replaced = other('gateway', before);
      // Again once the stuck process is gone, while nobody but the supervisor listens.
      await expect
        .poll(
          () => {
            try {
              return process.kill(before, 0);
            } catch {
              return false;
            }
          },
          { timeout: stuckMs, interval: 5 },
        )
        .toBe(false);
      const clientDuringRestart = await Promise.all([
        engine.docker('version', '-f', '{{.Server.Version}}'),
        ping(own),
        ping(engine.paths.clientSocket),
      ]);
      expect(clientDuringRestart.slice(1)).toEqual(['OK', 'OK']);
      await replaced;
      expect(['OK', 'reset']).toContain(await answer);
      expect(await engine.docker('inspect', '-f', '{{.State.StartedAt}}', holder)).toBe(startedAt);
      expect(await readFile(path.join(engine.paths.logs, 'gateway.log'), 'utf8')).toMatch(
        /gateway \(pid \d+\) hangs: no heartbeat of its event loop for \d+ s/,
      );
    },
    stuckMs,
  );

  it.each([
    ['stopped', 'SIGSTOP'],
    ['busy', 'SIGUSR2'],
  ] as const)(
    'of the planner (%s): it is restarted; a container that starts meanwhile waits and starts',
    async (_how, signal) => {
      const before = await pidOf('planner');
      process.kill(before, signal);
      expect(await engine.docker('run', '--rm', '--network', 'none', 'busybox', 'echo', 'started')).toBe(
        'started\n',
      );
      await other('planner', before);
      expect(await engine.docker('inspect', '-f', '{{.State.StartedAt}}', holder)).toBe(startedAt);
      expect(await readFile(path.join(engine.paths.logs, 'planner.log'), 'utf8')).toMatch(
        /planner \(pid \d+\) hangs: no heartbeat of its event loop for \d+ s/,
      );
    },
    stuckMs,
  );

  it('is not reported if the supervisor itself did not run', async () => {
    const [gateway, planner] = [await pidOf('gateway'), await pidOf('planner')];
    // If the supervisor itself was not running for longer than the limit, as on a suspended machine, it kills
    // no child.
    supervisor.kill('SIGSTOP');
    process.kill(gateway, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    process.kill(gateway, 'SIGCONT');
    supervisor.kill('SIGCONT');
    expect(await engine.docker('run', '--rm', '--network', 'none', 'busybox', 'echo', 'started')).toBe(
      'started\n',
    );
    expect([await pidOf('gateway'), await pidOf('planner')]).toEqual([gateway, planner]);
  });
});

describe('a descriptor that the supervisor inherited', () => {
  const links = async (pid: number | undefined) =>
    Promise.all(
      (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
    );

  it('is passed to no process: the children inherit stdio only', async () => {
    expect(await links(supervisor.pid)).toContain(secret);
    const { gateway, planner, dockerd } = await engine.state();
    for (const identity of [gateway, planner, dockerd])
      expect(await links(identity?.pid)).not.toContain(secret);
    for (const pid of [supervisor.pid, gateway?.pid, planner?.pid]) {
      const inheritable: string[] = [];
      for (const fd of await readdir(`/proc/${pid}/fdinfo`)) {
        const info = await readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8').catch(() => null);
        const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(info ?? '') ?? [];
        if (Number(fd) > 2 && info !== null && (parseInt(flags, 8) & 0o2000000) === 0)
          inheritable.push(`${fd} ${await readlink(`/proc/${pid}/fd/${fd}`)}`);
      }
      expect([pid, inheritable]).toEqual([pid, []]);
    }
  });
});
