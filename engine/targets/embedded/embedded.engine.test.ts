import { execFile, spawn } from 'node:child_process';
import { mkdir, cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { docker } from '../../../tests/support/real-engine.ts';
import { connectControl } from './control-client.ts';
import type { SupervisorState } from './control-protocol.ts';
import { createEmbeddedDriver } from './driver.ts';
import { bulkhead, embeddedEngine, type EmbeddedEngine } from '../../../tests/support/embedded-engine.ts';
import { getOverSocket } from '../../base/get-over-socket.ts';
import { removalNote } from '../../../shared/settings/removal-note.ts';
import { sha256 } from '../../base/files.ts';
import { createSettingsStore } from '../../store/settings-store.ts';
import { chainPrefix } from './firewall.ts';
import { bridgeName } from './engine-bridges.ts';
import { findLeftovers } from './engine-processes.ts';
import { identityOf, isAlive, runningProcesses, waitForExit } from '../../base/process-identity.ts';

const run = promisify(execFile);
const eciOn = JSON.stringify({
  configurationFileVersion: 2,
  enhancedContainerIsolation: { locked: true, value: true },
});

let engine: EmbeddedEngine;
beforeEach(async () => {
  engine = await embeddedEngine();
});
afterEach(async () => {
  await engine.dispose();
});

const inode = async (file: string) => (await stat(file)).ino;
const ping = () => getOverSocket(engine.paths.clientSocket, '/_ping');
const ours = async () =>
  Object.values(
    findLeftovers(await runningProcesses(), engine.paths, await engine.state(), process.pid),
  ).flat();

/** SIGKILLs children of the supervisor, or the supervisor itself, by their identity in the state file. */
async function kill(...names: ('supervisor' | 'dockerd' | 'gateway' | 'planner')[]) {
  const state = await engine.state();
  for (const name of names) {
    const identity = state[name];
    if (identity === null) throw new Error(`no ${name} runs`);
    process.kill(identity.pid, 'SIGKILL');
  }
  return state;
}

/** Resolves with the first matching state of the running supervisor. */
async function until(wanted: (state: SupervisorState) => boolean): Promise<SupervisorState> {
  const control = await connectControl(engine.paths.controlSocket);
  const reply = await control?.request('subscribe');
  if (control === null || reply?.ok !== true) throw new Error('no supervisor answers');
  try {
    for (let state: SupervisorState | null = reply.state; state !== null;) {
      if (wanted(state)) return state;
      state = await control.nextState();
    }
    throw new Error('the supervisor has ended');
  } finally {
    control.close();
  }
}

describe('start and stop', () => {
  it('serves clients on docker.sock, restricts engine.sock to root, leaves nothing behind', async () => {
    const started = await engine.driver.start();
    expect(started).toMatchObject({
      ok: true,
      value: {
        phase: 'ready',
        generation: 1,
        gatewayUp: true,
        plannerUp: true,
        defaultRuntime: 'runc',
        storageDriver: 'overlay2',
        problem: null,
      },
    });
    expect(await ping()).toMatchObject({ status: 200, body: 'OK' });
    expect((await stat(engine.paths.engineSocket)).mode & 0o777).toBe(0o600);
    expect((await stat(engine.paths.root)).mode & 0o777).toBe(0o711);
    // JSON as printed by docker
    const info = JSON.parse(await engine.docker('info', '--format', '{{json .Runtimes}}')) as object;
    expect(Object.keys(info)).toContain('bulkhead');
    await expect(stat(engine.paths.daemonJson)).rejects.toThrow('ENOENT');
    const { supervisor } = await engine.state();

    expect(await engine.driver.start()).toMatchObject({
      ok: true,
      value: { supervisorPid: supervisor.pid, generation: 1 },
    });

    expect(await engine.driver.stop()).toMatchObject({
      ok: true,
      value: { phase: 'stopped', supervisorPid: null, dockerdPid: null, gatewayUp: false, plannerUp: false },
    });
    expect(await ours()).toEqual([]);
    for (const socket of [engine.paths.clientSocket, engine.paths.engineSocket, engine.paths.plannerSocket])
      await expect(stat(socket)).rejects.toThrow('ENOENT');
    expect((await run('ip', ['-br', 'link'])).stdout).not.toContain(bridgeName(engine.paths));
    const rules = (await run('iptables-save')).stdout;
    expect(rules).not.toContain(bridgeName(engine.paths));
    expect(rules).not.toContain(chainPrefix(engine.paths));
    expect(await engine.driver.stop()).toMatchObject({ ok: true, value: { phase: 'stopped' } });
  });

  it('two concurrent starts: one supervisor, both succeed', async () => {
    const [a, b] = await Promise.all([engine.driver.start(), engine.driver.start()]);
    expect(a).toMatchObject({ ok: true, value: { phase: 'ready' } });
    expect(b).toMatchObject({ ok: true, value: { phase: 'ready' } });
    expect(a.ok && b.ok && a.value.supervisorPid === b.value.supervisorPid).toBe(true);
    const starts = (await readFile(`${engine.paths.logs}/supervisor.log`, 'utf8'))
      .split('\n')
      .filter((line) => / starting(?:\t|$)/.test(line));
    expect(starts).toHaveLength(1);
  });

  it('keeps its subnet over restarts', async () => {
    await engine.start();
    const gateway = (
      await engine.docker('network', 'inspect', 'bridge', '-f', '{{(index .IPAM.Config 0).Subnet}}')
    ).trim();
    await engine.driver.stop();
    await engine.start();
    expect(
      (await engine.docker('network', 'inspect', 'bridge', '-f', '{{(index .IPAM.Config 0).Subnet}}')).trim(),
    ).toBe(gateway);
  });

  it('two engines run side by side', async () => {
    const second = await embeddedEngine();
    try {
      await Promise.all([engine.start(), second.start()]);
      const ids = await Promise.all(
        [engine, second].map((e) => e.docker('info', '-f', '{{.ID}} {{.DockerRootDir}}')),
      );
      expect(new Set(ids).size).toBe(2);
      await second.driver.stop();
      expect(await ping()).toMatchObject({ status: 200 });
    } finally {
      await second.dispose();
    }
  });

  it('in the foreground through the launcher: SIGTERM ends it with exit code 0', async () => {
    const child = spawn(bulkhead, ['engine', 'start', '--root', engine.paths.root, '--foreground'], {
      stdio: 'ignore',
    });
    const exited = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        resolve(code ?? signal);
      }),
    );
    // Earlier, `start` would find no supervisor and start one.
    await expect.poll(async () => (await engine.state()).supervisor.pid, { timeout: 60_000 }).toBe(child.pid);
    await engine.start(); // waits for that one
    expect((await engine.state()).supervisor.pid).toBe(child.pid);
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(await engine.driver.status()).toMatchObject({ phase: 'stopped' });
  });

  it("leaves an administrator's disk for a volume mounted, at start and stop", async () => {
    await engine.start();
    await engine.docker('volume', 'create', 'db');
    await engine.driver.stop();
    const points = [
      path.join(engine.paths.data, 'volumes/db'),
      path.join(engine.paths.data, 'volumes/db/_data'),
    ];
    const mounted = async () => {
      const table = await readFile('/proc/self/mountinfo', 'utf8');
      return points.filter((point) => table.includes(` ${point} `));
    };
    try {
      for (const point of points) {
        await mkdir(point, { recursive: true });
        await run('mount', ['-t', 'tmpfs', 'admin', point]);
      }
      await engine.start();
      expect(await mounted()).toEqual(points);
      await engine.driver.stop();
      expect(await mounted()).toEqual(points);
    } finally {
      await engine.driver.stop();
      for (const point of points.toReversed()) await run('umount', [point]).catch(() => undefined);
    }
  });

  it('a root others may write to is refused', async () => {
    await run('chmod', ['0777', engine.paths.root]);
    expect(await engine.driver.start()).toMatchObject({ ok: false, error: { code: 'engine.root-invalid' } });
    await run('chmod', ['0700', engine.paths.root]);
  });
});

