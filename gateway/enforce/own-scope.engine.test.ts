import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startMountedGateway, type MountedGateway } from '../../tests/support/mounted-gateway.ts';
import { sendJson, sendRaw } from '../../tests/support/raw-http.ts';
import { startBareEngine, type BareEngine } from '../../tests/support/real-engine.ts';
import { socketMount } from '../../tests/support/socket-mounts.ts';

// Two containers under one list that shows them only what is their own, one under the general list, and the
// clients' own door.
let engine: BareEngine;
let gateway: MountedGateway;
const at = { a: '', b: '', wide: '', clients: '' };
let holderOfA: string;
const label = 'io.bulkhead.socket-mount';

interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly output: string;
}
function cli(clientSocket: string, ...args: string[]): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(
      'docker',
      args,
      {
        env: {
          ...process.env,
          DOCKER_HOST: `unix://${clientSocket}`,
          DOCKER_CONFIG: gateway.scratch,
          DOCKER_BUILDKIT: '0',
        },
        maxBuffer: 64 * 1024 * 1024,
        timeout: 60_000,
      },
      (error, stdout, stderr) => {
        resolve({
          code: error === null ? 0 : Number(error.code ?? 255),
          out: stdout.trim(),
          output: `${stdout}${stderr}`,
        });
      },
    );
  });
}
/** `line` is split at spaces; `~` stands for one that is not to be split at. */
async function ok(clientSocket: string, line: string): Promise<string> {
  const { code, out, output } = await cli(
    clientSocket,
    ...line.split(' ').map((argument) => argument.replaceAll('~', ' ')),
  );
  if (code !== 0) throw new Error(`docker ${line}: ${output}`);
  return out;
}
const output = async (clientSocket: string, line: string) => {
  const { code, output: text } = await cli(clientSocket, ...line.split(' '));
  expect([line, text, code]).not.toEqual([line, text, 0]);
  return text;
};
const notOwn =
  /enhanced container isolation: the use of .* is blocked: through this socket only objects created/;
const names = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .sort();

const policy = (bulkhead: Record<string, unknown> = {}) =>
  gateway.policy({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { locked: true, value: true },
    bulkhead: {
      perImageCommandLists: [{ image: 'ci/a:*', type: 'deny', commands: [], scope: 'own' }],
      ...bulkhead,
    },
  });

beforeAll(async () => {
  engine = await startBareEngine({
    daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } }, 'default-runtime': 'bulkhead' },
  });
  let holder: { id: string; name: string } | null = null;
  gateway = await startMountedGateway(engine, (scratch) => {
    const a = socketMount('aaaa', path.join(scratch, 'a.sock'), { image: 'ci/a:1', allowedBy: 'ci/a:*' });
    Object.assign(at, {
      a: a.socket,
      b: path.join(scratch, 'b.sock'),
      wide: path.join(scratch, 'wide.sock'),
      clients: path.join(scratch, 'docker.sock'),
    });
    return [
      Object.defineProperty({ ...a }, 'container', { get: () => holder }),
      socketMount('bbbb', at.b, { image: 'ci/a:2', allowedBy: 'ci/a:*' }),
      socketMount('cccc', at.wide, { governing: [{ image: 'ci/a:*', its: 'no' }] }),
    ];
  });
  await policy();
  const run = (name: string, ...more: string[]) =>
    engine.docker('run', '-d', '--name', name, '--runtime', 'bulkhead', ...more, 'busybox', 'sleep', '10000');
  holderOfA = (await run('holder', '-v', `${at.a}:/var/run/docker.sock`)).trim();
  holder = { id: holderOfA, name: 'holder' };
  await run('others', '-v', 'othersvol:/v');
  await engine.docker('network', 'create', 'othersnet');
});
afterAll(async () => {
  await gateway?.close();
  await engine?.stop();
});
beforeEach(() => policy());

