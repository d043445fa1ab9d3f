import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type Server } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGateway, type Gateway } from '../server.ts';

let directory: string;
let engine: Server;
let gateway: Gateway;
/** The heads of sessions that the engine got. */
let heads: string[];

beforeEach(async () => {
  directory = await mkdtemp('/tmp/bulkhead-session-');
  heads = [];
  engine = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      if (!text.startsWith('POST /session')) {
        socket.end('HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      heads.push(text);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    });
  }).listen(path.join(directory, 'engine.sock'));
  await once(engine, 'listening');
  const settings = {
    configurationFileVersion: 2,
    enhancedContainerIsolation: { value: true, locked: true },
  };
  await writeFile(path.join(directory, 'settings.json'), JSON.stringify(settings));
  const started = await startGateway({
    engineSocket: path.join(directory, 'engine.sock'),
    listenSocket: path.join(directory, 'docker.sock'),
    settingsFile: path.join(directory, 'settings.json'),
    engineDirectories: [],
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
});
afterEach(async () => {
  await gateway.close(0);
  engine.close();
  await rm(directory, { recursive: true });
});

/** Opens a session; resolves with the status line. */
async function openSession(...fields: string[]): Promise<string> {
  const socket = connect(path.join(directory, 'docker.sock'));
  const lines = ['POST /session HTTP/1.1', 'Host: d', 'Connection: Upgrade', 'Upgrade: h2c', ...fields];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return bytes.toString('latin1').split('\r\n', 1)[0] ?? '';
}
const keysOf = (head: string | undefined) =>
  [...(head ?? '').matchAll(/^x-docker-expose-session-sharedkey: (.*)\r$/gim)].map(([, key]) => key);

it("A5: a build's context has a key of its user's, whatever the client sends", async () => {
  const id = 'X-Docker-Expose-Session-Uuid: a';
  const method = 'X-Docker-Expose-Session-Grpc-Method: /m';
  const switched = 'HTTP/1.1 101 Switching Protocols';
  expect(await openSession(id, method, 'X-Docker-Expose-Session-Sharedkey: key')).toBe(switched);
  expect(await openSession(id, 'x-docker-expose-session-sharedkey:')).toBe(switched);
  expect(await openSession(id)).toBe(switched);
  expect(
    await openSession(id, 'X-Docker-Expose-Session-SharedKey: a', 'X-Docker-Expose-Session-SharedKey: b'),
  ).toBe(switched);
  const [suffix = ''] = keysOf(heads[2]);
  expect(suffix).toMatch(/^:[0-9a-f]{32}$/);
  expect(heads.map(keysOf)).toEqual([[`key${suffix}`], [suffix], [suffix], [`a${suffix}`]]);
  expect(heads[0]).toContain(id);
  expect(heads[0]).toContain(method);
});
