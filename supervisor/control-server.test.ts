import { connect, createServer, Server, type Socket } from 'node:net';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectControl, type ControlConnection } from '../engine/targets/embedded/control-client.ts';
import {
  formatMessage,
  formatRequest,
  type ControlMessage,
} from '../engine/targets/embedded/control-protocol.ts';
import { engineStateSchema } from '../engine/targets/embedded/engine-state.ts';
import { rootPaths, type RootPaths } from '../engine/base/root-paths.ts';
import { fail, ok } from '../shared/result.ts';
import { ControlServer } from './control-server.ts';
import { StateRecord } from './state-record.ts';

let paths: RootPaths;
let record: StateRecord;
let server: ControlServer;
let requests: string[];
let isEnding: boolean;
const open: Socket[] = [];
const connections: ControlConnection[] = [];

beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(tmpdir(), 'bh-control-')));
  const self = { pid: process.pid, started: '1', boot: 'boot' };
  record = new StateRecord(paths, self, (text) => {
    throw new Error(text);
  });
  requests = [];
  isEnding = false;
  server = await listen();
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  for (const connection of connections.splice(0)) connection.close();
  await record.flushed();
  await server.stopListening();
  await server.close();
  await rm(paths.root, { recursive: true, force: true });
});

const listen = async (): Promise<ControlServer> => {
  const bound = await ControlServer.bind(paths.controlSocket);
  await bound.serve({
    get latest() {
      return record.latest;
    },
    flushed: () => record.flushed(),
    onChange: (listener) => record.onChange(listener),
    restart: (timeoutMs) => {
      requests.push(timeoutMs === null ? 'restart' : `restart within ${timeoutMs} ms`);
      return !isEnding;
    },
    reload: () => {
      requests.push('reload');
      return Promise.resolve(
        isEnding ? fail('engine.not-ready', 'it is ending', { reason: 'why' }) : ok(undefined),
      );
    },
    stop: () => {
      requests.push('stop');
    },
  });
  return bound;
};

const client = async (): Promise<ControlConnection> => {
  const connection = await connectControl(paths.controlSocket);
  if (connection === null) throw new Error('nobody listens');
  connections.push(connection);
  return connection;
};

/** A client that sends raw bytes, and receives lines. */
const rawClient = async () => {
  const socket = connect({ path: paths.controlSocket });
  open.push(socket);
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString();
  });
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  return { socket, lines, closed };
};

