import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const gigabyte = 1024 * 1024 * 1024;
const relayed = 2 * gigabyte;
/** What a relay may grow by, whatever passes through it: nurseries and buffers under way, not bodies. */
const growth = 40 * 1024;
const zeros = Buffer.alloc(1024 * 1024);

// The gateway's connections in a process of their own, under the launcher's flags, so that its memory is only
// its own. It prints its RSS on request. It listens when its thread is up and what was only needed to begin
// is collected: neither is growth by what passes.
const relay = `
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const { ClientConnection } = await import(process.argv[1]);
const { withIds, shiftOutOfRange } = await import(process.argv[4]);
const { getSplicer } = await import(process.argv[5]);
const splicer = getSplicer();
while (splicer !== null && !splicer.ready) await new Promise((resolve) => setImmediate(resolve));
globalThis.gc();
const [engineSocket, listen] = process.argv.slice(2);
const transform = withIds(() => shiftOutOfRange({ base: 1000013824, pid: 1, startTime: '' }));
createServer({ allowHalfOpen: true }, (client) => new ClientConnection(client, {
  engineSocket,
  decide: ({ head }) =>
    head.target.endsWith('shifted')
      ? { kind: 'forward', stream: { begin: () => transform }, response: { begin: () => transform } }
      : { kind: 'forward' },
  ended: () => undefined,
  onProtocolError: () => undefined,
})).listen(listen, () => console.log('listening'));
createInterface({ input: process.stdin }).on('line', () => {
  const status = readFileSync('/proc/self/status', 'utf8');
  console.log(Number(/VmRSS:\\s+(\\d+)/.exec(status)[1]), Number(/VmHWM:\\s+(\\d+)/.exec(status)[1]));
}).on('close', () => process.exit());
`;

let dir: string;
let engine: Server;
let serve: (socket: Socket) => void;
let child: ReturnType<typeof startRelay>;

function startRelay() {
  const spawned = spawn(
    process.execPath,
    [
      '--max-semi-space-size=1',
      '--expose-gc',
      '--input-type=module',
      '-e',
      relay,
      fileURLToPath(new URL('connection.ts', import.meta.url)),
      path.join(dir, 'e.sock'),
      path.join(dir, 'g.sock'),
      fileURLToPath(new URL('../archive/copy-out.ts', import.meta.url)),
      fileURLToPath(new URL('splice/splicer.ts', import.meta.url)),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const line = async () => ((await once(spawned.stdout, 'data')) as [Buffer])[0].toString().trim();
  return {
    ready: line,
    /** Resident set now, and at its highest so far, kB. */
    memory: async () => {
      const reply = line();
      spawned.stdin.write('\n');
      const [now = NaN, highest = NaN] = (await reply).split(' ').map(Number);
      return { now, highest };
    },
    stop: async () => {
      spawned.stdin.end();
      await once(spawned, 'exit');
    },
  };
}

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-memory-'));
  engine = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  engine.listen(path.join(dir, 'e.sock'));
  await once(engine, 'listening');
  child = startRelay();
  await child.ready();
});
afterEach(async () => {
  await child.stop();
  engine.close();
  await rm(dir, { recursive: true, force: true });
});

async function client(head: string): Promise<Socket> {
  const socket = connect(path.join(dir, 'g.sock'));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(head);
  return socket;
}

/** Writes `bytes` of zeros as fast as they are taken. */
async function pour(socket: Socket, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += zeros.length)
    if (!socket.write(zeros)) await once(socket, 'drain');
}

/** Writes zeros until nothing is taken any more for a while of the event loop; returns how much was. */
async function fill(socket: Socket): Promise<number> {
  let sent = 0;
  for (let quiet = 0; quiet < 2000 && sent < gigabyte;) {
    if (socket.writableNeedDrain) {
      quiet++;
      await new Promise((resolve) => setTimeout(resolve, 1));
    } else {
      quiet = 0;
      socket.write(zeros.subarray(0, 64 * 1024));
      sent += 64 * 1024;
    }
  }
  return sent;
}

