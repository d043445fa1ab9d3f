import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerCommands } from '../../shared/settings/commands.ts';
import { startMountedGateway, type MountedGateway } from '../../tests/support/mounted-gateway.ts';
import { startBareEngine, type BareEngine } from '../../tests/support/real-engine.ts';
import { socketMount } from '../../tests/support/socket-mounts.ts';

let engine: BareEngine;
let gateway: MountedGateway;
let socket: string;

/**
 * A command line of the real `docker`, run through a mounted socket under a list that names its command and
 * nothing else.
 */
interface Line {
  readonly line: string;
  /** Command lines run before, past the gateway; one that fails is what it was. */
  readonly before?: readonly string[];
  /** The error of the engine itself where the command can't succeed on this machine. */
  readonly engineError?: RegExp;
  /** What is left of a refusal that the command line does not show. */
  readonly swallowed?: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}
const stopped = ['rm -f s1', 'create --name s1 --runtime bulkhead busybox true'];
const unreachable = /connection refused|connect: /;
/** The client's library looks at the status only where a connection was to become a stream. */
const upgrade = /unable to upgrade to tcp, received 403/;
/**
 * BuildKit's client opens its session and requests the build at once; of the two refusals it shows the one
 * that comes first.
 */
const whicheverFirst = /enhanced container isolation: docker build|unable to upgrade to h2c, received 403/;
const noSwarm = /not a swarm manager/;
const classic = { DOCKER_BUILDKIT: '0' };

const lines: Readonly<Record<string, readonly Line[]>> = {
  run: [
    { line: 'run --rm busybox true' },
    { line: 'run -d --rm busybox true' },
    { line: 'run --rm 127.0.0.1:1/none', engineError: unreachable },
  ],
  create: [{ line: 'create busybox true' }],
  exec: [{ line: 'exec c1 true' }, { line: 'exec -d c1 true' }],
  start: [
    { line: 'start s1', before: stopped },
    { line: 'start -a s1', before: stopped },
  ],
  stop: [{ line: 'stop -t 0 s1', before: [...stopped, 'start s1'] }],
  rm: [{ line: 'rm s1', before: stopped }],
  cp: [{ line: 'cp c1:/etc/passwd -' }, { line: 'cp FILES/f c1:/tmp/f' }],
  commit: [{ line: 'commit c1 committed' }],
  attach: [
    {
      line: 'attach --no-stdin a1',
      before: ['rm -f a1', 'run -d --name a1 --runtime bulkhead busybox sleep 1'],
      swallowed: upgrade,
    },
  ],
  logs: [{ line: 'logs c1' }],
  ps: [{ line: 'ps -a' }],
  'container inspect': [{ line: 'container inspect c1' }],
  inspect: [
    { line: 'inspect c1' },
    { line: 'inspect --type image busybox' },
    { line: 'inspect --type volume v1' },
    { line: 'inspect --type network n1' },
  ],
  kill: [{ line: 'kill -s CONT c1' }],
  restart: [{ line: 'restart -t 0 s1', before: stopped }],
  pause: [{ line: 'pause c1', before: ['unpause c1'] }],
  unpause: [{ line: 'unpause c1', before: ['pause c1'] }],
  wait: [{ line: 'wait s1', before: [...stopped, 'start s1'] }],
  top: [{ line: 'top c1' }],
  stats: [{ line: 'stats --no-stream c1' }, { line: 'stats --no-stream', swallowed: /-- \/ --/ }],
  port: [{ line: 'port c1' }],
  rename: [{ line: 'rename s1 s2', before: ['rm -f s2', ...stopped] }],
  update: [{ line: 'update --restart no s1', before: stopped }],
  diff: [{ line: 'diff c1' }],
  export: [{ line: 'export s1 -o FILES/exported.tar', before: stopped }],
  'container prune': [{ line: 'container prune -f', before: stopped }],
  pull: [{ line: 'pull 127.0.0.1:1/none', engineError: unreachable }],
  push: [
    { line: 'push 127.0.0.1:1/none', before: ['tag busybox 127.0.0.1:1/none'], engineError: unreachable },
  ],
  tag: [{ line: 'tag busybox other' }],
  rmi: [{ line: 'rmi other', before: ['tag busybox other'] }],
  load: [{ line: 'load -i FILES/saved.tar', before: ['save busybox -o FILES/saved.tar'] }],
  save: [{ line: 'save busybox -o FILES/saved2.tar' }],
  import: [{ line: 'import FILES/empty.tar imported' }],
  images: [{ line: 'images' }],
  history: [{ line: 'history busybox' }],
  'image inspect': [{ line: 'image inspect busybox' }],
  'image prune': [{ line: 'image prune -f' }],
  search: [{ line: 'search 127.0.0.1:1/none', engineError: unreachable }],
  build: [
    { line: 'build FILES', env: classic },
    { line: 'build FILES', swallowed: whicheverFirst },
  ],
  'builder prune': [{ line: 'builder prune -f', env: classic }, { line: 'buildx prune -f' }],
  'volume create': [{ line: 'volume create v2' }],
  'volume inspect': [{ line: 'volume inspect v1' }],
  'volume ls': [{ line: 'volume ls' }],
  'volume prune': [{ line: 'volume prune -f' }],
  'volume rm': [{ line: 'volume rm v3', before: ['volume create v3'] }],
  'network create': [{ line: 'network create n2', before: ['network rm n2'] }],
  'network connect': [{ line: 'network connect n1 c1', before: ['network disconnect n1 c1'] }],
  'network disconnect': [{ line: 'network disconnect n1 c1', before: ['network connect n1 c1'] }],
  'network inspect': [{ line: 'network inspect n1' }],
  'network ls': [{ line: 'network ls' }],
  'network prune': [{ line: 'network prune -f', before: ['network rm n2'] }],
  'network rm': [{ line: 'network rm n3', before: ['network create n3'] }],
  'system df': [{ line: 'system df' }],
  events: [{ line: 'events --until 1' }],
  info: [{ line: 'info' }],
  'system prune': [{ line: 'system prune -f --volumes', before: stopped }],
  login: [{ line: 'login -u a -p b 127.0.0.1:1', engineError: unreachable }],
  swarm: [{ line: 'swarm leave', engineError: /not part of a swarm/ }],
  node: [{ line: 'node ls', engineError: noSwarm }],
  service: [{ line: 'service ls', engineError: noSwarm }],
  stack: [{ line: 'stack ls', engineError: noSwarm }],
  secret: [{ line: 'secret ls', engineError: noSwarm }],
  config: [{ line: 'config ls', engineError: noSwarm }],
};
/** Commands no list decides about on a real engine. */
const elsewhere = new Map([
  ['version', 'passes under every list'],
  ['logout', 'never reaches the engine'],
  ['context', 'never reaches the engine'],
  ['checkpoint', 'refused while ECI is on'],
  ['volume update', 'is for swarm, refused while ECI is on'],
]);

