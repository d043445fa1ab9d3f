import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClientSide, lingerLimits } from './client-side.ts';
import { unreadBytes } from './unread-bytes.ts';

const bodyBytes = 8 * 1024 * 1024;

let dir: string;
let server: Server;
let client: Socket;
let accepted: Socket;
let side: ClientSide;
let disconnected: boolean;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-client-side-'));
  server = createServer({ allowHalfOpen: true });
  server.listen(path.join(dir, 's.sock'));
  await once(server, 'listening');
  client = connect({ path: path.join(dir, 's.sock'), allowHalfOpen: true });
  client.on('error', () => undefined);
  [accepted] = (await once(server, 'connection')) as [Socket];
  disconnected = false;
  side = new ClientSide(accepted, {
    bytes: () => undefined,
    end: () => undefined,
    drain: () => undefined,
    closed: () => {
      disconnected = true;
      side.destroy();
    },
  });
  // Only the clock of the linger: what the sockets do is real.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(async () => {
  vi.useRealTimers();
  client.destroy();
  accepted.destroy();
  server.close();
  await rm(dir, { recursive: true, force: true });
});

/** Reads to the end of what the gateway sends; how many bytes that were. */
async function readAll(): Promise<number> {
  let bytes = 0;
  client.on('data', (part: Buffer) => {
    bytes += part.length;
  });
  client.resume();
  await once(client, 'end');
  return bytes;
}

/** Reads until `enough`, then no more. */
async function readUntil(enough: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const take = () => {
      if (!enough()) return;
      client.off('data', take);
      client.pause();
      resolve();
    };
    client.on('data', take);
    client.resume();
  });
}

describe('the last response of a connection', () => {
  it('reaches a slow client completely, although it takes longer than the linger time', async () => {
    side.linger(Buffer.alloc(bodyBytes));
    vi.advanceTimersByTime(lingerLimits.discardMs * 3);
    expect(disconnected).toBe(false);
    expect(await readAll()).toBe(bodyBytes);
    client.end();
    await once(accepted, 'close');
    expect(disconnected).toBe(true);
  });

  it('reaches a client completely that sends FIN while it reads', async () => {
    side.linger(Buffer.alloc(bodyBytes));
    client.end();
    await once(accepted, 'end');
    expect(disconnected).toBe(false);
    expect(await readAll()).toBe(bodyBytes);
    expect(disconnected).toBe(true);
  });

  it("reaches a client completely whose FIN follows the gateway's", async () => {
    side.write(Buffer.alloc(bodyBytes));
    side.end();
    client.end();
    await once(accepted, 'end');
    side.linger();
    expect(disconnected).toBe(false);
    expect(await readAll()).toBe(bodyBytes);
    expect(disconnected).toBe(true);
  });

  it('waits the time of the linger for the FIN of a client, from when all was sent', async () => {
    side.linger(Buffer.alloc(bodyBytes));
    vi.advanceTimersByTime(lingerLimits.discardMs * 3);
    const read = readAll();
    await once(accepted, 'finish');
    vi.advanceTimersByTime(lingerLimits.discardMs - 1);
    expect(disconnected).toBe(false);
    vi.advanceTimersByTime(1);
    expect(disconnected).toBe(true);
    // What the kernel has by then is still the client's.
    expect(await read).toBe(bodyBytes);
  });

  it('is aborted when a client reads nothing, and not while it reads a little', async () => {
    side.linger(Buffer.alloc(bodyBytes));
    for (let times = 0; times < 3; times++) {
      const before = unreadBytes(accepted);
      await readUntil(() => unreadBytes(accepted) < before);
      vi.advanceTimersByTime(lingerLimits.stalledMs);
      expect(disconnected).toBe(false);
    }
    vi.advanceTimersByTime(lingerLimits.stalledMs);
    expect(disconnected).toBe(true);
  });
});
