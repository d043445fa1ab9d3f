import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { randomContent, runSeed, seededRandom, testSeed } from '../../../tests/support/random-seed.ts';
import { shiftOutOfRange, withIds } from '../../archive/copy-out.ts';
import { identityTransform, type BodyTransform } from '../message/body-stream.ts';
import { ClientConnection } from '../connection.ts';
import { ResponseReplacedError } from '../exchange.ts';
import { descriptorOf, libcFunction } from '../../base/libc.ts';
import { detachReading } from './detached-handles.ts';
import { chunkHead } from './chunk-head.ts';
import { Splicer, getSplicer } from './splicer.ts';

const random = seededRandom(runSeed());
let dir: string;
let engine: Server;
let gateway: Server;
let serve: (socket: Socket) => void;
let transform: BodyTransform;
const connections = new Set<ClientConnection>();

const started = vi.spyOn(Splicer.prototype, 'start');
/** Transfers that have begun. */
const begun = () => started.mock.results.filter(({ value }) => value !== null).length;
/** splice(2) is Linux's; elsewhere everything goes through our memory. */
const splices = process.platform === 'linux';
beforeAll(async () => {
  if (splices) await vi.waitUntil(() => getSplicer()?.ready, { timeout: 20_000 });
}, 30_000);
beforeEach(async () => {
  testSeed();
  started.mockClear();
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-direct-'));
  engine = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  engine.listen(path.join(dir, 'e.sock'));
  gateway = createServer({ allowHalfOpen: true }, (client) => {
    connections.add(
      new ClientConnection(client, {
        engineSocket: path.join(dir, 'e.sock'),
        ended: (one) => {
          connections.delete(one);
        },
        onProtocolError: () => undefined,
        decide: ({ head }) => ({
          kind: 'forward',
          ...(head.method === 'PUT' ? { stream: { begin: () => transform } } : {}),
          ...(head.method === 'GET' && head.target !== '/_ping'
            ? { response: { begin: () => transform } }
            : {}),
        }),
      }),
    );
  });
  gateway.listen(path.join(dir, 'g.sock'));
  await Promise.all([once(engine, 'listening'), once(gateway, 'listening')]);
});
afterEach(async () => {
  for (const one of connections) one.close();
  gateway.close();
  engine.close();
  await rm(dir, { recursive: true, force: true });
});

const toRange = 1_000_013_824;
/** The header of a file's entry. */
function header(name: string, bytes: number, uid: number): Buffer {
  const block = Buffer.alloc(512);
  const id = uid < 0o10000000 ? uid.toString(8).padStart(7, '0') : '';
  for (const [text, at] of [
    [name, 0],
    ['0000644', 100],
    [id, 108],
    [id, 116],
    [bytes.toString(8).padStart(11, '0'), 124],
    ['0', 156],
  ] as const)
    block.write(text, at);
  if (id === '')
    for (const at of [108, 116]) {
      block[at] = 0x80;
      block.writeUInt32BE(uid, at + 4);
    }
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
}
/** Small and large files, whose content has nothing to do with where parts and chunks begin. */
const sizes = [5_000_003, 0, 1, 511, 512, 513, 3_000_000, 70_000, 2_097_152, 12_345_678];
const contents = sizes.map((size) => randomContent(random, size));
const archive = (uid: number) =>
  Buffer.concat([
    ...contents.flatMap((content, i) => [
      header(`f${i}`, content.length, uid),
      content,
      Buffer.alloc((512 - (content.length % 512)) % 512),
    ]),
    Buffer.alloc(1024),
  ]);
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const intoRange = withIds(() => ({
  uid: (id) => id + toRange,
  gid: (id) => id + toRange,
  capabilityRoot: (id) => id,
}));

/** The content of a chunked body, and what follows it. */
function unchunked(bytes: Buffer): { content: Buffer; after: string } | null {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (bytes.length < line + 4 + size) return null;
    if (bytes.toString('latin1', line + 2 + size, line + 4 + size) !== '\r\n')
      throw new Error(`a chunk of ${size} has no end`);
    at = line + 4 + size;
    if (size === 0) return { content: Buffer.concat(parts), after: bytes.toString('latin1', at) };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
  }
}
/** In chunks of sizes that vary. */
function chunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const part = bytes.subarray(at, at + ([32_768, 1, 500, 300_000, 7][i % 5] ?? 1));
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
const ask = 'HTTP/1.1 100 Continue\r\n\r\n';
const pong = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong';
const ping = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n';