/** Runs `docker …`; the value is its exit code and all it said. */
function cli(
  at: string,
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  const args = line.replaceAll('FILES', path.join(gateway.scratch, 'files')).split(' ');
  return new Promise((resolve) => {
    execFile(
      'docker',
      args,
      {
        env: {
          ...process.env,
          DOCKER_HOST: `unix://${at}`,
          DOCKER_CONFIG: path.join(gateway.scratch, 'config'),
          ...env,
        },
        maxBuffer: 64 * 1024 * 1024,
        timeout: 60_000,
        encoding: 'latin1',
      },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 255), output: `${stdout}${stderr}` });
      },
    );
  });
}
const refusal = (command: string) =>
  new RegExp(
    `enhanced container isolation: docker ${command}(?: [a-z]+)? through the Docker socket of a ` +
      'container of docker:cli is blocked: .*enhancedContainerIsolation\\.dockerSocketMount\\.commandList',
  );
const underList = (type: 'deny' | 'allow', ...commands: string[]) =>
  gateway.policy({
    configurationFileVersion: 2,
    enhancedContainerIsolation: {
      locked: true,
      value: true,
      dockerSocketMount: { commandList: { type, commands } },
    },
  });

beforeAll(async () => {
  engine = await startBareEngine({
    daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } }, 'default-runtime': 'bulkhead' },
  });
  gateway = await startMountedGateway(engine, (scratch) => {
    socket = path.join(scratch, 'mounted.sock');
    return [socketMount('m1', socket)];
  });
  const files = path.join(gateway.scratch, 'files');
  await mkdir(files);
  await writeFile(path.join(files, 'Dockerfile'), 'FROM scratch\nLABEL a=b\n');
  await writeFile(path.join(files, 'f'), 'f\n');
  await writeFile(path.join(files, 'empty.tar'), Buffer.alloc(10240));
  for (const line of [
    'run -d --name c1 --runtime bulkhead -p 127.0.0.1::80 busybox sleep 10000',
    'volume create v1',
    'network create n1',
  ]) {
    const { code, output } = await cli(engine.socket, line);
    if (code !== 0) throw new Error(`${line}: ${output}`);
  }
});
afterAll(async () => {
  await gateway?.close();
  await engine?.stop();
});

describe('B5: every command that can be listed, by the real command line', () => {
  it('is in the table below, or decided elsewhere', () => {
    expect([...Object.keys(lines), ...elsewhere.keys()].sort()).toEqual(
      dockerCommands.map((command) => command.name).sort(),
    );
  });

  describe.each(Object.entries(lines))('%s', (command, tried) => {
    it.each(tried)('$line', async ({ line, before = [], engineError, swallowed, env }) => {
      for (const first of before) await cli(engine.socket, first);
      await underList('deny', command);
      const denied = await cli(socket, line, env);
      expect(denied.output).toMatch(swallowed ?? refusal(command));
      if (swallowed === undefined) expect(denied.code).not.toBe(0);

      await underList('allow', command);
      const allowed = await cli(socket, line, env);
      expect(allowed.output).not.toContain('enhanced container isolation');
      if (engineError === undefined) expect(allowed).toMatchObject({ code: 0 });
      else expect(allowed.output).toMatch(engineError);
    });
  });
});
