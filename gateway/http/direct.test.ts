import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outOf, withIds } from '../archive/copy-out.ts';
import { asItIs, type BodyTransform } from './body-stream.ts';
import { ClientConnection } from './connection.ts';
import { receiveNow, sendNow } from './direct.ts';
import { AnswerRefused } from './exchange.ts';

let dir: string;
let engine: Server;
let gateway: Server;
let serve: (socket: Socket) => void;
let transform: BodyTransform;
const connections = new Set<ClientConnection>();

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-direct-'));
  engine = createServer({ allowHalfOpen: true }, (socket) => { socket.on('error', () => undefined); serve(socket); });
  engine.listen(path.join(dir, 'e.sock'));
  gateway = createServer({ allowHalfOpen: true }, (client) => {
    connections.add(new ClientConnection(client, {
      engineSocket: path.join(dir, 'e.sock'), ended: (one) => { connections.delete(one); }, malformed: () => undefined,
      decide: ({ head }) => ({ kind: 'forward', ...(head.method === 'PUT' ? { stream: { begin: () => transform } } : {}), ...(head.method === 'GET' && head.target !== '/_ping' ? { answer: { begin: () => transform } } : {}) }),
    }));
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
  for (const [text, at] of [[name, 0], ['0000644', 100], [id, 108], [id, 116], [bytes.toString(8).padStart(11, '0'), 124], ['0', 156]] as const) block.write(text, at);
  if (id === '') for (const at of [108, 116]) { block[at] = 0x80; block.writeUInt32BE(uid, at + 4); }
  block.fill(0x20, 148, 156);
  block.write(block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0'), 148);
  block[154] = 0;
  return block;
}
/** Small and large files, whose content has nothing to do with where parts and chunks begin. */
const sizes = [5_000_003, 0, 1, 511, 512, 513, 3_000_000, 70_000, 2_097_152, 12_345_678];
const contents = sizes.map((size) => randomBytes(size));
const archive = (uid: number) => Buffer.concat([...contents.flatMap((content, i) => [header(`f${i}`, content.length, uid), content, Buffer.alloc((512 - content.length % 512) % 512)]), Buffer.alloc(1024)]);
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const intoRange = withIds(() => ({ uid: (id) => id + toRange, gid: (id) => id + toRange, capabilityRoot: (id) => id }));

/** The content of a chunked body, and what follows it. */
function unchunked(bytes: Buffer): { content: Buffer; after: string } | null {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (bytes.length < line + 4 + size) return null;
    if (bytes.toString('latin1', line + 2 + size, line + 4 + size) !== '\r\n') throw new Error(`a chunk of ${size} has no end`);
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

/** An engine that asks for the body, and answers `pong` to it and to what follows. `slow`: it rests now and then. */
function receiving(slow: boolean): { body: () => Buffer; heard: () => string } {
  const parts: Buffer[] = [];
  let all = Buffer.alloc(0);
  serve = (socket) => {
    let begun = false;
    let read = 0;
    let answered = false;
    let tail = '';
    socket.on('data', (part: Buffer) => {
      if (!begun) { begun = true; socket.write(ask); return; }
      parts.push(part);
      read += part.length;
      if (slow && read > 2_000_000) { read = 0; socket.pause(); setTimeout(() => { socket.resume(); }, 2); }
      tail = (tail + part.toString('latin1', Math.max(0, part.length - 5))).slice(-5);
      if (tail === '0\r\n\r\n' && !answered) { answered = true; all = Buffer.concat(parts); socket.write(pong); } else if (answered && Buffer.concat([all, part]).includes(ping)) socket.write(pong);
    });
  };
  return { body: () => unchunked(all)?.content ?? Buffer.alloc(0), heard: () => Buffer.concat(parts).subarray(all.length).toString('latin1') };
}

async function say(bytes: readonly Buffer[], until: RegExp): Promise<string> {
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

describe('large files on their way through a transform that lets them pass', () => {
  for (const slow of [false, true]) {
    for (const how of ['counted', 'chunked'] as const) {
      it(`arrive byte for byte with other ids around them, ${how}, at ${slow ? 'a slow' : 'an'} engine; what follows is another request`, async () => {
        transform = intoRange;
        const engineSide = receiving(slow);
        const sent = archive(5);
        const head = `PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n${how === 'counted' ? `Content-Length: ${sent.length}` : 'Transfer-Encoding: chunked'}\r\n\r\n`;
        expect(await say([Buffer.from(head), how === 'counted' ? sent : chunked(sent), Buffer.from(ping)], /pong[^]*pong$/)).toBe(`${pong}${pong}`);
        expect(digest(engineSide.body())).toBe(digest(archive(5 + toRange)));
        expect(engineSide.heard()).toBe(ping);
      }, 60_000);
    }
  }

  for (const how of ['counted', 'chunked', 'until the end'] as const) {
    it(`come back byte for byte with other ids around them, ${how}, also to a client that rests`, async () => {
      transform = withIds(() => outOf({ base: toRange, pid: 1, startTime: '' }));
      const sent = archive(5 + toRange);
      serve = (socket) => {
        socket.once('data', () => {
          if (how === 'until the end') { socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), sent])); return; }
          socket.write(`HTTP/1.1 200 OK\r\n${how === 'counted' ? `Content-Length: ${sent.length}` : 'Transfer-Encoding: chunked'}\r\n\r\n`);
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
        if (read > 3_000_000) { read = 0; await new Promise((resolve) => setTimeout(resolve, 2)); }
        tail = (tail + (part as Buffer).toString('latin1', Math.max(0, (part as Buffer).length - 5))).slice(-5);
        if (tail === '0\r\n\r\n') break;
      }
      socket.destroy();
      const all = Buffer.concat(parts);
      const body = unchunked(all.subarray(all.indexOf('\r\n\r\n') + 4));
      expect(digest(body?.content ?? Buffer.alloc(0))).toBe(digest(archive(5)));
      expect(body?.after).toBe('');
    }, 60_000);
  }

  it('that pass as a whole do so too', async () => {
    transform = asItIs;
    const engineSide = receiving(true);
    const sent = randomBytes(20_000_000);
    expect(await say([Buffer.from(`PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\nContent-Length: ${sent.length}\r\n\r\n`), sent, Buffer.from(ping)], /pong[^]*pong$/)).toBe(`${pong}${pong}`);
    expect(digest(engineSide.body())).toBe(digest(sent));
  }, 60_000);

  it('are seen by a transform as soon as it lets nothing pass any more', async () => {
    const passes = 7_000_000;
    let seen = 0;
    transform = async function* (content, offer) {
      let left = passes;
      offer?.({ left: () => left, passed: (bytes) => { left -= bytes; } });
      for await (const part of content) {
        const passed = Math.min(left, part.length);
        left -= passed;
        seen += part.length - passed;
        yield [part];
        if (seen > 1_000_000) throw new AnswerRefused(400, `seen ${seen > 1_000_000}`);
      }
    };
    receiving(false);
    expect(await say([Buffer.from('PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\nContent-Length: 20000000\r\n\r\n'), Buffer.alloc(20_000_000)], /seen true/)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

// recv and send are the C library's.
describe.runIf(process.platform === 'linux')('sockets read and written past Node', () => {
  it('give what is there, and nothing where Node holds back or has read ahead', async () => {
    const accepted = once(engine, 'connection') as Promise<[Socket]>;
    serve = () => undefined;
    const socket = connect(path.join(dir, 'e.sock'));
    const [[peer]] = await Promise.all([accepted, once(socket, 'connect')]);
    socket.on('data', () => undefined);
    expect(receiveNow(socket)).toBeNull();
    expect(sendNow(peer, Buffer.from('hello'))).toBe(5);
    expect(receiveNow(socket)?.toString()).toBe('hello');
    sendNow(peer, Buffer.from('again'));
    socket.pause();
    expect(receiveNow(socket)).toBeNull();
    socket.resume();
    expect(receiveNow(socket)?.toString()).toBe('again');
    // Parts of any size, in their order, whole.
    const sent = Buffer.concat([Buffer.alloc(60_000, 1), Buffer.alloc(60_000, 2), Buffer.alloc(3, 3), Buffer.alloc(20_000, 4)]);
    for (let at = 0; at < sent.length; at += 30_001) expect(sendNow(peer, sent.subarray(at, at + 30_001))).toBe(Math.min(30_001, sent.length - at));
    const got: Buffer[] = [];
    for (let part = receiveNow(socket); part !== null; part = receiveNow(socket)) got.push(Buffer.from(part));
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    // What waits to be sent by Node goes first.
    peer.cork();
    peer.write('first');
    expect(sendNow(peer, Buffer.from('second'))).toBe(0);
    peer.destroy();
    expect(sendNow(peer, Buffer.from('gone'))).toBe(0);
    socket.destroy();
    expect(receiveNow(socket)).toBeNull();
  });
});
