import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

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

// Node cannot receive datagrams of unix(7); Debian's build tools include Python.
it.runIf(hasPython())(
  'SIGHUP: a successor takes the sockets; open requests and connections go on',
  async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'bh-successor-'));
    const at = (name: string) => path.join(directory, name);
    const agent = new Agent({ keepAlive: true });
    let slow: ServerResponse | undefined;
    const engine = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      if (request.url === '/v1.45/containers/slow/json') slow = response;
      else response.end('OK');
    }).listen(at('engine.sock'));
    const unit = createSocketServer().listen(at('unit.sock'));
    await Promise.all([once(engine, 'listening'), once(unit, 'listening')]);
    // Node removes the file by its first name when it closes the socket.
    await rename(at('unit.sock'), at('docker.sock'));
    await writeFile(at('s.json'), '{"configurationFileVersion": 2}');
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
        ...['--input-type=module', '-e', program, '--', 'gateway', '--engine', `unix://${at('engine.sock')}`],
        ...['--listen', `unix://${at('docker.sock')}`, '--settings', at('s.json'), '--state', at('state')],
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe', fd],
        env: { ...process.env, NOTIFY_SOCKET: at('notify'), LISTEN_FDS: '1', LISTEN_FDNAMES: 'clients' },
      },
    );
    unit.close();
    const mainPid = () => Number(/^MAINPID=(\d+)$/m.exec(notified.join('\n'))?.[1] ?? Number.NaN);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      const kept = await read(at('docker.sock'), '/_ping', agent);
      expect(kept).toMatchObject({ body: 'OK', connection: 'keep-alive' });
      const open = read(at('docker.sock'), '/v1.45/containers/slow/json');
      await expect.poll(() => slow).toBeDefined();

      gateway.kill('SIGHUP');
      await expect.poll(() => notified.filter((line) => line === 'READY=1').length).toBe(2);
      expect(mainPid()).not.toBe(gateway.pid);
      expect(await read(at('docker.sock'), '/_ping')).toMatchObject({ body: 'OK' });
      // The earlier connection accepts one more request, and announces that it is the last.
      expect(await read(at('docker.sock'), '/_ping', agent)).toMatchObject({ connection: 'close' });
      expect(gateway.exitCode).toBeNull();
      slow?.end('{}');
      expect((await open).body).toBe('{}');
      await expect.poll(() => gateway.exitCode).toBe(0);
      expect(await read(at('docker.sock'), '/_ping')).toMatchObject({ body: 'OK' });
      expect(notified).not.toContain('STOPPING=1');
    } finally {
      agent.destroy();
      gateway.kill('SIGKILL');
      if (Number.isInteger(mainPid())) process.kill(mainPid(), 'SIGKILL');
      systemd.kill();
      engine.closeAllConnections();
      engine.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
);