describe('B7: a socket with the scope "own"', () => {
  it('shows objects that were created through it, and nothing else', async () => {
    for (const client of ['a', 'b'] as const) {
      await ok(at[client], `run -d --name c${client} busybox sleep 10000`);
      await ok(at[client], `volume create v${client}`);
      await ok(at[client], `network create n${client}`);
    }
    for (const client of ['a', 'b'] as const) {
      expect(names(await ok(at[client], 'ps -a --format {{.Names}}'))).toEqual([`c${client}`]);
      expect(
        names(await ok(at[client], 'ps -a --filter name=c --filter status=running --format {{.Names}}')),
      ).toEqual([`c${client}`]);
      expect(names(await ok(at[client], 'volume ls -q'))).toEqual([`v${client}`]);
      expect(names(await ok(at[client], 'network ls --format {{.Name}}'))).toEqual([
        'bridge',
        'host',
        `n${client}`,
        'none',
      ]);
      expect(
        names(
          await ok(
            at[client],
            `events --since 1 --until ${(Date.now() / 1000).toFixed(3)} --filter event=start --format ` +
              '{{.Actor.Attributes.name}}',
          ),
        ),
      ).toEqual([`c${client}`]);
    }
    expect(names(await ok(at.clients, 'ps -a --format {{.Names}}'))).toEqual([
      'ca',
      'cb',
      'holder',
      'others',
    ]);
    expect(names(await ok(at.wide, 'volume ls -q'))).toEqual(['othersvol', 'va', 'vb']);
  });

  it('lets owned objects be used like any', async () => {
    expect(await ok(at.a, 'exec ca echo hello')).toBe('hello');
    expect(await ok(at.a, 'inspect -f {{.Name}} ca')).toBe('/ca');
    await ok(at.a, 'network connect na ca');
    await ok(at.a, 'network disconnect na ca');
    await ok(at.a, 'network connect bridge ca').catch(() => undefined);
    await ok(at.a, 'restart -t 0 ca');
    expect(
      await ok(at.a, 'run --rm --network na --volumes-from ca --pid container:ca -v va:/v busybox echo in'),
    ).toBe('in');
    expect(await ok(at.a, 'run --rm -v fresh:/v --mount source=fresher,target=/w busybox echo in')).toBe(
      'in',
    );
    expect(names(await ok(at.a, 'volume ls -q'))).toEqual(['fresh', 'fresher', 'va']);
    await ok(at.a, 'volume rm fresh fresher');
    expect((await cli(at.a, 'build', '-q', '--network', 'na', gateway.scratch)).output).not.toMatch(
      /No such|isolation/,
    );
  });

  it('belongs to the container that has it: that one is seen too', async () => {
    expect(await ok(at.a, `inspect -f {{.Name}} ${holderOfA.slice(0, 12)}`)).toBe('/holder');
    expect(await output(at.b, `inspect --type container ${holderOfA}`)).toMatch(/No such container/);
  });

  it.each([
    'logs',
    'top',
    'start',
    'stop',
    'restart',
    'kill',
    'pause',
    'rm',
    'port',
    'diff',
    'wait',
    'attach',
    'update --restart no',
    'commit',
    'export',
    'container inspect',
    'stats --no-stream',
  ])("reports another's container as missing: %s", async (command) => {
    expect(await output(at.a, `${command} cb`)).toMatch(/No such container: cb/i);
  });

  it.each([
    ['rename cb x2', /No such container: cb/],
    ['exec cb true', /No such container: cb/],
    ['cp cb:/etc/passwd -', /No such container: cb/],
    ['volume inspect vb', /no such volume/i],
    ['volume rm othersvol', /no such volume/i],
    ['network inspect nb', /not found/i],
    ['network rm othersnet', /not found/i],
    ['network connect nb ca', /not found/i],
    ['network connect na cb', /No such container/],
    ['network disconnect othersnet ca', /not found/i],
    ['network rm bridge', /not found/i],
    ['create --volumes-from cb busybox', notOwn],
    ['create --pid container:cb busybox', notOwn],
    ['create --network container:others busybox', notOwn],
    ['create --link cb:x busybox', notOwn],
    ['create -v vb:/x busybox', notOwn],
    ['create --mount source=othersvol,target=/x busybox', notOwn],
    ['create --network nb busybox', notOwn],
  ])("does not let another's be used: %s", async (line, message) => {
    expect(await output(at.a, line)).toMatch(message);
  });

  it("does not join another client's network with the name or id prefix of a removed own one", async () => {
    const id = (await engine.docker('network', 'inspect', '-f', '{{.Id}}', 'othersnet')).trim();
    for (const [index, name] of [id.slice(0, 12), 'passing'].entries()) {
      await ok(at.a, `network create ${name}`);
      await ok(at.a, `create --name joins${index} --network ${name} busybox sleep 10`);
      await ok(at.a, `network rm ${name}`);
    }
    await engine.docker('network', 'create', 'passing');
    for (const name of ['joins0', 'joins1']) {
      expect(await output(at.a, `start ${name}`)).toMatch(notOwn);
      await ok(at.a, `rm ${name}`);
    }
    await engine.docker('network', 'rm', 'passing');
  });

  it('links to its own, by id', async () => {
    await ok(at.a, 'run -d --name linked -e A=b busybox sleep 10000');
    for (const link of ['linked', 'linked:linked'])
      expect(await ok(at.a, `run --rm --link ${link} busybox env`)).toMatch(/LINKED_ENV_A=b/);
    await ok(at.a, 'rm -f linked');
  });

  it('starts again on a network that others connected it to', async () => {
    await engine.docker('network', 'connect', 'othersnet', 'ca');
    await ok(at.a, 'restart -t 0 ca');
    await engine.docker('network', 'disconnect', 'othersnet', 'ca');
  });

  it("reports another's exec as missing", async () => {
    const made = await sendJson(at.b, 'POST', '/v1.45/containers/cb/exec', '{"Cmd":["true"]}');
    const { Id: id } = JSON.parse(made.body) as { Id: string };
    for (const [method, target, body] of [
      ['GET', 'json', ''],
      ['POST', 'start', '{"Detach":true}'],
      ['POST', 'resize?h=1&w=1', ''],
    ] as const) {
      expect((await sendJson(at.a, method, `/v1.45/exec/${id}/${target}`, body)).status).toBe(404);
    }
    expect((await sendJson(at.b, 'POST', `/v1.45/exec/${id}/start`, '{"Detach":true}')).status).toBe(200);
  });

  it('prunes its own only', async () => {
    await engine.docker('create', '--name', 'stopped-others', '--runtime', 'bulkhead', 'busybox');
    await ok(at.b, 'create --name stopped-b busybox');
    await ok(at.a, 'create --name stopped-a busybox');
    await ok(at.a, 'container prune -f');
    await ok(at.a, 'network prune -f');
    await ok(at.a, 'volume prune -af');
    expect(
      names(await engine.docker('ps', '-a', '--filter', 'name=stopped', '--format', '{{.Names}}')),
    ).toEqual(['stopped-b', 'stopped-others']);
    expect(
      names(await engine.docker('network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}')),
    ).toEqual(['nb', 'othersnet']);
    expect(names(await engine.docker('volume', 'ls', '-q'))).toEqual(['othersvol', 'vb']);
    await engine.docker('rm', 'stopped-others');
  });

  it.each([
    'tag busybox mine',
    'rmi busybox',
    'image prune -f',
    'builder prune -f',
    'system df',
    'plugin ls',
    'node ls',
  ])('B6: refuses commands on shared objects: %s', async (line) => {
    expect(await output(at.a, line)).toMatch(
      /docker [a-z ]+ is blocked: through this socket only objects.*\bB7\).*perImageCommandLists\[0\]/,
    );
  });

  it("reads images, and does not show who is on the engine's networks", async () => {
    expect(await ok(at.a, 'image inspect -f {{.Config.Cmd}} busybox')).toBe('[sh]');
    expect(await ok(at.clients, 'network inspect -f {{len~.Containers}} bridge')).not.toBe('0');
    expect(await ok(at.a, 'network inspect -f {{len~.Containers}} bridge')).toBe('0');
  });

  it.each([
    [`create --label ${label}=aaaa busybox`],
    [`volume create --label ${label}=aaaa forged`],
    [`network create --label ${label}=aaaa forged`],
    [`create --mount type=volume,source=forged,target=/x,volume-label=${label}=aaaa busybox`],
  ])('nobody can claim that an object was created through it: %s', async (line) => {
    for (const clientSocket of [at.clients, at.b, at.wide])
      expect(await output(clientSocket, line)).toMatch(
        /enhanced container isolation: the label io\.bulkhead\.socket-mount is blocked/,
      );
  });

  it('an image cannot claim that a container was created through the socket', async () => {
    await writeFile(path.join(gateway.scratch, 'empty.tar'), Buffer.alloc(10240));
    await engine.docker(
      'import',
      '-c',
      `LABEL ${label}=aaaa`,
      path.join(gateway.scratch, 'empty.tar'),
      'forged',
    );
    const id = await ok(at.clients, 'create --name from-forged forged true');
    expect(names(await ok(at.a, 'ps -a --format {{.Names}}'))).not.toContain('from-forged');
    expect(await output(at.a, `rm ${id}`)).toMatch(/No such container/);
    await ok(at.clients, `rm ${id}`);
  });

  it('refuses filters that the engine could read otherwise', async () => {
    for (const filters of [
      '{"label":"x"}',
      '[]',
      '{"label":{"a":1}}',
      '{"label":["a"],"label":["b"]}',
      '{',
    ]) {
      expect(
        (
          await sendRaw(
            at.a,
            `GET /v1.45/containers/json?all=1&filters=${encodeURIComponent(filters)} HTTP/1.1\r\n` +
              'Host: x\r\nConnection: close\r\n\r\n',
          )
        ).status,
      ).toBe(403);
    }
  });
});

