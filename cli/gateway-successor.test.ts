import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { replacedStatus } from './gateway-successor.ts';

// Only this command, without the modules of the others.
const program =
  "import { Command } from 'commander'; import { configureGateway } from './cli/gateway.ts'; " +
  "const p = new Command(); configureGateway(p.command('gateway')); " +
  "await p.parseAsync(process.argv.slice(1), { from: 'user' });";

const hasPython = (): boolean => {
  try {
    execFileSync('python3', ['--version']);
    return true;
  } catch {
    return false;
  }
};

/** One GET over a connection that may be kept; resolves with the body and the Connection header. */
async function read(socketPath: string, target: string, agent?: Agent) {
  const request = get({ socketPath, path: target, agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { body: await text(response), connection: response.headers.connection };
}

/**
 * A gateway as a service: a stand-in for systemd has its socket, and records its notifications. The engine
 * behind it does not answer `/containers/slow/json` by itself.
 */
async function startService(source: string, settingsText = '{"configurationFileVersion": 2}') {
  const directory = await mkdtemp(path.join(tmpdir(), 'bh-successor-'));
  const at = (name: string) => path.join(directory, name);
  const slow: ServerResponse[] = [];
  const engine = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    if (request.url === '/v1.45/containers/slow/json') slow.push(response);
    else response.end('OK');
  }).listen(at('engine.sock'));
  const unit = createSocketServer().listen(at('unit.sock'));
  await Promise.all([once(engine, 'listening'), once(unit, 'listening')]);
  // Node removes the file by its first name when it closes the socket.
  await rename(at('unit.sock'), at('docker.sock'));
  await writeFile(at('s.json'), settingsText);
  const systemd = spawn('python3', [
    '-uc',
    `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound')
while True:
    print(s.recv(4096).decode().replace('\\n', ' '))`,
    at('notify'),
  ]);
  const notified: string[] = [];
  const lines = createInterface({ input: systemd.stdout }).on('line', (line) => notified.push(line));
  await once(lines, 'line');
  const { fd } = (unit as unknown as { _handle: { fd: number } })._handle; // Node has no public API for it
  const gateway = spawn(
    process.execPath,
    [
      ...['--input-type=module', '-e', source, '--', 'gateway', '--engine', `unix://${at('engine.sock')}`],
      ...['--listen', `unix://${at('docker.sock')}`, '--settings', at('s.json'), '--state', at('state')],
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe', fd],
      env: {
        ...process.env,
        FAULT: at('fault'),
        NOTIFY_SOCKET: at('notify'),
        LISTEN_FDS: '1',
        LISTEN_FDNAMES: 'clients',
      },
    },
  );
  unit.close();
  const logged: string[] = [];
  gateway.stderr?.setEncoding('utf8').on('data', (chunk: string) => logged.push(chunk));
  const mainPids = () => [...notified.join('\n').matchAll(/^MAINPID=(\d+)$/gm)].map(([, pid]) => Number(pid));
  const mainPid = () => mainPids().at(-1) ?? Number.NaN;
  return {
    gateway,
    notified,
    logged,
    slow,
    mainPid,
    socket: at('docker.sock'),
    fault: at('fault'),
    settings: at('s.json'),
    policy: async (): Promise<unknown> =>
      JSON.parse(await readFile(at('state/enforced-policy.json'), 'utf8')),
    stop: async () => {
      gateway.kill('SIGKILL');
      for (const pid of mainPids()) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
      systemd.kill();
      engine.closeAllConnections();
      engine.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

// Node cannot receive datagrams of unix(7); Debian's build tools include Python.
describe.runIf(hasPython())('SIGHUP', { timeout: 90_000 }, () => {
  it('a successor takes the sockets; open requests and connections go on', async () => {
    const agent = new Agent({ keepAlive: true });
    const { gateway, notified, slow, mainPid, socket, stop } = await startService(program);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      const kept = await read(socket, '/_ping', agent);
      expect(kept).toMatchObject({ body: 'OK', connection: 'keep-alive' });
      const open = read(socket, '/v1.45/containers/slow/json');
      await expect.poll(() => slow).toHaveLength(1);

      gateway.kill('SIGHUP');
      await expect.poll(() => notified.filter((line) => line === 'READY=1').length).toBe(2);
      expect(mainPid()).not.toBe(gateway.pid);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      // The earlier connection accepts one more request, and announces that it is the last.
      expect(await read(socket, '/_ping', agent)).toMatchObject({ connection: 'close' });
      expect(gateway.exitCode).toBeNull();
      slow[0]?.end('{}');
      expect((await open).body).toBe('{}');
      await expect.poll(() => gateway.exitCode).toBe(replacedStatus);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect(notified).not.toContain('STOPPING=1');
    } finally {
      agent.destroy();
      await stop();
    }
  });

  /** Reloads the service; resolves with the process id of the `count`th successor, which serves. */
  const reload = async (service: Awaited<ReturnType<typeof startService>>, pid: number, count: number) => {
    process.kill(pid, 'SIGHUP');
    await expect.poll(() => service.notified.filter((line) => line === 'READY=1')).toHaveLength(count + 1);
    return service.mainPid();
  };
  const hasEnded = (pid: number) => !existsSync(`/proc/${pid}`);

  it('connections outlive a successor that was replaced and has no connections left', async () => {
    const agent = new Agent({ keepAlive: true });
    const service = await startService(program);
    const { gateway, notified, slow, socket, stop } = service;
    try {
      await expect.poll(() => notified).toContain('READY=1');
      await read(socket, '/_ping', agent);
      const open = read(socket, '/v1.45/containers/slow/json');
      await expect.poll(() => slow).toHaveLength(1);
      const second = await reload(service, Number(gateway.pid), 1);
      await reload(service, second, 2);
      await expect.poll(() => hasEnded(second)).toBe(true);
      // A gateway that ends would have closed it: the third one does not announce the end of a connection.
      expect(await read(socket, '/_ping', agent)).toMatchObject({ connection: 'close' });
      slow[0]?.end('{}');
      expect(await open).toMatchObject({ body: '{}' });
      await expect.poll(() => gateway.exitCode).toBe(replacedStatus);
    } finally {
      agent.destroy();
      await stop();
    }
  });

  it.each([
    ['crashes', 'SIGKILL'],
    ['is ended alone', 'SIGTERM'],
  ] as const)('when the last successor %s all end, and the service is restarted', async (_, signal) => {
    const service = await startService(program);
    const { gateway, notified, slow, socket, stop } = service;
    try {
      await expect.poll(() => notified).toContain('READY=1');
      const open = [read(socket, '/v1.45/containers/slow/json')];
      await expect.poll(() => slow).toHaveLength(1);
      const second = await reload(service, Number(gateway.pid), 1);
      open.push(read(socket, '/v1.45/containers/slow/json'));
      await expect.poll(() => slow).toHaveLength(2);
      const third = await reload(service, second, 2);
      process.kill(third, signal);
      await expect.poll(() => hasEnded(third)).toBe(true);
      slow[1]?.end('{}');
      expect(await open[1]).toMatchObject({ body: '{}' });
      await expect.poll(() => hasEnded(second)).toBe(true);
      slow[0]?.end('{}');
      expect(await open[0]).toMatchObject({ body: '{}' });
      await expect.poll(() => gateway.exitCode).toBe(1);
    } finally {
      await stop();
    }
  });

  const isSuccessor = 'process.env.BULKHEAD_REPLACES_PARENT !== undefined';
  it('a successor can be replaced as soon as it is the main process', async () => {
    const impatient = `import { existsSync, rmSync } from 'node:fs';
      if (${isSuccessor} && existsSync(process.env.FAULT)) process.on('message', (text) => {
        if (text !== 'handed-over') return;
        rmSync(process.env.FAULT);
        process.kill(process.pid, 'SIGHUP');
      });
      ${program}`;
    const { gateway, notified, mainPid, socket, fault, stop } = await startService(impatient);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      await writeFile(fault, '');
      gateway.kill('SIGHUP');
      for (const count of [2, 3])
        await expect.poll(() => notified.filter((line) => line === 'READY=1')).toHaveLength(count);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect(hasEnded(mainPid())).toBe(false);
    } finally {
      await stop();
    }
  });

  const noState = 'process.argv[process.argv.indexOf("--state") + 1] = "/dev/null/state";';

  it('where the successor does not serve the gateway does again, and can be replaced later', async () => {
    const broken = `import { existsSync } from 'node:fs';
      if (${isSuccessor} && existsSync(process.env.FAULT)) { ${noState} } ${program}`;
    const { gateway, notified, logged, slow, mainPid, socket, fault, stop } = await startService(broken);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      const open = read(socket, '/v1.45/containers/slow/json').catch(String);
      await expect.poll(() => slow).toHaveLength(1);
      await writeFile(fault, '');
      gateway.kill('SIGHUP');
      await expect.poll(() => logged.join('')).toContain('was not replaced, and goes on: it ended with');
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect([gateway.exitCode, mainPid()]).toEqual([null, Number.NaN]);

      await rm(fault);
      gateway.kill('SIGHUP');
      await expect.poll(() => notified.filter((line) => line === 'READY=1').length).toBe(2);
      expect(mainPid()).not.toBe(gateway.pid);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect(gateway.exitCode).toBeNull();
      slow[0]?.end('{}');
      expect(await open).toMatchObject({ body: '{}' });
      await expect.poll(() => gateway.exitCode).toBe(replacedStatus);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
    } finally {
      await stop();
    }
  });

  it.each([
    [
      'loads',
      'setInterval(() => {}, 1e6);',
      '{ loadMs: 500, serveMs: 60_000 }',
      'was not loaded within 0.5 s',
    ],
    [
      'starts',
      'process.on("message", () => {}); process.send("loaded");',
      '{ loadMs: 60_000, serveMs: 500 }',
      'was not serving within 0.5 s',
    ],
  ])('a successor that hangs while it %s is ended, and the gateway goes on', async (_, hang, limits, why) => {
    const start = program.replace("p.command('gateway')", `$&, ${limits}`);
    const { gateway, notified, logged, mainPid, socket, stop } = await startService(
      `if (${isSuccessor}) { ${hang} await new Promise(() => {}); } ${start}`,
    );
    try {
      await expect.poll(() => notified).toContain('READY=1');
      gateway.kill('SIGHUP');
      await expect.poll(() => logged.join('')).toContain(`was not replaced, and goes on: it ${why}`);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect([gateway.exitCode, mainPid()]).toEqual([null, Number.NaN]);
    } finally {
      await stop();
    }
  });

  const isolated = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": true}}';
  /** A successor that does this to the settings file before it loads. */
  const whileLoading = (change: string) =>
    `import { rmSync, writeFileSync } from 'node:fs';
      const settings = process.argv[process.argv.indexOf('--settings') + 1];
      if (${isSuccessor}) { ${change} } ${program}`;

  it.each([
    ['before it is replaced', program, true],
    ['while its successor loads', whileLoading('rmSync(settings);'), false],
  ])('the settings of a file that is deleted %s stay in force', async (_, source, isEarlier) => {
    const { gateway, notified, logged, mainPid, settings, policy, stop } = await startService(
      source,
      isolated,
    );
    try {
      await expect.poll(() => notified).toContain('READY=1');
      if (isEarlier) {
        await rm(settings);
        await expect.poll(() => logged.join('')).toContain('it was deleted');
      }
      gateway.kill('SIGHUP');
      await expect.poll(() => notified.filter((line) => line === 'READY=1').length).toBe(2);
      expect(await policy()).toMatchObject({
        gateway: { pid: mainPid() },
        eci: true,
        problem: { kind: 'deleted' },
      });
    } finally {
      await stop();
    }
  });

  it('these settings stay in force where the successor does not serve, but the gateway again', async () => {
    const broken = whileLoading(`rmSync(settings); ${noState}`);
    const { gateway, logged, notified, policy, stop } = await startService(broken, isolated);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      gateway.kill('SIGHUP');
      await expect.poll(() => logged.join('')).toContain('was not replaced, and goes on: it ended with');
      expect(await policy()).toMatchObject({
        gateway: { pid: gateway.pid },
        eci: true,
        problem: { kind: 'deleted' },
      });
    } finally {
      await stop();
    }
  });

  it.each([
    ['before it would be replaced', program, true],
    ['while its successor loads', whileLoading("writeFileSync(settings, '{');"), false],
  ])('is not replaced if the settings file becomes unusable %s', async (_, source, isEarlier) => {
    const service = await startService(source, isolated);
    const { gateway, notified, logged, mainPid, settings, socket, stop } = service;
    try {
      await expect.poll(() => notified).toContain('READY=1');
      // Without waiting for the gateway to notice it.
      if (isEarlier) await writeFile(settings, '{');
      gateway.kill('SIGHUP');
      await expect.poll(() => logged.join('')).toContain('goes on: the settings file cannot be used');
      const status = /^STATUS=Not replaced at \S+: the settings file cannot be used, which would lock down/;
      await expect.poll(() => notified.filter((line) => status.test(line))).toHaveLength(1);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect([gateway.exitCode, mainPid()]).toEqual([null, Number.NaN]);
    } finally {
      await stop();
    }
  });

  it('where no successor starts the gateway goes on, and another one can be tried', async () => {
    const broken = `if (process.env.BULKHEAD_REPLACES_PARENT !== undefined) process.exit(3); ${program}`;
    const { gateway, notified, logged, mainPid, socket, stop } = await startService(broken);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      for (const attempt of [1, 2]) {
        gateway.kill('SIGHUP');
        await expect
          .poll(() => logged.join('').match(/was not replaced, and goes on: it ended with 3/g))
          .toHaveLength(attempt);
        const status = /^STATUS=Not replaced at \S+: it ended with 3$/;
        await expect.poll(() => notified.filter((line) => status.test(line))).toHaveLength(attempt);
        expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      }
      expect([gateway.exitCode, mainPid()]).toEqual([null, Number.NaN]);
      expect(notified).not.toContain('STOPPING=1');
    } finally {
      await stop();
    }
  });
});
