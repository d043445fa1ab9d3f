import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepAllContainers, type ApplyPlan } from '../../../shared/apply/plan.ts';
import type { ApplyRun } from '../../../shared/apply/run.ts';
import { startEngine } from '../../../tests/support/embedded-engine.ts';
import { idMapOfRun } from '../../../tests/support/id-map-exit-code.ts';
import { docker as dockerOn, importBusybox, removeEngineRoot } from '../../../tests/support/real-engine.ts';
import type { Target } from '../../target.ts';
import { openTarget } from './target.ts';

const run = promisify(execFile);
const project = path.resolve(import.meta.dirname, '../../..');
const isolated = /^ *0 +[1-9]\d+ +65536\n$/;

let root: string;
let context: string;
let target: Target;
const docker = (...args: string[]) => dockerOn(target.paths.clientSocket, ...args);
const idMap = (...options: string[]) => idMapOfRun(target.paths.clientSocket, ...options);
const startedAt = () => docker('inspect', '--format', '{{.State.StartedAt}}', 'steady');

beforeAll(async () => {
  root = await mkdtemp('/tmp/bh-');
  context = await mkdtemp('/tmp/bh-context-');
  target = openTarget(root, { bulkheadCommand: path.join(project, 'bin/bulkhead'), projectRoot: project });
  await startEngine(target.driver);
  await importBusybox(target.paths.engineSocket);
});
afterAll(async () => {
  target.dispose();
  await target.driver.stop();
  await removeEngineRoot(root);
  await rm(context, { recursive: true, force: true });
});

const settings = (eci: boolean, more: object = {}): string =>
  JSON.stringify({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { locked: true, value: eci },
    ...more,
  });

async function planned(text: string): Promise<ApplyPlan> {
  const plan = await target.plan(text, keepAllContainers);
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
}

async function apply(text: string): Promise<ApplyRun> {
  const { appliedHash } = await target.settings.read();
  const started = await target.startApply({ text, choices: keepAllContainers, baseHash: appliedHash });
  if (!started.ok) throw new Error(`${started.error.code}: ${started.error.reason ?? started.error.message}`);
  return started.value.done;
}

const stepsDone = ({ steps }: ApplyRun): string[] =>
  steps.filter(({ state }) => state === 'done').map(({ step }) => step);

async function build(buildkit: boolean): Promise<string> {
  await writeFile(path.join(context, 'Dockerfile'), 'FROM busybox\nRUN echo map $(cat /proc/self/uid_map)');
  const args = ['-H', `unix://${target.paths.clientSocket}`, 'build', '--no-cache', context];
  const env = { ...process.env, DOCKER_BUILDKIT: buildkit ? '1' : '0', BUILDKIT_PROGRESS: 'plain' };
  const { stdout, stderr } = await run('docker', args, { env });
  return stdout + stderr;
}

describe('ECI is switched while containers run', { timeout: 120_000 }, () => {
  test('off: devices, links in volumes and both builders are as on any engine', async () => {
    expect(await target.driver.status()).toMatchObject({ problem: null, defaultRuntime: 'runc' });
    await docker('run', '--detach', '--name', 'steady', 'busybox', 'sleep', '10000');
    await docker('run', '--rm', '--privileged', 'busybox', 'sh', '-c', ': < /dev/kmsg');
    const options = ['--device', '/dev/kmsg', '--cap-add', 'SYSLOG'];
    await docker('run', '--rm', ...options, 'busybox', 'sh', '-c', ': < /dev/kmsg');
    expect(await build(true)).toMatch(/map 0 0 4294967295/);
    expect(await build(false)).toMatch(/map 0 0 4294967295/);
  });

  test('on: the engine reloads, and nothing stops', async () => {
    const before = { started: await startedAt(), status: await target.driver.status() };
    const plan = await planned(settings(true));
    expect([plan.reloadNeeded, plan.restartNeeded]).toEqual([true, false]);
    const applied = await apply(settings(true));
    expect(applied.outcome).toMatchObject({ kind: 'applied' });
    expect(stepsDone(applied)).toContain('reload-engine');
    expect(await idMap('--volume', 'data:/data')).toBe('isolated');
    expect(await build(true)).toMatch(/map 0 1\d{9} 65536/);
    expect(await build(false)).toMatch(/map 0 1\d{9} 65536/);
    expect(await startedAt()).toBe(before.started);
    const { dockerdPid, generation, startedAt: readyAt } = before.status;
    expect(await target.driver.status()).toMatchObject({
      dockerdPid,
      generation,
      startedAt: readyAt,
      defaultRuntime: 'bulkhead',
    });
  });

  test('off again: links in volumes work for plain containers, isolated ones keep running', async () => {
    await docker(
      'run',
      '--detach',
      '--name',
      'isolated',
      '--volume',
      'data:/data',
      'busybox',
      'sleep',
      '10000',
    );
    const applied = await apply(settings(false));
    expect(applied.outcome).toMatchObject({ kind: 'applied' });
    expect(stepsDone(applied).slice(1, 4)).toEqual(['reconfigure', 'reload-engine', 'write-settings']);
    expect(await idMap()).toBe('plain');
    const follow = 'echo text > /data/file && ln -sf file /data/link && [ "$(cat /data/link)" = text ]';
    await docker('run', '--rm', '--volume', 'data:/data', 'busybox', 'sh', '-c', follow);
    expect(await build(true)).toMatch(/map 0 0 4294967295/);
    expect(await docker('exec', 'isolated', 'cat', '/proc/self/uid_map')).toMatch(isolated);
    await expect(readFile(target.paths.daemonJson)).rejects.toThrow('ENOENT');
  });
});

describe('a reload', { timeout: 120_000 }, () => {
  test('takes keys of daemon.json, unless the engine reads one only at its start', async () => {
    await writeFile(target.paths.daemonJson, '{"debug": true}');
    expect(await target.driver.reload?.()).toEqual({ ok: true, value: undefined });
    expect(await docker('info', '--format', '{{.Debug}} {{.DefaultRuntime}}')).toBe('true runc\n');
    await writeFile(target.paths.daemonJson, '{"debug": true, "log-opts": {"max-size": "1m"}}');
    const refused = await target.driver.reload?.();
    expect(refused).toMatchObject({ ok: false, error: { code: 'engine.request-failed' } });
    expect(JSON.stringify(refused)).toContain('log-opts');
    const plan = await planned(settings(true));
    expect([plan.reloadNeeded, plan.restartNeeded]).toEqual([false, true]);
    expect(plan.effects).toContainEqual(
      expect.objectContaining({ code: 'restart-keys', params: { count: 1, names: ['log-opts'] } }),
    );
  });

  test('that dockerd refuses is reported, and the engine keeps its configuration', async () => {
    await writeFile(target.paths.daemonJson, '{"debug": true, "registry-mirrors": ["no address"]}');
    const refused = await target.driver.reload?.();
    expect(refused).toMatchObject({ ok: false, error: { code: 'engine.request-failed' } });
    expect(JSON.stringify(refused)).toContain('unsupported scheme');
    await writeFile(target.paths.daemonJson, '{"debug": true}');
    expect(await target.driver.reload?.()).toEqual({ ok: true, value: undefined });
    expect(await idMap()).toBe('plain');
  });
});