describe('B7: containers that hold a socket under another list', () => {
  it.each([
    ['exec holder true'],
    ['cp holder:/etc/passwd -'],
    ['export holder'],
    ['commit holder'],
    ['update --restart no holder'],
    ['create --volumes-from holder busybox'],
    ['create --pid container:holder busybox'],
  ])('are not entered: %s', async (line) => {
    const { code, output: text } = await cli(at.wide, ...line.split(' '));
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /enhanced container isolation: docker .*holder.*Docker socket under another command list/,
    );
  });

  it('can be entered with a warning in warn mode, and always by clients', async () => {
    expect(await ok(at.clients, 'exec holder echo in')).toBe('in');
    await policy({ existingContainers: 'warn' });
    expect(await ok(at.wide, 'exec holder echo in')).toBe('in');
  });

  it('are inspected and stopped like any', async () => {
    expect(await ok(at.wide, 'inspect -f {{.Name}} holder')).toBe('/holder');
    expect(await ok(at.wide, 'logs holder')).toBe('');
  });
});

describe('hidden environment variables', () => {
  const env = async (clientSocket: string) =>
    (JSON.parse(await ok(clientSocket, 'inspect -f {{json~.Config.Env}} secrets')) as string[]).sort();
  beforeAll(async () => {
    await engine.docker(
      'run',
      '-d',
      '--name',
      'secrets',
      '--runtime',
      'bulkhead',
      '-e',
      'TOKEN=s3cret=1',
      '-e',
      'EMPTY=',
      '--memory',
      '64m',
      'busybox',
      'sleep',
      '10000',
    );
  });

  it('are listed by default, hidden on request; the rest of the response is unchanged', async () => {
    // Sorted: in a loaded engine the order was seen to change.
    const shown = ['EMPTY=', 'PATH=/bin', 'TOKEN=s3cret=1'];
    const hidden = ['EMPTY', 'PATH', 'TOKEN'].map((name) => `${name}=(hidden by Bulkhead)`);
    const all = async () => [await env(at.clients), await env(at.wide)];
    expect(await all()).toEqual([shown, shown]);
    await policy({ hideEnvironment: 'socket-mounts' });
    expect(await all()).toEqual([shown, hidden]);
    const plain = await sendRaw(
      engine.socket,
      'GET /v1.45/containers/secrets/json?size=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    const response = await sendRaw(
      at.wide,
      'GET /v1.45/containers/secrets/json?size=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(response.body.includes('s3cret')).toBe(false);
    const config = (text: string) => {
      const all = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as {
        Config: { Env?: unknown };
      };
      delete all.Config.Env;
      return all;
    };
    expect(config(response.body)).toEqual(config(plain.body));
    await policy({ hideEnvironment: 'always' });
    expect(await all()).toEqual([hidden, hidden]);
  });

  it('are not shown by ps either', async () => {
    await policy({ hideEnvironment: 'socket-mounts' });
    for (const options of ['e', 'auxe', '-auxe', 'eww', 'axe', '-ax -e', '-aux -ef'])
      expect(await output(at.wide, `top secrets ${options}`)).toMatch(/docker top with the option/);
    for (const options of ['', ' -ef', ' aux', ' -eo pid,comm'])
      expect(await ok(at.wide, `top secrets${options}`)).toMatch(/sleep/);
    expect(await ok(at.clients, 'top secrets auxe')).toMatch(/s3cret/);
  });

  it('are not shown to a container that is linked', async () => {
    await policy({ hideEnvironment: 'never' });
    expect(await ok(at.wide, 'run --rm --link secrets:x busybox env')).toMatch(/X_ENV_TOKEN=s3cret/);
    await policy({ hideEnvironment: 'socket-mounts' });
    expect(await output(at.wide, 'run --rm --link secrets:x busybox env')).toMatch(
      /the link secrets:x, which would show the other container's variables, is blocked/,
    );
  });

  it('are not copied unseen', async () => {
    expect((await cli(at.clients, 'create', '-e', 'TOKEN=(hidden by Bulkhead)', 'busybox')).output).toMatch(
      /the variable TOKEN with a value that was hidden is blocked/,
    );
  });

  it.each(['never', 'always'])(
    'compose recreates what changed and leaves the rest alone (%s)',
    async (hideEnvironment) => {
      await policy({ hideEnvironment });
      const project = path.join(gateway.scratch, `project-${hideEnvironment}`);
      await mkdir(project);
      const file = path.join(project, 'compose.yaml');
      const up = async (value: string) => {
        await writeFile(
          file,
          'services:\n  one: { image: busybox, command: sleep 1000, stop_signal: KILL, environment: ' +
            `{ V: "${value}" } }\n`,
        );
        await ok(at.clients, `compose -f ${file} up -d`);
        return ok(at.clients, `compose -f ${file} ps -q`);
      };
      const first = await up('1');
      expect(await up('1')).toBe(first);
      const second = await up('2');
      expect(second).not.toBe(first);
      expect(await ok(at.clients, `exec ${second} sh -c echo~$V`)).toBe('2');
      await ok(at.clients, `compose -f ${file} down -t 0`);
    },
  );
});
