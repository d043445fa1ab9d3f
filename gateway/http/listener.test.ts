import { once } from 'node:events';
import { lstat, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createServer, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendRaw } from '../../tests/support/raw-http.ts';
import { listenOn, type ListenAddress, type Listener } from './listener.ts';
import type { Origin, SocketMountId } from '../base/socket-mount.ts';

let dir: string;
let engine: Server;
let open: Listener[];
const at = (name: string) => path.join(dir, name);

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-listener-'));
  open = [];
  engine = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong');
    });
  });
  engine.listen(at('engine.sock'));
  await once(engine, 'listening');
});
afterEach(async () => {
  await Promise.all(open.map((one) => one.close(0)));
  engine.close();
  await rm(dir, { recursive: true, force: true });
});

async function listen(
  where: ListenAddress,
  origin: Origin = { kind: 'clients' },
  origins: Origin[] = [],
): Promise<Listener> {
  const opened = await listenOn(where, {
    engineSocket: at('engine.sock'),
    origin,
    log: () => undefined,
    onProtocolError: () => undefined,
    group: 'no-such-group',
    decide: (request) => {
      origins.push(request.origin);
      return { kind: 'forward' };
    },
  });
  if (!opened.ok) throw new Error(opened.error.code);
  open.push(opened.value);
  return opened.value;
}
const ping = (name: string) =>
  sendRaw(at(name), 'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n', /pong$/);

describe('listening', () => {
  it('serves several sockets with an origin each; one closes without the others', async () => {
    const origins: Origin[] = [];
    // Any text is an id to the listener.
    const mount: Origin = { kind: 'socket-mount', id: 'abc' as SocketMountId };
    const one = await listen({ path: at('a.sock') }, { kind: 'clients' }, origins);
    await listen({ path: at('b.sock') }, mount, origins);
    const streaming = connect(at('a.sock'));
    await once(streaming, 'connect');
    const cut = once(streaming, 'close');
    await ping('b.sock');
    await ping('a.sock');
    expect(origins).toEqual([mount, { kind: 'clients' }]);
    await one.close(0);
    streaming.resume();
    await cut;
    expect((await ping('b.sock')).status).toBe(200);
    await expect(lstat(at('a.sock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it("sets the socket's mode before its final name, and leaves no temporary name", async () => {
    await listen({ path: at('a.sock') });
    expect((await stat(at('a.sock'))).mode & 0o777).toBe(0o600);
    expect((await readdir(dir)).sort()).toEqual(['a.sock', 'engine.sock']);
  });

  it('works under the longest path a unix socket may have', async () => {
    const longest = at('x'.repeat(107 - Buffer.byteLength(dir) - 1));
    await listen({ path: longest });
    expect(
      (await sendRaw(longest, 'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n', /pong$/)).status,
    ).toBe(200);
    await expect(listen({ path: `${longest}y` })).rejects.toThrow('engine.start-failed');
  });

  it('is refused while another process serves the socket; a leftover is replaced', async () => {
    const first = await listen({ path: at('a.sock') });
    await expect(listen({ path: at('a.sock') })).rejects.toThrow('engine.already-running');
    await first.close(0, { keepFile: true });
    await listen({ path: at('a.sock') });
    expect((await ping('a.sock')).status).toBe(200);
  });

  it('never unlinks the socket of another instance', async () => {
    const first = await listen({ path: at('a.sock') });
    await listen({ path: at('b.sock') });
    await rename(at('b.sock'), at('a.sock'));
    await first.close(0);
    expect((await ping('a.sock')).status).toBe(200);
  });

  it('leaves the file to another process with the same descriptor, on request', async () => {
    const first = await listen({ path: at('a.sock') });
    const inode = (await lstat(at('a.sock'))).ino;
    expect(first.fd).toBeGreaterThan(2);
    await first.close(0, { keepFile: true });
    expect((await lstat(at('a.sock'))).ino).toBe(inode);
  });
});