describe('the control socket', () => {
  it('can be connected to only by its owner, and leaves no other file', async () => {
    await server.stopListening();
    const bound = await ControlServer.bind(paths.controlSocket);
    expect((await stat(`${paths.controlSocket}.new`)).mode & 0o777).toBe(0o600);
    expect(existsSync(paths.controlSocket)).toBe(false);
    await bound.stopListening();
    server = await listen();
    expect((await stat(paths.controlSocket)).mode & 0o777).toBe(0o600);
    expect(existsSync(`${paths.controlSocket}.new`)).toBe(false);
  });

  it('responds to status with the state, and the same object in the state file', async () => {
    await record.update({ phase: 'ready', generation: 3 });
    const reply = await (await client()).request('status');
    expect(reply).toEqual({ ok: true, state: record.latest });
    const { progress: _progress, ...recorded } = record.latest;
    const file: unknown = JSON.parse(await readFile(paths.state, 'utf8'));
    expect(engineStateSchema.parse(file)).toEqual(recorded);
  });

  it('passes on how long a restart may take, and accepts a limit in no other request', async () => {
    const connection = await client();
    expect(await connection.requestRestart(400_000)).toMatchObject({ ok: true });
    const { socket, lines } = await rawClient();
    socket.end('{"protocol":1,"request":"stop","timeoutMs":1}\n');
    await once(socket, 'close');
    expect(lines()).toMatchObject([{ type: 'error', code: 'bad-request' }]);
    expect(requests).toEqual(['restart within 400000 ms']);
  });

  it('a supervisor without limits is sent a restart without one', async () => {
    await server.stopListening();
    const received: string[] = [];
    const earlier = createServer((socket) => {
      socket.on('data', (bytes) => {
        received.push(bytes.toString());
        const isKnown = !bytes.includes('timeoutMs');
        const message: ControlMessage = isKnown
          ? { protocol: 1, type: 'reply', request: 'restart', state: record.latest }
          : { protocol: 1, type: 'error', code: 'bad-request', message: 'unknown member' };
        socket.write(formatMessage(message));
      });
    }).listen(paths.controlSocket);
    await once(earlier, 'listening');
    expect(await (await client()).requestRestart(400_000)).toMatchObject({ ok: true });
    expect(received).toEqual([formatRequest('restart', 400_000), formatRequest('restart')]);
    earlier.close();
  });

  it('responds to the requests of one connection in order', async () => {
    const { socket, lines } = await rawClient();
    const line = (request: string) => `${JSON.stringify({ protocol: 1, request })}\n`;
    // Split in the middle of a line.
    const text = line('status') + line('restart') + line('stop');
    socket.write(text.slice(0, 50));
    socket.write(text.slice(50));
    await expect.poll(lines).toMatchObject(['status', 'restart', 'stop'].map((request) => ({ request })));
    expect(requests).toEqual(['restart', 'stop']);
  });

  it('responds to a client that has closed its side, as a shell does, and closes its own', async () => {
    const { socket, lines, closed } = await rawClient();
    socket.end(`${JSON.stringify({ protocol: 1, request: 'status' })}\n`);
    await closed;
    expect(lines()).toMatchObject([{ protocol: 1, type: 'reply', state: { phase: 'starting' } }]);
  });

  it.each([
    ['no JSON', '{"protocol": 1,', 'bad-request'],
    ['no object', '"status"', 'bad-request'],
    ['an empty line', '', 'bad-request'],
    ['another protocol', '{"protocol": 2, "request": "status"}', 'unsupported-protocol'],
    ['no protocol', '{"request": "status"}', 'unsupported-protocol'],
    ['an unknown request', '{"protocol": 1, "request": "reboot"}', 'unknown-request'],
    ['no request', '{"protocol": 1}', 'unknown-request'],
    ['an unknown member', '{"protocol": 1, "request": "stop", "force": true}', 'bad-request'],
  ])('refuses %s with an error, and the connection continues', async (_what, line, code) => {
    const { socket, lines } = await rawClient();
    socket.write(`${line}\n{"protocol": 1, "request": "status"}\n`);
    await expect.poll(lines).toMatchObject([
      { protocol: 1, type: 'error', code },
      { type: 'reply', request: 'status' },
    ]);
    expect(requests).toEqual([]);
  });

  it.each([
    ['with its end', `${'x'.repeat(5000)}\n`],
    ['without an end', 'x'.repeat(4096)],
  ])('refuses a line that is too long (%s), and closes that connection alone', async (_what, text) => {
    const other = await client();
    const { socket, lines, closed } = await rawClient();
    socket.write(text);
    await closed;
    expect(lines()).toMatchObject([{ type: 'error', code: 'request-too-long' }]);
    expect(await other.request('status')).toMatchObject({ ok: true });
  });

  it('responds to a reload when it has ended, with the reason if it failed', async () => {
    const connection = await client();
    expect(await connection.request('reload')).toEqual({ ok: true, state: record.latest });
    isEnding = true;
    const message = 'it is ending: why';
    expect(await connection.request('reload')).toEqual({ ok: false, code: 'reload-failed', message });
    expect(requests).toEqual(['reload', 'reload']);
  });

  it('refuses a restart while the supervisor is ending', async () => {
    isEnding = true;
    expect(await (await client()).request('restart')).toMatchObject({ ok: false, code: 'stopping' });
  });

  it('replaces the socket of a killed supervisor', async () => {
    await server.stopListening();
    // On close, Node removes the name that it listens on: under another name the socket file stays, with no
    // listener.
    const killed = createServer().listen(path.join(paths.root, 'other.sock'));
    await once(killed, 'listening');
    await rename(path.join(paths.root, 'other.sock'), paths.controlSocket);
    killed.close();
    await once(killed, 'close');
    // Killed between listening and renaming.
    await writeFile(`${paths.controlSocket}.new`, '');
    expect(await connectControl(paths.controlSocket)).toBeNull();
    server = await listen();
    expect(await (await client()).request('status')).toMatchObject({ ok: true });
  });

  it('a client gets nothing if there is no file, or if the path is too long for a socket', async () => {
    await server.stopListening();
    expect(existsSync(paths.controlSocket)).toBe(false);
    expect(await connectControl(paths.controlSocket)).toBeNull();
    expect(await connectControl(path.join(paths.root, 'x'.repeat(200)))).toBeNull();
  });
});

