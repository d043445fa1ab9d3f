import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedEngine, type EmbeddedEngine } from '../../../tests/support/embedded-engine.ts';
import { startOtherEngine, type OtherEngine } from '../../../tests/support/other-engine.ts';

const run = promisify(execFile);
/** An address of the machine, from a documentation network. */
const machineAddress = '192.0.2.1';
/** Without the userland proxy, a published port consists of firewall rules only. */
const daemonJson = { 'userland-proxy': false };

let neighbour: OtherEngine;
let engine: EmbeddedEngine;
const cleanUp: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  await run('ip', ['link', 'add', 'published', 'type', 'bridge']);
  cleanUp.push(() => run('ip', ['link', 'delete', 'published']));
  await run('ip', ['address', 'add', `${machineAddress}/24`, 'dev', 'published']);
  await run('ip', ['link', 'set', 'published', 'up']);
  neighbour = await startOtherEngine(daemonJson);
  cleanUp.push(neighbour.stop);
  await serveOnPort(neighbour, 8081);
  engine = await embeddedEngine();
  cleanUp.push(engine.dispose);
  await writeFile(engine.paths.daemonJson, JSON.stringify(daemonJson));
  await engine.start();
  await engine.busybox();
});
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step();
});

type Docker = Pick<OtherEngine, 'docker'>;

/** A web server in the default network, published on the machine, and a container in another network. */
async function serveOnPort({ docker }: Docker, port: number): Promise<void> {
  const server = 'mkdir -p /www && echo served > /www/index.html && exec httpd -f -p 80 -h /www';
  const restart = ['--restart', 'always', '--stop-signal', 'KILL'];
  await docker('run', '-d', '--name', 'web', ...restart, '-p', `${port}:80`, 'busybox', 'sh', '-c', server);
  await docker('network', 'create', 'apart');
  await docker('run', '-d', '--name', 'apart', ...restart, '--network', 'apart', 'busybox', 'sleep', '9999');
}

/** Whether a server on `port` of the machine's address responds, by the firewall's rules alone. */
const published = (port: number): Promise<boolean> =>
  fetch(`http://${machineAddress}:${port}/`, { signal: AbortSignal.timeout(10_000) }).then(
    async (response) => (await response.text()) === 'served\n',
    () => false,
  );

const addressOf = async ({ docker }: Docker, container: string): Promise<string> =>
  (
    await docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container)
  ).trim();

/** For what must be reached, however busy the machine is. */
const patiently = { seconds: 10 };

/** Whether `container` reaches the web server at `address` within some seconds. */
const reaches = (
  { docker }: Docker,
  container: string,
  address: string,
  { seconds = 1 } = {},
): Promise<boolean> =>
  docker('exec', container, 'wget', '-T', String(seconds), '-q', '-O', '-', `http://${address}/`).then(
    (page) => page === 'served\n',
    () => false,
  );

const hasDefaultBridge = (): Promise<boolean> =>
  run('ip', ['link', 'show', 'dev', 'docker0']).then(
    () => true,
    () => false,
  );

/** Waits until the web server, which starts after its container, listens. */
const serves = (of: Docker): Promise<void> =>
  expect.poll(() => reaches(of, 'web', '127.0.0.1', patiently)).toBe(true);

/** Properties of both engines that must stay the same, whatever the other one does. */
async function networks() {
  for (const each of [neighbour, engine]) await serves(each);
  const [web, ownWeb] = [await addressOf(neighbour, 'web'), await addressOf(engine, 'web')];
  return {
    hasDefaultBridge: await hasDefaultBridge(),
    neighbourPublished: await published(8081),
    enginePublished: await published(8082),
    neighbourNetworksApart: !(await reaches(neighbour, 'apart', web)),
    engineNetworksApart: !(await reaches(engine, 'apart', ownWeb)),
    enginesApart: !(await reaches(engine, 'apart', web)) && !(await reaches(neighbour, 'apart', ownWeb)),
    neighbourReachesItself: await reaches(neighbour, 'web', web, patiently),
    engineReachesItself: await reaches(engine, 'web', ownWeb, patiently),
  };
}
const intact: Awaited<ReturnType<typeof networks>> = {
  hasDefaultBridge: true,
  neighbourPublished: true,
  enginePublished: true,
  neighbourNetworksApart: true,
  engineNetworksApart: true,
  enginesApart: true,
  neighbourReachesItself: true,
  engineReachesItself: true,
};

it("an embedded engine's first start does not change the networks of the machine's own", async () => {
  expect(await hasDefaultBridge()).toBe(true);
  expect(await published(8081)).toBe(true);
  await serveOnPort(engine, 8082);
  expect(await networks()).toEqual(intact);
});

it("an embedded engine's restarts, and a start after a stop, change no networks", async () => {
  expect(await engine.driver.restart()).toMatchObject({ ok: true });
  expect(await networks()).toEqual(intact);
  expect(await engine.driver.stop()).toMatchObject({ ok: true });
  expect(await hasDefaultBridge()).toBe(true);
  expect(await published(8081)).toBe(true);
  await engine.start();
  expect(await networks()).toEqual(intact);
});

it("a restart of the machine's own engine does not change the networks of the embedded one", async () => {
  await neighbour.restart();
  expect(await networks()).toEqual(intact);
});

it('a start in swarm mode, which does not support live-restore, changes no networks', async () => {
  await engine.docker('swarm', 'init', '--advertise-addr', machineAddress);
  expect(await engine.driver.restart()).toMatchObject({ ok: true });
  expect(await networks()).toEqual(intact);
  await engine.docker('swarm', 'leave', '--force');
  expect(await engine.driver.restart()).toMatchObject({ ok: true });
  expect(await networks()).toEqual(intact);
});

it("the embedded engine's containers outlive a kill of dockerd, and are found by the next one", async () => {
  const before = await engine.docker('inspect', '-f', '{{.State.Pid}}', 'web', 'apart');
  const { generation, dockerd } = await engine.state();
  if (dockerd === null) throw new Error('no dockerd runs');
  process.kill(dockerd.pid, 'SIGKILL');
  await expect
    .poll(async () => ((await engine.state()).generation > generation ? (await engine.state()).phase : ''), {
      timeout: 60_000,
    })
    .toBe('ready');
  expect(await engine.docker('inspect', '-f', '{{.State.Pid}}', 'web', 'apart')).toBe(before);
  expect(await networks()).toEqual(intact);
});

it('a containerd that was killed is restarted, and the engine keeps running', async () => {
  const before = await engine.docker('inspect', '-f', '{{.State.Pid}}', 'web');
  await run('pkill', ['-KILL', '-f', `^containerd --config ${engine.paths.run}/`]);
  await expect
    .poll(() => engine.docker('run', '--rm', 'busybox', 'echo', 'on').catch(() => ''), { timeout: 30_000 })
    .toBe('on\n');
  expect(await engine.docker('inspect', '-f', '{{.State.Pid}}', 'web')).toBe(before);
});
