import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';
import { randomContent, seededRandom, testSeed } from '../support/random-seed.ts';

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
});
afterAll(async () => {
  await guarded?.stop();
});

interface HttpResponse {
  readonly status: number;
  readonly body: string;
}
function call(
  method: string,
  target: string,
  options: { readonly body?: unknown; readonly agent?: Agent } = {},
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
    const message = request(
      {
        socketPath: guarded.socket,
        method,
        path: target,
        agent: options.agent,
        headers:
          payload === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) },
      },
      (answer) => {
        buffer(answer).then((body) => {
          resolve({ status: answer.statusCode ?? 0, body: body.toString() });
        }, reject);
      },
    );
    message.on('error', reject);
    message.end(payload);
  });
}
/**
 * Opens a connection, sends a head, and resolves with the socket and the response's head once that is
 * complete.
 */
function upgraded(head: string): Promise<{ socket: Socket; answer: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: guarded.socket, allowHalfOpen: true });
    let received = Buffer.alloc(0);
    const read = (part: Buffer) => {
      received = Buffer.concat([received, part]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', read);
      socket.pause();
      if (received.length > end + 4) socket.unshift(received.subarray(end + 4));
      resolve({ socket, answer: received.toString('latin1', 0, end) });
    };
    socket.on('data', read);
    socket.once('error', reject);
    socket.once('end', () => {
      reject(new Error(`ended: ${received.toString('latin1')}`));
    });
    socket.write(head);
  });
}
const created = async (body: object) =>
  (
    JSON.parse((await call('POST', '/containers/create', { body: { Image: 'busybox', ...body } })).body) as {
      Id: string;
    }
  ).Id;
const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex');

describe('A1: raw clients get the same through the gateway as from the engine', () => {
  for (const upgrade of ['Connection: Upgrade\r\nUpgrade: tcp\r\n', '']) {
    const withOrWithout = upgrade === '' ? 'without' : 'with';
    it(`exec and attach transfer 5 MB both ways with half-close, ${withOrWithout} an upgrade`, async () => {
      const data = randomContent(seededRandom(testSeed()), 5 * 1024 * 1024);
      const container = await created({ Cmd: ['cat'], OpenStdin: true, StdinOnce: true, Tty: false });
      const { socket: attach, answer } = await upgraded(
        `POST /containers/${container}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: d\r\n` +
          `${upgrade}Content-Length: 0\r\n\r\n`,
      );
      expect(answer).toMatch(upgrade === '' ? /^HTTP\/1\.1 200/ : /^HTTP\/1\.1 101/);
      await call('POST', `/containers/${container}/start`);
      const exec = (
        JSON.parse(
          (
            await call('POST', `/containers/${container}/exec`, {
              body: { Cmd: ['cat'], AttachStdin: true, AttachStdout: true },
            })
          ).body,
        ) as { Id: string }
      ).Id;
      const { socket: executed } = await upgraded(
        `POST /exec/${exec}/start HTTP/1.1\r\nHost: d\r\n${upgrade}Content-Type: application/json\r\n` +
          'Content-Length: 28\r\n\r\n{"Detach":false,"Tty":false}',
      );
      for (const socket of [executed, attach]) {
        const back = buffer(socket);
        socket.end(data);
        expect(hash(demultiplexed(await back))).toBe(hash(data));
      }
      await call('DELETE', `/containers/${container}?force=1`);
    });
  }

  it('attach by WebSocket carries both directions and closes with the container', async () => {
    const container = await created({
      Cmd: ['sh', '-c', 'read l; echo "got $l"'],
      OpenStdin: true,
      StdinOnce: true,
    });
    await call('POST', `/containers/${container}/start`);
    const random = seededRandom(testSeed());
    const key = randomContent(random, 16).toString('base64');
    const { socket, answer } = await upgraded(
      `GET /containers/${container}/attach/ws?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: d\r\n` +
        'Origin: http://d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        `Sec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 101/);
    expect(answer).toContain(
      createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'),
    );
    const line = Buffer.from('word\n');
    const mask = randomContent(random, 4);
    const back = buffer(socket);
    socket.write(
      Buffer.concat([
        Buffer.from([0x81, 0x80 | line.length]),
        mask,
        line.map((byte, at) => byte ^ (mask[at % 4] ?? 0)),
      ]),
    );
    expect((await back).toString('latin1')).toContain('got word\n');
    socket.end();
    await call('DELETE', `/containers/${container}?force=1`);
  });

  it('100 concurrent connections are all served, including create, start and remove', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        call(
          'GET',
          n % 3 === 0 ? '/_ping' : n % 3 === 1 ? '/containers/json?all=1' : '/containers/nosuch/json',
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, n) => (n % 3 === 2 ? 404 : 200)));
    const names = Array.from({ length: 30 }, (_, n) => `many${n}`);
    expect(
      await Promise.all(
        names.map(
          async (name) =>
            (await call('POST', `/containers/create?name=${name}`, { body: { Image: 'busybox' } })).status,
        ),
      ),
    ).toEqual(names.map(() => 201));
    expect(
      await Promise.all(names.map(async (name) => (await call('DELETE', `/containers/${name}`)).status)),
    ).toEqual(names.map(() => 204));
  });

  it('a connection stays usable after errors of the engine and refusals of the gateway', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: string[] = [];
    for (const [method, target, body] of [
      ['GET', '/_ping'],
      ['GET', '/containers/nosuch/json'],
      ['POST', '/containers/create', { Image: 'busybox', HostConfig: { PidMode: 'host' } }],
      ['GET', '/debug/vars'],
      ['POST', '/containers/create', { Image: 'nosuch' }],
      ['POST', '/containers/nosuch/exec', { Cmd: ['x'] }],
      ['GET', '/version'],
    ] as const) {
      statuses.push(String((await call(method, target, { agent, body })).status));
    }
    expect(statuses).toEqual(['200', '404', '403', '403', '404', '404', '200']);
    agent.destroy();
  });

  it('pipelined requests get responses in order, including refusals', async () => {
    const socket = connect({ path: guarded.socket, allowHalfOpen: true });
    const back = buffer(socket);
    const get = (target: string, more = '') => `GET ${target} HTTP/1.1\r\nHost: d\r\n${more}\r\n`;
    socket.end(
      `${get('/_ping')}${get('/containers/nosuch/json')}${get('/debug/vars')}${get('/version')}` +
        get('/_ping', 'Connection: close\r\n'),
    );
    const statuses = [...(await back).toString().matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1]);
    expect(statuses).toEqual(['200', '404', '403', '200', '200']);
  });
});

/** Payload of a multiplexed stream: 8-byte headers removed. */
function demultiplexed(stream: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= stream.length;) {
    const length = stream.readUInt32BE(at + 4);
    parts.push(stream.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts);
}