// /proc is where the memory is read.
describe.runIf(process.platform === 'linux')('memory stays constant', () => {
  it('while 2 GB are uploaded, as docker load and cp do', async () => {
    let received = 0;
    serve = (socket) => {
      socket.on('data', (part: Buffer) => {
        received += part.length;
        if (received > relayed) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    };
    const before = await child.memory();
    const socket = await client(
      `PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\nContent-Length: ${relayed}\r\n\r\n`,
    );
    const responded = once(socket, 'data');
    await pour(socket, relayed);
    await responded;
    socket.destroy();
    expect((await child.memory()).highest - before.now).toBeLessThan(growth);
  }, 60_000);

  it('while 2 GB are downloaded', async () => {
    serve = (socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${relayed}\r\n\r\n`);
        void pour(socket, relayed);
      });
    };
    const before = await child.memory();
    const socket = await client('GET /v1.45/images/x/get HTTP/1.1\r\nHost: d\r\n\r\n');
    let received = 0;
    await new Promise<void>((resolve) =>
      socket.on('data', (part: Buffer) => {
        received += part.length;
        if (received >= relayed) resolve();
      }),
    );
    socket.destroy();
    expect((await child.memory()).highest - before.now).toBeLessThan(growth);
  }, 60_000);

  /** Data of one tar entry: a quarter, since the growth that counts would show with less too. */
  const shifted = relayed / 4;
  /** The header of a tar entry with so much data. */
  const header = () => {
    const block = Buffer.alloc(512);
    for (const [text, at] of [
      ['f', 0],
      ['0000644', 100],
      ['0000005', 108],
      ['0000006', 116],
      [shifted.toString(8).padStart(11, '0'), 124],
      ['0', 156],
    ] as const)
      block.write(text, at);
    block.fill(0x20, 148, 156);
    block.write(
      block
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0'),
      148,
    );
    block[154] = 0;
    return block;
  };

  it('while an archive of 512 MB is uploaded or downloaded, with translated ids', async () => {
    let received = 0;
    serve = (socket) => {
      socket.once('data', (head: Buffer) => {
        if (head.includes('GET ')) {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${shifted + 512}\r\n\r\n`);
          socket.write(header());
          pour(socket, shifted).catch(() => undefined);
          return;
        }
        socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        socket.on('data', (part: Buffer) => {
          received += part.length;
          if (received > shifted + 512) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        });
      });
    };
    const before = await child.memory();
    const up = await client(
      'PUT /v1.45/containers/x/archive?path=/shifted HTTP/1.1\r\nHost: d\r\n' +
        `Content-Length: ${shifted + 512}\r\n\r\n`,
    );
    const responded = once(up, 'data');
    up.write(header());
    await pour(up, shifted);
    await responded;
    up.destroy();
    const down = await client('GET /v1.45/containers/x/archive?path=/shifted HTTP/1.1\r\nHost: d\r\n\r\n');
    received = 0;
    await new Promise<void>((resolve) =>
      down.on('data', (part: Buffer) => {
        received += part.length;
        if (received >= shifted) resolve();
      }),
    );
    down.destroy();
    expect((await child.memory()).highest - before.now).toBeLessThan(growth);
  }, 60_000);

  it('of a stream without a reader: its sender waits, in both directions', async () => {
    let fromEngine: Promise<number> | null = null;
    serve = (socket) => {
      socket.once('data', (head: Buffer) => {
        if (head.includes('PUT ')) {
          socket.write('HTTP/1.1 100 Continue\r\n\r\n');
          socket.pause();
          return;
        }
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${shifted + 512}\r\n\r\n`);
        socket.write(header());
        fromEngine = fill(socket);
      });
    };
    const before = await child.memory();
    const up = await client(
      'PUT /v1.45/containers/x/archive?path=/shifted HTTP/1.1\r\nHost: d\r\n' +
        `Content-Length: ${shifted + 512}\r\n\r\n`,
    );
    up.write(header());
    expect(await fill(up)).toBeLessThan(16 * 1024 * 1024);
    const down = await client('GET /v1.45/containers/x/archive?path=/shifted HTTP/1.1\r\nHost: d\r\n\r\n');
    await once(down, 'data');
    down.pause();
    while (fromEngine === null) await new Promise((resolve) => setImmediate(resolve));
    expect(await fromEngine).toBeLessThan(16 * 1024 * 1024);
    up.destroy();
    down.destroy();
    expect((await child.memory()).highest - before.now).toBeLessThan(growth);
  }, 60_000);

  it('without a reader: the sender waits, in both directions', async () => {
    let fromEngine: Promise<number> | null = null;
    serve = (socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
        fromEngine = fill(socket);
      });
    };
    const before = await child.memory();
    const socket = await client(
      'POST /v1.45/containers/x/attach?stream=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\n' +
        'Upgrade: tcp\r\n\r\n',
    );
    await once(socket, 'data');
    socket.pause();
    expect(await fill(socket)).toBeLessThan(16 * 1024 * 1024);
    expect(await fromEngine).toBeLessThan(16 * 1024 * 1024);
    socket.destroy();
    expect((await child.memory()).highest - before.now).toBeLessThan(growth);
  }, 60_000);
});