describe('subscribers', () => {
  it('get the state, each later one once it is on disk, and the current step with its number', async () => {
    const connection = await client();
    expect(await connection.request('subscribe')).toMatchObject({
      ok: true,
      state: { phase: 'starting', progress: null },
    });
    record.enterStep('start-dockerd');
    expect(await connection.nextState()).toMatchObject({
      progress: { step: 'start-dockerd', number: 5, total: 5 },
    });
    void record.update({ phase: 'ready', generation: 1 });
    expect(await connection.nextState()).toMatchObject({ phase: 'ready', progress: null });
    expect(JSON.parse(await readFile(paths.state, 'utf8'))).toMatchObject({ phase: 'ready' });
    const error = {
      code: 'engine.start-failed' as const,
      message: 'the engine did not start',
      reason: 'why',
    };
    void record.update({ phase: 'failed', error });
    expect(await connection.nextState()).toMatchObject({ phase: 'failed', error });
  });

  it('each get every state, and one that leaves takes nothing from the other', async () => {
    const [one, two] = [await client(), await client()];
    await Promise.all([one.request('subscribe'), two.request('subscribe')]);
    await record.update({ generation: 1 });
    expect([await one.nextState(), await two.nextState()]).toMatchObject([
      { generation: 1 },
      { generation: 1 },
    ]);
    one.close();
    await record.update({ generation: 2 });
    expect(await one.nextState()).toBeNull();
    expect(await two.nextState()).toMatchObject({ generation: 2 });
  });

  it('that never read delay nobody, and get the newest state when they read', async () => {
    const { socket, lines } = await rawClient();
    socket.write('{"protocol": 1, "request": "subscribe"}\n');
    await expect.poll(lines).toHaveLength(1);
    socket.pause();
    const message = 'x'.repeat(100_000);
    const other = await client();
    await other.request('subscribe');
    for (let generation = 1; generation <= 50; generation++) {
      await record.update({ generation, problem: { message, logTail: [] } });
      expect(await other.nextState()).toMatchObject({ generation });
    }
    socket.resume();
    await expect.poll(() => lines().at(-1)).toMatchObject({ state: { generation: 50 } });
    expect(lines().length).toBeLessThan(25);
  });

  it('that send requests continuously and never read are disconnected', async () => {
    await record.update({ problem: { message: 'x'.repeat(100_000), logTail: [] } });
    const { socket, closed } = await rawClient();
    socket.pause();
    // Paused, it notices the end of the connection only when it writes.
    const isDisconnected = () => {
      socket.write('{"protocol": 1, "request": "status"}\n'.repeat(10));
      return socket.errored !== null;
    };
    await expect.poll(isDisconnected).toBe(true);
    await closed;
  });

  it('see the end of the supervisor: the last state, then the end of the connection', async () => {
    const connection = await client();
    await connection.request('subscribe');
    const stuck = await rawClient();
    stuck.socket.pause();
    stuck.socket.write('{"protocol": 1, "request": "subscribe"}\n');
    await record.update({ phase: 'stopped' });
    await server.stopListening();
    await server.close();
    expect(await connection.nextState()).toMatchObject({ phase: 'stopped' });
    expect(await connection.nextState()).toBeNull();
    expect(await connection.request('status')).toBeNull();
  });
});

describe('a client', () => {
  it.each([
    ['no JSON', 'hello\n'],
    ['another protocol', '{"protocol":2,"type":"state"}\n'],
    ['a line without end', 'x'.repeat(1024 * 1024)],
  ])('closes the connection when it gets %s', async (_what, text) => {
    const file = path.join(paths.root, 'impostor.sock');
    const impostor = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(text);
    }).listen(file);
    await once(impostor, 'listening');
    const connection = await connectControl(file);
    expect(await connection?.nextState()).toBeNull();
    expect(await connection?.request('status')).toBeNull();
    impostor.close();
  });
});

it('goes on when connections cannot be accepted, as without free descriptors', async () => {
  await server.stopListening();
  const listens = vi.spyOn(Server.prototype, 'listen');
  server = await listen();
  const listener = listens.mock.contexts.find((one) => one instanceof Server);
  listens.mockRestore();
  for (let i = 0; i < 2; i++) expect(listener?.emit('error', new Error('accept EMFILE'))).toBe(true);
});
