import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DockerComposeEnvironment, GenericContainer, Network, Wait } from 'testcontainers';
import { startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';

// Read when the library is loaded: this machine's own logins must not affect the test.
vi.hoisted(() => {
  process.env['DOCKER_CONFIG'] = '/nonexistent';
});

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  vi.stubEnv('DOCKER_HOST', `unix://${guarded.socket}`);
  // The reaper is in a test of its own: it needs the socket, which no image may have under these settings.
  vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', 'true');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await guarded?.stop();
});

describe('A1: Testcontainers works through the gateway with ECI on', () => {
  const server = [
    'sh',
    '-c',
    'mkdir -p /w; echo served > /w/index.html; echo ready to serve; httpd -f -p 8080 -h /w',
  ];

  it('starts a container, waits for its ports, connects to it, executes in it, stops it', async () => {
    const container = await new GenericContainer('busybox')
      .withCommand(server)
      .withExposedPorts(8080)
      .withEnvironment({ A: 'b' })
      .withLabels({ l: '1' })
      .withWaitStrategy(Wait.forListeningPorts())
      .start();
    const answer = await fetch(`http://${container.getHost()}:${container.getMappedPort(8080)}/`);
    expect(await answer.text()).toBe('served\n');
    expect(await container.exec(['sh', '-c', 'echo $A; exit 3'])).toMatchObject({
      output: 'b\n',
      exitCode: 3,
    });
    expect(
      await container.exec(['id', '-u'], { user: '77', workingDir: '/tmp', env: { X: 'y' } }),
    ).toMatchObject({ output: '77\n' });
    await container.restart({ timeout: 1 });
    await container.stop();
    expect(await guarded.engine.docker('ps', '-aq')).toBe('');
  });

  it('waits for a log line, an HTTP response, a health check, a command, one that ends', async () => {
    const base = () => new GenericContainer('busybox').withCommand(server).withExposedPorts(8080);
    const containers = await Promise.all([
      base()
        .withWaitStrategy(Wait.forLogMessage(/ready to/))
        .start(),
      base().withWaitStrategy(Wait.forHttp('/', 8080)).start(),
      base()
        .withHealthCheck({ test: ['CMD', 'true'], interval: 200, retries: 5, startPeriod: 0 })
        .withWaitStrategy(Wait.forHealthCheck())
        .start(),
      base().withWaitStrategy(Wait.forSuccessfulCommand('test -e /w/index.html')).start(),
      new GenericContainer('busybox')
        .withCommand(['sleep', '.2'])
        .withWaitStrategy(Wait.forOneShotStartup())
        .start(),
    ]);
    await Promise.all(containers.map((container) => container.stop({ timeout: 0 })));
  });

  it('copies content, files, directories and archives in and out, follows logs', async () => {
    const directory = path.join(guarded.scratch, 'tc');
    await mkdir(directory);
    await writeFile(path.join(directory, 'inner'), 'inner\n');
    const container = await new GenericContainer('busybox')
      .withCommand(['sh', '-c', 'cat /content /file /dir/inner; sleep 1000'])
      .withCopyContentToContainer([{ content: 'content\n', target: '/content', mode: 0o644 }])
      .withCopyFilesToContainer([{ source: path.join(directory, 'inner'), target: '/file' }])
      .withCopyDirectoriesToContainer([{ source: directory, target: '/dir' }])
      .withWaitStrategy(Wait.forLogMessage(/inner\ninner|inner/, 2))
      .start();
    await container.copyContentToContainer([{ content: 'later\n', target: '/tmp/later', mode: 0o644 }]);
    expect((await container.exec(['cat', '/tmp/later'])).output).toBe('later\n');
    expect(await text(await container.copyArchiveFromContainer('/tmp/later'))).toContain('later\n');
    const lines: string[] = [];
    (await container.logs()).on('data', (line: Buffer | string) => {
      lines.push(line.toString());
    });
    await vi.waitUntil(() => lines.join('').includes('inner'));
    await container.stop({ timeout: 0 });
  });

  it('connects containers by networks and aliases, binds, tmpfs, users, limits', async () => {
    const network = await new Network().start();
    const web = await new GenericContainer('busybox')
      .withCommand(server)
      .withNetwork(network)
      .withNetworkAliases('web')
      .withWaitStrategy(Wait.forLogMessage('ready to serve'))
      .start();
    const one = await new GenericContainer('busybox')
      .withCommand(['sleep', '1000'])
      .withNetwork(network)
      .withBindMounts([{ source: guarded.work, target: '/shared', mode: 'ro' }])
      .withTmpFs({ '/t': 'size=1m' })
      .withUser('33')
      .withResourcesQuota({ memory: 0.1, cpu: 0.5 })
      .withSharedMemorySize(4 * 1024 * 1024)
      .withPrivilegedMode()
      .withAddedCapabilities('NET_ADMIN')
      .withUlimits({ nofile: { hard: 100, soft: 50 } })
      .withExtraHosts([{ host: 'other', ipAddress: '10.1.1.1' }])
      .start();
    expect((await one.exec(['wget', '-qO-', 'http://web:8080/'])).output).toBe('served\n');
    expect((await one.exec(['sh', '-c', 'id -u; ulimit -n; test -d /shared && echo bound'])).output).toBe(
      '33\n50\nbound\n',
    );
    await one.commit({ repo: 'tc-committed', tag: '1', deleteOnExit: false });
    await Promise.all([web.stop({ timeout: 0 }), one.stop({ timeout: 0 })]);
    await network.stop();
  });

  it('builds an image from a Dockerfile with the classic builder', async () => {
    const context = path.join(guarded.scratch, 'tc-build');
    await mkdir(context);
    await writeFile(
      path.join(context, 'Dockerfile'),
      'FROM busybox\nARG WORD=none\nRUN echo $WORD > /word\nCMD ["sleep", "1000"]\n',
    );
    // withBuildkit() uses version=2, which is refused (dockerode.engine.test.ts); it does not report a
    // refusal to its caller.
    const builder = GenericContainer.fromDockerfile(context).withBuildArgs({ WORD: 'built' });
    const image = await builder.build('tc-built:classic', { deleteOnExit: false });
    const container = await image.start();
    expect((await container.exec(['cat', '/word'])).output).toBe('built\n');
    await container.stop({ timeout: 0 });
  });

  it('brings a compose environment up and down', async () => {
    const directory = path.join(guarded.scratch, 'tc-compose');
    await mkdir(directory);
    await writeFile(
      path.join(directory, 'compose.yaml'),
      'services:\n  web:\n    image: busybox\n    stop_grace_period: 0s\n    ' +
        'command: sh -c "mkdir /w; echo composed > /w/index.html; httpd -f -p 8080 -h /w"\n    ' +
        'ports: ["8080"]\nnetworks: {default: {ipam: {config: [{subnet: "10.83.1.0/24"}]}}}\n',
    );
    const environment = await new DockerComposeEnvironment(directory, 'compose.yaml')
      .withWaitStrategy('web-1', Wait.forListeningPorts())
      .up();
    const web = environment.getContainer('web-1');
    expect(await (await fetch(`http://${web.getHost()}:${web.getMappedPort(8080)}/`)).text()).toBe(
      'composed\n',
    );
    await environment.down();
    expect(await guarded.engine.docker('ps', '-aq')).toBe('');
  });

  it("shows a refusal with the gateway's message", async () => {
    await expect(
      new GenericContainer('busybox').withBindMounts([{ source: '/etc', target: '/x' }]).start(),
    ).rejects.toThrow(/enhanced container isolation: bind mount of \/etc is blocked/);
  });
});