/**
 * An engine that requests the body, and responds with `pong` to it and to later requests. `slow`: it pauses
 * now and then.
 */
function receiving(slow: boolean): { body: () => Buffer; received: () => string } {
  const parts: Buffer[] = [];
  let all = Buffer.alloc(0);
  serve = (socket) => {
    let begun = false;
    let read = 0;
    let answered = false;
    let tail = '';
    socket.on('data', (part: Buffer) => {
      if (!begun) {
        begun = true;
        socket.write(ask);
        return;
      }
      parts.push(part);
      read += part.length;
      if (slow && read > 2_000_000) {
        read = 0;
        socket.pause();
        setTimeout(() => {
          socket.resume();
        }, 2);
      }
      tail = (tail + part.toString('latin1', Math.max(0, part.length - 5))).slice(-5);
      if (tail === '0\r\n\r\n' && !answered) {
        answered = true;
        all = Buffer.concat(parts);
        socket.write(pong);
      } else if (answered && Buffer.concat([all, part]).includes(ping)) socket.write(pong);
    });
  };
  return {
    body: () => unchunked(all)?.content ?? Buffer.alloc(0),
    received: () => Buffer.concat(parts).subarray(all.length).toString('latin1'),
  };
}

async function send(bytes: readonly Buffer[], until: RegExp): Promise<string> {
  const socket = connect({ path: path.join(dir, 'g.sock'), allowHalfOpen: true });
  socket.on('error', () => undefined);
  for (const part of bytes) socket.write(part);
  let text = '';
  for await (const part of socket) {
    text += (part as Buffer).toString('latin1');
    if (until.test(text)) break;
  }
  socket.destroy();
  return text;
}

describe('large files through a transform that forwards them', () => {
  for (const slow of [false, true]) {
    for (const how of ['counted', 'chunked'] as const) {
      it(`arrive byte for byte with other ids around them, ${how}${slow ? ', slowly' : ''}`, async () => {
        transform = intoRange;
        const engineSide = receiving(slow);
        const sent = archive(5);
        const head =
          'PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n' +
          `${how === 'counted' ? `Content-Length: ${sent.length}` : 'Transfer-Encoding: chunked'}\r\n\r\n`;
        expect(
          await send(
            [Buffer.from(head), how === 'counted' ? sent : chunked(sent), Buffer.from(ping)],
            /pong[^]*pong$/,
          ),
        ).toBe(`${pong}${pong}`);
        expect(digest(engineSide.body())).toBe(digest(archive(5 + toRange)));
        expect(engineSide.received()).toBe(ping);
        if (splices) expect(begun()).toBeGreaterThan(0);
      }, 60_000);
    }
  }

  for (const how of ['counted', 'chunked', 'until the end'] as const) {
    it(`come back byte for byte with other ids around them, ${how}, also to a slow client`, async () => {
      transform = withIds(() => shiftOutOfRange({ base: toRange, pid: 1, startTime: '' }));
      const sent = archive(5 + toRange);
      serve = (socket) => {
        socket.once('data', () => {
          if (how === 'until the end') {
            socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), sent]));
            return;
          }
          socket.write(
            `HTTP/1.1 200 OK\r\n${
              how === 'counted' ? `Content-Length: ${sent.length}` : 'Transfer-Encoding: chunked'
            }\r\n\r\n`,
          );
          socket.write(how === 'counted' ? sent : chunked(sent));
        });
      };
      const socket = connect(path.join(dir, 'g.sock'));
      socket.write('GET /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n\r\n');
      const parts: Buffer[] = [];
      let read = 0;
      let tail = '';
      for await (const part of socket) {
        parts.push(part as Buffer);
        read += (part as Buffer).length;
        if (read > 3_000_000) {
          read = 0;
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        tail = (tail + (part as Buffer).toString('latin1', Math.max(0, (part as Buffer).length - 5))).slice(
          -5,
        );
        if (tail === '0\r\n\r\n') break;
      }
      socket.destroy();
      const all = Buffer.concat(parts);
      const body = unchunked(all.subarray(all.indexOf('\r\n\r\n') + 4));
      expect(digest(body?.content ?? Buffer.alloc(0))).toBe(digest(archive(5)));
      expect(body?.after).toBe('');
      if (splices) expect(begun()).toBeGreaterThan(0);
    }, 60_000);
  }

  it('that are forwarded as a whole arrive, too', async () => {
    transform = identityTransform;
    const engineSide = receiving(true);
    const sent = randomContent(seededRandom(testSeed()), 20_000_000);
    expect(
      await send(
        [
          Buffer.from(
            'PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n' +
              `Content-Length: ${sent.length}\r\n\r\n`,
          ),
          sent,
          Buffer.from(ping),
        ],
        /pong[^]*pong$/,
      ),
    ).toBe(`${pong}${pong}`);
    expect(digest(engineSide.body())).toBe(digest(sent));
    if (splices) expect(begun()).toBeGreaterThan(0);
  }, 60_000);

  it('are given to a transform once it stops forwarding', async () => {
    const passes = 7_000_000;
    let received = 0;
    transform = async function* (content, offer) {
      let left = passes;
      offer?.({
        remaining: () => left,
        passed: (bytes) => {
          left -= bytes;
        },
      });
      for await (const part of content) {
        const passed = Math.min(left, part.length);
        left -= passed;
        received += part.length - passed;
        yield [part];
        if (received > 1_000_000) throw new ResponseReplacedError(400, `seen ${received > 1_000_000}`);
      }
    };
    receiving(false);
    expect(
      await send(
        [
          Buffer.from(
            'PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\nContent-Length: 20000000\r\n\r\n',
          ),
          Buffer.alloc(20_000_000),
        ],
        /seen true/,
      ),
    ).toMatch(/^HTTP\/1\.1 400 /);
  });
});

