import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { runningProcesses } from '../../engine/base/process-identity.ts';
import { killIfRunning } from './kill-if-running.ts';

// Only this command, without the modules of the others.
export const gatewayProgram =
  "import { Command } from 'commander'; import { configureGateway } from './cli/gateway.ts'; " +
  "const p = new Command(); configureGateway(p.command('gateway')); " +
  "await p.parseAsync(process.argv.slice(1), { from: 'user' });";

/**
 * A gateway as a service: a fake systemd has its socket, and records its notifications. The engine
 * behind it does not answer `/containers/slow/json` by itself, other requests by `respond`.
 */
export async function startGatewayService(
  source: string,
  settingsText = '{"configurationFileVersion": 2}',
  respond: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end('OK'),
) {
  const directory = await mkdtemp(path.join(tmpdir(), 'bh-successor-'));
  const at = (name: string) => path.join(directory, name);
  const slow: ServerResponse[] = [];
  const engine = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    if (request.url === '/v1.45/containers/slow/json') slow.push(response);
    else respond(request, response);
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
    state: at('state'),
    policy: async (): Promise<unknown> =>
      JSON.parse(await readFile(at('state/enforced-policy.json'), 'utf8')),
    stop: async () => {
      gateway.kill('SIGKILL');
      // By their arguments: the pid of one that has ended may be another process's by now.
      for (const { pid, args } of await runningProcesses())
        if (args.includes(at('state'))) killIfRunning(pid);
      systemd.kill();
      engine.closeAllConnections();
      engine.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