describe('killed with SIGKILL', () => {
  it('a hanging planner is killed and restarted, and containers start', async () => {
    await engine.start();
    await engine.busybox();
    const { planner } = await engine.state();
    if (planner === null) throw new Error('no planner runs');
    process.kill(planner.pid, 'SIGSTOP');
    await until((state) => state.planner !== null && state.planner.pid !== planner.pid);
    await engine.docker('run', '--rm', 'busybox', 'true');
  });

  it('dockerd is restarted; the container that ran can be started again', async () => {
    await engine.start();
    await engine.busybox();
    await engine.docker('run', '-d', '--name', 'kept', 'busybox', 'sleep', '1000');
    await engine.docker('run', '-d', '--name', 'back', '--restart', 'always', 'busybox', 'sleep', '1000');
    await engine.docker('run', '-d', '--rm', '--name', 'tmp', 'busybox', 'sleep', '1000');
    const pids = await engine.docker('inspect', '-f', '{{.State.Pid}}', 'kept', 'back', 'tmp');
    const before = await kill('dockerd');
    // Its containerd keeps running, and its containers with it; when memory is short, they end, too.
    for (const pid of pids.trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
    const after = await until((state) => state.phase === 'ready' && state.generation > before.generation);
    expect(after.gateway?.pid).toBe(before.gateway?.pid);
    const id = (await engine.docker('inspect', '-f', '{{.Id}}', 'kept')).trim();
    // 'back' is running again, and is not reported.
    expect(after.crash).toMatchObject({ containers: [id], removed: 1 });
    const status = () => run(bulkhead, ['status', '--root', engine.paths.root]);
    expect((await status()).stdout).toMatch(/^The engine crashed \(.+\)\. Killed, .+: kept\./m);
    await engine.docker('start', 'kept');
    expect((await status()).stdout).not.toContain('kept');
    expect(await engine.docker('exec', 'kept', 'echo', 'up')).toBe('up\n');
  });

  it('gateway and planner are restarted while the engine keeps running', async () => {
    await engine.start();
    const before = await kill('gateway', 'planner');
    await until(
      (state) =>
        state.gateway !== null &&
        state.planner !== null &&
        state.gateway.pid !== before.gateway?.pid &&
        state.planner.pid !== before.planner?.pid,
    );
    const answer = () =>
      ping().then(
        () => true,
        () => false,
      );
    await expect.poll(answer).toBe(true);
    expect(await engine.driver.status()).toMatchObject({
      phase: 'ready',
      generation: before.generation,
      dockerdPid: before.dockerd?.pid,
    });
  });

  it.each([
    ['the supervisor', ['supervisor']],
    ['supervisor and dockerd', ['supervisor', 'dockerd']],
    ['supervisor, gateway and planner', ['supervisor', 'gateway', 'planner']],
    ['everything', ['supervisor', 'dockerd', 'gateway', 'planner']],
  ] as const)('%s: the next start works, under ECI, with the container that ran', async (_name, victims) => {
    await writeFile(engine.paths.settings, eciOn);
    await engine.start();
    await engine.busybox();
    await engine.docker(
      'run',
      '-d',
      '--name',
      'kept',
      'busybox',
      'sh',
      '-c',
      'trap exit TERM; while :; do sleep 1; done',
    );
    const before = await kill(...victims);
    expect(await waitForExit([before.supervisor], 60_000)).toBe(true);
    expect(await engine.driver.status()).toMatchObject({
      phase: 'stopped',
      supervisorPid: null,
      problem: { message: expect.stringContaining('unexpectedly') as string },
    });
    await engine.start();
    await engine.docker('start', 'kept');
    expect((await engine.docker('exec', 'kept', 'cat', '/proc/self/uid_map')).trim()).toMatch(
      /^0\s+[1-9]\d+\s+65536$/,
    );
  });

  it('everything, then stop: no process, mount or network is left', async () => {
    await writeFile(engine.paths.settings, eciOn);
    await engine.start();
    await engine.busybox();
    await engine.docker(
      'run',
      '-d',
      '--name',
      'kept',
      'busybox',
      'sh',
      '-c',
      'trap exit TERM; while :; do sleep 1; done',
    );
    await kill('supervisor', 'dockerd', 'gateway', 'planner');
    expect(await engine.driver.stop()).toMatchObject({
      ok: true,
      value: { phase: 'stopped', problem: null },
    });
    expect(await ours()).toEqual([]);
    const mounts = await readFile('/proc/self/mountinfo', 'utf8');
    expect(
      mounts.split('\n').filter((line) => line.includes(engine.paths.root) || line.includes(engine.paths.id)),
    ).toEqual([]);
    expect((await run('ip', ['-br', 'link'])).stdout).not.toContain(bridgeName(engine.paths));
  });

  it('stale pid files that name another running process do not prevent the next start', async () => {
    await engine.start();
    await engine.driver.stop();
    await mkdir(`${engine.paths.run}/containerd`, { recursive: true });
    for (const name of ['dockerd.pid', 'containerd/containerd.pid'])
      await writeFile(`${engine.paths.run}/${name}`, String(process.pid));
    await writeFile(engine.paths.clientSocket, '');
    expect(await engine.driver.start()).toMatchObject({ ok: true, value: { phase: 'ready' } });
  });
});

describe('restart', () => {
  it('turns ECI on by the settings, restores daemon.json; the gateway keeps its socket', async () => {
    await writeFile(engine.paths.daemonJson, '{"debug" : false}');
    await engine.start();
    const socket = await inode(engine.paths.clientSocket);
    const before = await engine.state();
    const guard = async () =>
      (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').some((line) => {
        const [, , , , point, flags] = line.split(' ');
        return (
          point === `${engine.paths.data}/volumes` &&
          ['nosymfollow', 'nosuid', 'nodev'].every((flag) => flags?.split(',').includes(flag) === true)
        );
      });
    expect(await guard()).toBe(false);
    await writeFile(engine.paths.settings, eciOn);
    expect(await engine.driver.restart()).toMatchObject({
      ok: true,
      value: { phase: 'ready', generation: before.generation + 1, defaultRuntime: 'bulkhead' },
    });
    expect(await inode(engine.paths.clientSocket)).toBe(socket);
    expect((await engine.state()).gateway).toEqual(before.gateway);
    // A5: the engine follows no link in volumes, from the beginning.
    expect(await guard()).toBe(true);
    await writeFile(
      engine.paths.settings,
      JSON.stringify({
        configurationFileVersion: 2,
        enhancedContainerIsolation: { locked: true, value: false },
      }),
    );
    expect(await engine.driver.restart()).toMatchObject({ ok: true, value: { defaultRuntime: 'runc' } });
    expect(await guard()).toBe(false);
    expect(await readFile(engine.paths.daemonJson, 'utf8')).toBe('{"debug" : false}');
    expect(await inode(engine.paths.clientSocket)).toBe(socket);
  });

  it("under ECI a build may not use the host's network, nor run with raw privileges (C)", async () => {
    await writeFile(engine.paths.settings, eciOn);
    await engine.start();
    await engine.busybox();
    await writeFile(`${engine.paths.root}/Dockerfile`, 'FROM busybox\nRUN true\n');
    // The engine's own socket: it must also hold without the gateway.
    const build = (...more: string[]) =>
      run('docker', [
        '-H',
        `unix://${engine.paths.engineSocket}`,
        'build',
        '--no-cache',
        ...more,
        '-f',
        `${engine.paths.root}/Dockerfile`,
        engine.paths.logs,
      ]);
    await build();
    await expect(build('--network=host')).rejects.toThrow(/cannot share the host's network namespace/);
    await expect(build('--allow', 'security.insecure')).rejects.toThrow(/security\.insecure is not allowed/);
  });

  it.each([
    ['not JSON', '{"debug": true,}', /line 1/],
    ['a key of ours', '{"hosts": ["tcp://127.0.0.1:1"]}', /hosts/],
    ['what dockerd refuses', '{"log-driver": 3}', /log-driver|cannot unmarshal/],
  ])(
    'with an invalid daemon.json (%s) is refused with the reason first, and works once corrected',
    async (_name, text, reason) => {
      await engine.start();
      const before = await engine.driver.status();
      await writeFile(engine.paths.daemonJson, text);
      const restarted = await engine.driver.restart();
      expect(restarted.ok ? '' : `${restarted.error.message} ${restarted.error.reason ?? ''}`).toMatch(
        reason,
      );
      expect(await engine.driver.status()).toMatchObject({
        phase: 'ready',
        dockerdPid: before.dockerdPid,
        generation: before.generation,
      });
      expect(await ping()).toMatchObject({ status: 200 });
      expect(await readFile(engine.paths.daemonJson, 'utf8')).toBe(text);
      await writeFile(engine.paths.daemonJson, '{}');
      expect(await engine.driver.restart()).toMatchObject({
        ok: true,
        value: { phase: 'ready', problem: null },
      });
    },
  );

  it('fails with the reason if dockerd refuses daemon.json, and works once it is corrected', async () => {
    await engine.start();
    const socket = await inode(engine.paths.clientSocket);
    await writeFile(engine.paths.daemonJson, '{"storage-driver": "nonsense"}');
    const restarted = await engine.driver.restart();
    expect(restarted.ok ? '' : `${restarted.error.message} ${restarted.error.reason ?? ''}`).toMatch(
      /nonsense/,
    );
    expect(await engine.driver.status()).toMatchObject({
      phase: 'failed',
      gatewayUp: true,
      problem: { message: expect.stringMatching(/nonsense/) as string },
    });
    expect(await ping()).toMatchObject({ status: 503 });
    await writeFile(engine.paths.daemonJson, '{}');
    expect(await engine.driver.restart()).toMatchObject({
      ok: true,
      value: { phase: 'ready', problem: null },
    });
    expect(await inode(engine.paths.clientSocket)).toBe(socket);
  });

  it('of a stopped engine starts it', async () => {
    expect(await engine.driver.restart()).toMatchObject({
      ok: true,
      value: { phase: 'ready', generation: 1 },
    });
  });
});

describe('a first start that fails', () => {
  it('reports the reason, leaves nothing running, and starts once it is fixed', async () => {
    await writeFile(engine.paths.daemonJson, '{"storage-driver": "nonsense"}');
    expect(await engine.driver.start()).toMatchObject({
      ok: false,
      error: { code: 'engine.start-failed', reason: expect.stringContaining('nonsense') as string },
    });
    expect(await engine.driver.status()).toMatchObject({
      phase: 'failed',
      supervisorPid: null,
      gatewayUp: false,
    });
    expect(await ours()).toEqual([]);
    await writeFile(engine.paths.daemonJson, '{}');
    expect(await engine.driver.start()).toMatchObject({ ok: true, value: { phase: 'ready', problem: null } });
  });
});

describe('unusable settings', () => {
  it('the engine starts, locked down, and reports that', async () => {
    await writeFile(engine.paths.settings, '{"enhancedContainerIsolation": {');
    expect(await engine.driver.start()).toMatchObject({
      ok: true,
      value: {
        phase: 'ready',
        defaultRuntime: 'bulkhead',
        problem: { message: expect.stringContaining("settings can't be used") as string },
      },
    });
    await engine.busybox();
    await expect(engine.docker('run', '--rm', '-v', '/tmp:/x', 'busybox', 'true')).rejects.toThrow(
      /enhanced container isolation/,
    );
  });
});

describe('a settings file that is deleted under ECI', () => {
  it('leaves the policy in force, also over a restart, and the gateway has recorded that', async () => {
    await writeFile(engine.paths.settings, eciOn);
    await engine.start();
    await engine.busybox();
    const store = createSettingsStore(engine.paths);
    const facts = async () => (await store.read()).policyFacts;
    expect((await facts()).recorded).toMatchObject({ hash: sha256(eciOn), eci: true, problem: null });
    await rm(engine.paths.settings);
    await expect
      .poll(async () => (await facts()).recorded?.problem?.kind, { timeout: 60_000 })
      .toBe('deleted');
    expect(await facts()).toMatchObject({ recorded: { hash: sha256(eciOn), eci: true }, isMissing: true });
    await expect(engine.docker('run', '--rm', '--pid=host', 'busybox', 'true')).rejects.toThrow(
      /enhanced container isolation/,
    );
    const listed = await run(bulkhead, ['containers', 'list', '--root', engine.paths.root]);
    expect(listed.stderr).toMatch(/^The settings file was deleted\. The gateway keeps enforcing/);
    await engine.driver.stop();
    expect(await facts()).toMatchObject({ recorded: null, isMissing: true, startWithoutFile: 'stored' });
    expect(await engine.driver.start()).toMatchObject({
      ok: true,
      value: { phase: 'ready', defaultRuntime: 'bulkhead', problem: null },
    });
    expect((await facts()).recorded).toMatchObject({ hash: sha256(eciOn), problem: { kind: 'deleted' } });
    await expect(engine.docker('run', '--rm', '--pid=host', 'busybox', 'true')).rejects.toThrow(
      /enhanced container isolation/,
    );
    expect(await engine.docker('run', '--rm', 'busybox', 'echo', 'isolated')).toBe('isolated\n');
    // A file that a roll back removed is none.
    await engine.driver.stop();
    await writeFile(removalNote(engine.paths.settings), `${sha256(eciOn)}\n`);
    expect(await engine.driver.start()).toMatchObject({ ok: true, value: { defaultRuntime: 'runc' } });
    expect(await facts()).toMatchObject({ recorded: { hash: '', eci: false }, isMissing: false });
  });
});

describe('a missing requirement of isolation', () => {
  it('with ECI on: no container starts unprotected, and the status names what is missing', async () => {
    // An installation without the built runtime.
    const install = await mkdtemp('/tmp/bh-');
    try {
      const project = path.resolve(bulkhead, '../..');
      await cp(path.join(project, 'bin'), path.join(install, 'bin'), { recursive: true });
      await cp(path.join(project, 'dist/cli'), path.join(install, 'dist/cli'), { recursive: true });
      await cp(path.join(project, 'dist/gateway'), path.join(install, 'dist/gateway'), { recursive: true });
      await symlink(path.join(project, 'node_modules'), path.join(install, 'node_modules'));
      const driver = createEmbeddedDriver(engine.paths, {
        bulkheadCommand: path.join(install, 'bin/bulkhead'),
      });
      await writeFile(engine.paths.settings, eciOn);
      const started = await driver.start();
      expect(started).toMatchObject({
        ok: true,
        value: {
          phase: 'ready',
          plannerUp: false,
          defaultRuntime: 'bulkhead',
          problem: { message: expect.stringContaining('runtime-built') as string },
        },
      });
      await engine.busybox();
      await expect(engine.docker('run', '--rm', 'busybox', 'true')).rejects.toThrow(/Command failed/);
      // Also without the gateway.
      await expect(docker(engine.paths.engineSocket, 'run', '--rm', 'busybox', 'true')).rejects.toThrow(
        /bulkhead/,
      );
    } finally {
      await engine.driver.stop();
      await rm(install, { recursive: true });
    }
  });
});

describe('live-restore', () => {
  it('containers outlive a killed engine and a restart, and are ended by stop', async () => {
    await writeFile(engine.paths.daemonJson, '{"live-restore": true}');
    await engine.start();
    await engine.busybox();
    await engine.docker(
      'run',
      '-d',
      '--name',
      'kept',
      'busybox',
      'sh',
      '-c',
      'trap exit TERM; while :; do sleep 1; done',
    );
    const pid = Number(await engine.docker('inspect', '-f', '{{.State.Pid}}', 'kept'));
    const before = await kill('supervisor', 'dockerd');
    expect(await waitForExit([before.supervisor], 60_000)).toBe(true);
    await engine.start();
    expect(Number(await engine.docker('inspect', '-f', '{{.State.Pid}}', 'kept'))).toBe(pid);
    expect(await engine.docker('exec', 'kept', 'echo', 'up')).toBe('up\n');
    expect(await engine.driver.restart()).toMatchObject({ ok: true, value: { liveRestore: true } });
    expect(Number(await engine.docker('inspect', '-f', '{{.State.Pid}}', 'kept'))).toBe(pid);
    expect(await engine.docker('exec', 'kept', 'echo', 'up')).toBe('up\n');
    const identity = await identityOf(pid);
    if (identity === null) throw new Error('the container does not run');
    await engine.driver.stop();
    expect(await ours()).toEqual([]);
    // Not by its pid alone: another process of the machine may have it by now.
    expect(await isAlive(identity)).toBe(false);
  });
});