it('a body that is refused after its end leaves no bytes before the next request', async () => {
  transform = async function* (content) {
    for await (const part of content) yield [part];
    throw new ResponseReplacedError(400, 'cut');
  };
  const received: string[] = [];
  serve = (socket) => {
    const mine = received.push('') - 1;
    socket.on('data', (part: Buffer) => {
      received[mine] += part.toString('latin1');
      if (part.includes('PUT ')) socket.write(ask);
      else if (part.includes('_ping')) socket.write(pong);
    });
  };
  const socket = await client();
  socket.write(
    'PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n' +
      '5\r\nhello\r\n0\r\n\r\n',
  );
  expect(String(((await once(socket, 'data')) as [Buffer])[0])).toMatch(/ 400 /);
  socket.write(ping);
  expect(String(((await once(socket, 'data')) as [Buffer])[0])).toBe(pong);
  expect(received.filter((one) => one.includes('_ping'))).toEqual([ping]);
  socket.destroy();
});

/** One large file in chunks of 32 KB, as the engine and its client send it. */
const large = 24 * 1024 * 1024;
const content = randomContent(random, large);
const piece = (from: number, to: number) =>
  Buffer.concat([
    Buffer.from(`${(to - from).toString(16)}\r\n`),
    content.subarray(from, to),
    Buffer.from('\r\n'),
  ]);
const pieces = (from: number, to: number) =>
  Buffer.concat(
    Array.from({ length: (to - from) / 32_768 }, (_, i) => piece(from + i * 32_768, from + (i + 1) * 32_768)),
  );
const fileHead = Buffer.concat([Buffer.from('200\r\n'), header('large', large, 5), Buffer.from('\r\n')]);
const putHead = Buffer.from(
  'PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n',
);
const half = large / 2;

/** An engine that takes in what comes. `first`: what it sends once it has `after` bytes of the body. */
function takingIn(after = Infinity, first: (socket: Socket) => void = () => undefined) {
  let bytes = 0;
  let tail = '';
  const closed = new Promise<void>((resolve) => {
    serve = (socket) => {
      let begun = false;
      socket.on('data', (part: Buffer) => {
        if (!begun) {
          begun = true;
          socket.write(ask);
          return;
        }
        const before = bytes;
        bytes += part.length;
        tail = (tail + part.toString('latin1', Math.max(0, part.length - 5))).slice(-5);
        if (before < after && bytes >= after) first(socket);
      });
      socket.on('end', () => {
        socket.end();
      });
      socket.on('close', () => {
        resolve();
      });
    };
  });
  return { closed, bytes: () => bytes, ended: () => tail === '0\r\n\r\n' };
}
const client = async () => {
  const socket = connect({ path: path.join(dir, 'g.sock'), allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};
const everything = async (socket: Socket) => {
  let text = '';
  for await (const part of socket) text += (part as Buffer).toString('latin1');
  return text;
};

describe('a large file that bypasses user space', () => {
  beforeEach(() => {
    transform = intoRange;
  });

  it('that its sender aborts gets no clean end', async () => {
    const engineSide = takingIn();
    const socket = await client();
    socket.write(putHead);
    socket.write(fileHead);
    await new Promise((resolve) => socket.write(pieces(0, half), resolve));
    if (splices) await expect.poll(begun).toBeGreaterThan(0);
    socket.destroy();
    await engineSide.closed;
    expect(engineSide.ended()).toBe(false);
    await expect.poll(() => connections.size).toBe(0);
  });

  it("that the engine refuses midway gets the engine's response", async () => {
    takingIn(half / 2, (socket) => {
      socket.end('HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfull');
    });
    const socket = await client();
    for (const part of [putHead, fileHead, pieces(0, large)]) socket.write(part);
    expect(await everything(socket)).toMatch(/ 500 [^]*full$/);
    if (splices) expect(begun()).toBeGreaterThan(0);
  });

  it.each([
    ['after a chunk', ''],
    ['inside the head of one', '80'],
  ])(
    "that is truncated %s by a client that waits for the response gets the engine's response",
    async (_, rest) => {
      serve = (socket) => {
        socket.once('data', () => {
          socket.write(ask);
        });
        socket.on('data', () => undefined);
        socket.on('end', () => {
          socket.end(
            'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 14\r\nConnection: close\r\n\r\n' +
              'unexpected EOF',
          );
        });
      };
      const socket = await client();
      for (const part of [putHead, fileHead]) socket.write(part);
      await new Promise((resolve) =>
        socket.write(Buffer.concat([pieces(0, half), Buffer.from(rest)]), resolve),
      );
      if (splices) await expect.poll(begun).toBeGreaterThan(0);
      socket.end();
      expect(await everything(socket)).toMatch(/unexpected EOF$/);
    },
  );

  it.runIf(splices)(
    'that ends early is left to the engine to judge: its last chunk is not completed',
    async () => {
      let received = Buffer.alloc(0);
      serve = (socket) => {
        socket.once('data', (first: Buffer) => {
          if (first.includes('_ping')) {
            socket.write(pong);
            return;
          }
          socket.write(ask);
          const parts: Buffer[] = [];
          socket.on('data', (part: Buffer) => {
            parts.push(part);
          });
          socket.on('end', () => {
            received = Buffer.concat(parts);
            socket.end(
              'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 14\r\nConnection: close\r\n\r\n' +
                'unexpected EOF',
            );
          });
        });
      };
      const socket = await client();
      for (const part of [putHead, fileHead, pieces(0, half)]) socket.write(part);
      await expect.poll(begun).toBeGreaterThan(0);
      socket.write('0\r\n\r\n');
      expect(await everything(socket)).toMatch(/ 500 [^]*unexpected EOF$/);
      expect(received.length).toBeGreaterThan(half);
      expect(unchunked(received)).toBeNull();
      expect(await send([Buffer.from(ping)], /pong$/)).toBe(pong);
    },
  );

  it('whose chunks are tiny, or larger than what is left of it, arrives byte for byte', async () => {
    for (const size of [1, 4095, 4097, large - 1]) {
      const engineSide = receiving(false);
      const socket = await client();
      const answered = once(socket, 'data');
      const until = size === 1 ? 1_500_000 : large;
      const parts: Buffer[] = [];
      for (let at = 0; at < until; at += size) parts.push(piece(at, Math.min(at + size, until)));
      socket.write(
        Buffer.concat([
          putHead,
          fileHead,
          ...parts,
          ...(until < large ? [piece(until, large)] : []),
          Buffer.from('0\r\n\r\n'),
        ]),
      );
      await answered;
      expect(digest(engineSide.body())).toBe(
        digest(Buffer.concat([header('large', large, 5 + toRange), content])),
      );
      socket.destroy();
    }
  }, 60_000);

  it('forwards no header in a chunk that begins in a file and ends after it', async () => {
    const engineSide = receiving(false);
    const socket = await client();
    const answered = once(socket, 'data');
    const two = (uid: number) =>
      Buffer.concat([
        header('one', half, uid),
        content.subarray(0, half),
        header('two', half, uid),
        content.subarray(half),
      ]);
    const sent = two(5);
    const parts: Buffer[] = [];
    for (let at = 0; at < sent.length; at += 32_768) {
      const part = sent.subarray(at, at + 32_768);
      parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
    }
    socket.write(Buffer.concat([putHead, ...parts, Buffer.from('0\r\n\r\n')]));
    await answered;
    expect(digest(engineSide.body())).toBe(digest(two(5 + toRange)));
    if (splices) expect(begun()).toBeGreaterThan(1);
    socket.destroy();
  });

  it('is refused at an overlong chunk or an extension, even after much data has passed', async () => {
    for (const wrong of ['xx1000\r\n', '\r\n8000;a=b\r\n']) {
      const engineSide = takingIn();
      const socket = await client();
      const good = pieces(0, half);
      for (const part of [
        putHead,
        fileHead,
        good.subarray(0, good.length - 2),
        Buffer.from(wrong),
        content.subarray(0, 1_000_000),
      ])
        socket.write(part);
      await engineSide.closed;
      expect(engineSide.ended()).toBe(false);
      expect(engineSide.bytes()).toBeLessThan(half + 500_000);
      if (splices) expect(begun()).toBeGreaterThan(0);
      socket.destroy();
    }
  });

  it('arrives byte for byte however it is framed', async () => {
    const engineSide = receiving(false);
    const socket = await client();
    const whole = Buffer.concat([fileHead, pieces(0, half), piece(half, half + 1), piece(half + 1, large)]);
    const answered = once(socket, 'data');
    socket.write(putHead);
    // Cut at every place a line can be cut, with a turn for the other side.
    let at = 0;
    for (
      let chunkEnd = whole.indexOf('\r\n8000\r\n'), n = 0;
      chunkEnd >= 0;
      chunkEnd = whole.indexOf('\r\n8000\r\n', at), n++
    ) {
      const cut = chunkEnd + (n % 9);
      await new Promise((resolve) => socket.write(whole.subarray(at, cut), resolve));
      await new Promise((resolve) => setImmediate(resolve));
      at = cut;
    }
    socket.write(whole.subarray(at));
    socket.write('0\r\n\r\n');
    await answered;
    expect(digest(engineSide.body())).toBe(
      digest(Buffer.concat([header('large', large, 5 + toRange), content])),
    );
    if (splices) expect(begun()).toBeGreaterThan(0);
    socket.destroy();
  }, 60_000);

  it.runIf(splices)('that the engine ends before it is whole ends without a last chunk', async () => {
    transform = withIds(() => shiftOutOfRange({ base: toRange, pid: 1, startTime: '' }));
    serve = (socket) => {
      socket.once('data', () => {
        for (const part of [
          'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
          fileHead,
          pieces(0, half),
        ])
          socket.write(part);
        void expect
          .poll(begun)
          .toBeGreaterThan(0)
          .then(() => socket.write('0\r\n\r\n'));
      });
    };
    const socket = await client();
    socket.write('GET /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n\r\n');
    const text = Buffer.from(await everything(socket), 'latin1');
    expect(text.length).toBeGreaterThan(half);
    expect(unchunked(text.subarray(text.indexOf('\r\n\r\n') + 4))).toBeNull();
    socket.destroy();
    await expect.poll(() => connections.size).toBe(0);
  });

  it('ends without a last chunk if the engine leaves, and at the engine if the client does', async () => {
    transform = withIds(() => shiftOutOfRange({ base: toRange, pid: 1, startTime: '' }));
    const closed: Promise<unknown>[] = [];
    serve = (socket) => {
      closed.push(new Promise((resolve) => socket.once('close', resolve)));
      socket.once('data', (head: Buffer) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        socket.write(fileHead);
        socket.write(pieces(0, half), () => {
          if (head.includes('/cut/')) socket.destroy();
        });
      });
      socket.on('end', () => {
        socket.end();
      });
    };
    const cut = await client();
    cut.write('GET /v1.45/containers/x/archive?path=/cut/ HTTP/1.1\r\nHost: d\r\n\r\n');
    const text = await everything(cut);
    expect(text.length).toBeGreaterThan(half);
    expect(text.endsWith('0\r\n\r\n')).toBe(false);
    cut.destroy();
    const leaving = await client();
    leaving.write('GET /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n\r\n');
    await once(leaving, 'data');
    leaving.destroy();
    await Promise.all(closed);
    await expect.poll(() => connections.size).toBe(0);
  });
});

describe('the head of the next chunk', () => {
  for (const [text, inChunk, expected] of [
    ['8000\r\nx', false, { length: 6, size: 0x8000 }],
    ['\r\n8000\r\nx', true, { length: 8, size: 0x8000 }],
    ['\r\nfFfFfFfFfFfFf\r\n', true, { length: 17, size: 0xfffffffffffff }],
    ['0\r\n\r\n', false, null],
    ['\r\n0\r\n', true, null],
    ['000\r\n', false, null],
    ['8000\r\n', true, null],
    ['\r\n8000\r\n', false, null],
    ['\r\n\r\n', true, null],
    ['8000\n', false, null],
    ['8000;a\r\n', false, null],
    ['8000 \r\n', false, null],
    ['0x80\r\n', false, null],
    ['-1\r\n', false, null],
    ['12345678901234', false, null],
    ['\n', true, null],
    ['8000\r', false, 'part'],
    ['80', false, 'part'],
    ['', false, 'part'],
    ['', true, 'part'],
    ['\r', true, 'part'],
    ['\r\n', true, 'part'],
    ['\r\n8000\r', true, 'part'],
  ] as const) {
    const found = typeof expected === 'object' ? (expected?.size ?? 'none') : 'incomplete';
    it(`is ${found} in ${JSON.stringify(text)}${inChunk ? ' after a chunk' : ''}`, () => {
      expect(chunkHead(Buffer.from(text), inChunk)).toEqual(expected);
    });
  }
});

describe.runIf(splices)('the thread', () => {
  it('does not keep a process from exiting, also during a transfer', async () => {
    const splicerModule = new URL('splicer.ts', import.meta.url).href;
    const script = (rest: string) =>
      `const { getSplicer } = await import(${JSON.stringify(splicerModule)}); ` +
      `while (!getSplicer().ready) await new Promise((resolve) => setImmediate(resolve)); ${rest}`;
    for (const rest of [
      '',
      'getSplicer().start(0, 1, { heads: "end", begun: 1e9, content: 1e9 }, "", () => undefined); ' +
        'process.exit();',
    ]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script(rest)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      expect(await once(child, 'exit')).toEqual([0, null]);
    }
  });

  it.each([
    ['ends here', intoRange],
    ['goes on', identityTransform],
  ])(
    'sends the framing that was checked, whatever a client writes to its pages afterwards; where it %s',
    async (framing, through) => {
      // All that a client needs to keep what it sends in its own memory.
      const vmsplice = libcFunction<
        (fd: number, parts: BigUint64Array, count: number, flags: number) => number
      >('intptr_t vmsplice(int fd, void *parts, size_t count, unsigned int flags)');
      const splice = libcFunction<
        (from: number, fromAt: null, to: number, toAt: null, length: number, flags: number) => number
      >('intptr_t splice(int from, void *fromAt, int to, void *toAt, size_t length, unsigned int flags)');
      const pipe2 = libcFunction<(fds: Int32Array, flags: number) => number>(
        'int pipe2(_Out_ int *fds, int flags)',
      );
      const mmap = libcFunction<
        (
          at: null,
          length: number,
          protection: number,
          flags: number,
          fd: number,
          offset: number,
        ) => number | bigint
      >('uintptr_t mmap(void *at, size_t length, int protection, int flags, int fd, long offset)');
      const memcpy = libcFunction<(to: number | bigint, from: Buffer, length: number) => number | bigint>(
        'uintptr_t memcpy(uintptr_t to, const void *from, size_t length)',
      );
      const close = libcFunction<(fd: number) => number>('int close(int fd)');
      if (
        vmsplice === null ||
        splice === null ||
        pipe2 === null ||
        mmap === null ||
        memcpy === null ||
        close === null
      )
        throw new Error('no C library');
      transform = through;
      const received: Buffer[] = [];
      const bytes = () => received.reduce((sum, part) => sum + part.length, 0);
      const accepted = new Promise<Socket>((resolve) => {
        serve = (socket) => {
          socket.once('data', () => {
            socket.write(ask);
            socket.on('data', (part: Buffer) => {
              received.push(part);
            });
          });
          resolve(socket);
        };
      });
      const socket = await client();
      socket.write(Buffer.concat([putHead, fileHead]));
      await expect.poll(bytes).toBeGreaterThan(500);
      // Where nothing says how much will pass, only much of it begins a transfer.
      const before = framing === 'goes on' ? pieces(0, 2 * 1024 * 1024) : Buffer.alloc(0);
      socket.write(Buffer.concat([before, piece(0, 32_768).subarray(0, 100)]));
      await expect.poll(begun).toBeGreaterThan(0);
      // All of that is with the engine: the sockets have room for what follows while the engine reads
      // nothing.
      await expect.poll(bytes).toBeGreaterThan(500 + before.length);
      // Busy for a moment, as an engine is that unpacks: what is sent to it stays as it is sent.
      const busy = detachReading(await accepted);
      expect(busy).not.toBeNull();
      socket.write(piece(0, 32_768).subarray(100, -2));
      const shown = Buffer.alloc(4096, 'a'),
        intended = Buffer.alloc(4096, 'b');
      shown.write('\r\n8000\r\n');
      intended.write(
        '\r\n0\r\n\r\nPOST /v1.45/containers/create?name=smuggled HTTP/1.1\r\nHost: d\r\n' +
          'Content-Length: 21\r\n\r\n{"Privileged": true }',
      );
      const page = mmap(null, 4096, 3, 0x22, -1, 0);
      memcpy(page, shown, 4096);
      const pipe = new Int32Array(2);
      pipe2(pipe, 0);
      expect(vmsplice(pipe[1] ?? -1, new BigUint64Array([BigInt(page), 4096n]), 1, 0)).toBe(4096);
      // It goes past Node, so after what Node has still to send; -1 while the socket has no room for it.
      await expect.poll(() => socket.writableLength).toBe(0);
      const spliced = () => splice(pipe[0] ?? -1, null, descriptorOf(socket) ?? -1, null, 4096, 0);
      await expect.poll(spliced).toBe(4096);
      // Taken by the gateway: nothing waits any more for it to read.
      const unread = () => socket.writableLength === 0 && queued(descriptorOf(socket) ?? -1) === 0;
      await expect.poll(unread).toBe(true);
      memcpy(page, intended, 4096);
      busy?.reattach();
      await expect.poll(() => bytes()).toBeGreaterThan(before.length + 32_768 + 4096);
      const text = Buffer.concat(received).toString('latin1');
      expect(text.slice(-4096, -4088) === '\r\n8000\r\n').toBe(framing === 'goes on');
      expect(text).not.toMatch(/\r\n0\r\n/);
      // The client's pages did change on the way.
      expect(text.endsWith('b'.repeat(100))).toBe(true);
      socket.destroy();
      for (const fd of pipe) close(fd);
    },
  );
});

/** SIOCOUTQ of a unix socket: bytes (and what they take) that its peer has not read. */
function queued(fd: number): number {
  const ioctl = libcFunction<(fd: number, request: number, value: Buffer) => number>(
    'int ioctl(int fd, unsigned long request, void *value)',
  );
  const value = Buffer.alloc(4);
  if (ioctl === null || ioctl(fd, 0x5411, value) !== 0) throw new Error('no SIOCOUTQ');
  return value.readInt32LE();
}
