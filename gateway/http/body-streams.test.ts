import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BodyTransform } from './message/body-stream.ts';
import { ClientConnection } from './connection.ts';
import { ResponseReplacedError, type Gatekeeper } from './exchange.ts';

// The engine is a script here: it sends exactly what a test makes it send.
let dir: string;
let engine: Server;
let gateway: Server;
let onEngineData: (socket: Socket, received: string) => void;
let decide: Gatekeeper;
let engineReceived: string;
let trouble: string[];
let ended: number;
const connections = new Set<ClientConnection>();

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-streams-'));
  engineReceived = '';
  trouble = [];
  ended = 0;
  engine = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (part: Buffer) => {
      engineReceived += part.toString('latin1');
      onEngineData(socket, engineReceived);
    });
    socket.on('end', () => {
      engineReceived += '<gone>';
      socket.end();
    });
  });
  engine.listen(path.join(dir, 'e.sock'));
  await once(engine, 'listening');
  gateway = createServer({ allowHalfOpen: true }, (client) => {
    connections.add(
      new ClientConnection(client, {
        engineSocket: path.join(dir, 'e.sock'),
        decide: (request) => decide(request),
        ended: (one) => {
          connections.delete(one);
          ended++;
        },
        onProtocolError: (why) => {
          trouble.push(why);
        },
      }),
    );
  });
  gateway.listen(path.join(dir, 'g.sock'));
  await once(gateway, 'listening');
});
afterEach(async () => {
  for (const one of connections) one.close();
  gateway.close();
  engine.close();
  await rm(dir, { recursive: true, force: true });
});

/** What the gateway says until `until` matches, or the end. */
async function respond(
  bytes: string,
  until?: RegExp,
  then?: (socket: Socket) => void,
): Promise<{ text: string; ended: boolean }> {
  const socket = connect({ path: path.join(dir, 'g.sock'), allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  then?.(socket);
  let text = '';
  for await (const part of socket) {
    text += (part as Buffer).toString('latin1');
    if (until?.test(text) === true) {
      socket.destroy();
      return { text, ended: false };
    }
  }
  socket.destroy();
  return { text, ended: true };
}
const put = (framing: string, more = '') =>
  `PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n${framing}\r\n${more}\r\n`;
const ask = 'HTTP/1.1 100 Continue\r\n\r\n';
const pong = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong';
const ping = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n';
/** Every byte twice, in upper case. */
const loud: BodyTransform = async function* (content) {
  for await (const part of content)
    yield [Buffer.from(part.toString().toUpperCase()), Buffer.from(part.toString().toUpperCase())];
};
const when = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

describe('a transformed request body', () => {
  beforeEach(() => {
    decide = (request) =>
      request.head.method === 'PUT'
        ? { kind: 'forward', stream: { begin: () => loud } }
        : { kind: 'forward' };
    onEngineData = (socket, all) => {
      if (all.endsWith('Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n')) socket.write(ask);
      else if (all.endsWith('0\r\n\r\n') || all.endsWith(ping)) socket.write(pong);
    };
  });

  it("is sent chunked after the engine's 100-continue, which the client does not see", async () => {
    const { text } = await respond(`${put('Content-Length: 3')}abc${ping}`, /pong[\s\S]*pong$/);
    expect(text).toBe(`${pong}${pong}`);
    expect(engineReceived).toBe(
      'PUT /v1.45/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\n' +
        `Transfer-Encoding: chunked\r\n\r\n6\r\nABCABC\r\n0\r\n\r\n${ping}`,
    );
  });

  it('of a client that expects 100-continue is requested when the engine requests it', async () => {
    const { text } = await respond(
      put('Transfer-Encoding: chunked', 'Expect: 100-continue\r\n'),
      /pong$/,
      (socket) => {
        socket.once('data', () => {
          socket.write('1\r\na\r\n0\r\n\r\n');
        });
      },
    );
    expect(text).toBe(`${ask}${pong}`);
    expect(engineReceived).toContain('2\r\nAA\r\n0\r\n\r\n');
  });

  it('is not sent when the engine responds without 100: the client gets that response', async () => {
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
    };
    const { text, ended: over } = await respond(`${put('Content-Length: 3')}abc`);
    expect(text).toMatch(/^HTTP\/1\.1 404 Not Found[\s\S]*no$/);
    expect(over).toBe(true);
    expect(engineReceived).not.toContain('ABC');
  });

  it('is not sent where `begin` refuses: the engine sees the end of the connection', async () => {
    decide = () => ({
      kind: 'forward',
      stream: { begin: () => Promise.reject(new ResponseReplacedError(409, 'changed')) },
    });
    const { text } = await respond(`${put('Content-Length: 3')}abc`);
    expect(text).toMatch(/^HTTP\/1\.1 409 Conflict[\s\S]*"changed"/);
    await when(() => engineReceived.endsWith('<gone>'));
    expect(engineReceived).toMatch(/chunked\r\n\r\n<gone>$/);
  });

  it('has no end where the transform fails, and the client gets the reason', async () => {
    decide = () => ({
      kind: 'forward',
      stream: {
        begin: () =>
          async function* (content) {
            for await (const part of content) {
              yield [part];
              throw new ResponseReplacedError(400, 'broken archive');
            }
          },
      },
    });
    const { text } = await respond(`${put('Content-Length: 6')}abc`);
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request[\s\S]*"broken archive"/);
    await when(() => engineReceived.endsWith('<gone>'));
    expect(engineReceived).toMatch(/3\r\nabc\r\n<gone>$/);
  });

  it('has no end where the client disconnects in the middle, and the transform is finished', async () => {
    let finished = false;
    decide = () => ({
      kind: 'forward',
      stream: {
        begin: () =>
          async function* (content) {
            try {
              for await (const part of content) yield [part];
            } finally {
              finished = true;
            }
          },
      },
    });
    const socket = connect(path.join(dir, 'g.sock'));
    socket.write(`${put('Content-Length: 6')}abc`);
    await when(() => engineReceived.includes('abc'));
    socket.destroy();
    await when(() => engineReceived.endsWith('<gone>') && finished && ended === 1);
    expect(engineReceived).not.toContain('0\r\n\r\n');
  });

  it('with broken framing ends the connection', async () => {
    const { text } = await respond(`${put('Transfer-Encoding: chunked')}3\r\nabcX\r\n`);
    expect(text).toBe('');
    await when(() => engineReceived.endsWith('<gone>'));
    expect(engineReceived).not.toContain('0\r\n\r\n');
  });

  it('that is empty does not start the transform', async () => {
    onEngineData = (socket) => {
      socket.write(pong);
    };
    expect((await respond(put('Content-Length: 0'), /pong$/)).text).toBe(pong);
    expect(engineReceived).not.toContain('Expect');
  });
});

describe('a transformed response body', () => {
  beforeEach(() => {
    decide = (request) =>
      request.target.path === '/_ping'
        ? { kind: 'forward' }
        : { kind: 'forward', response: { begin: (head) => (head.status === 200 ? loud : null) } };
  });
  const get = 'GET /v1.45/containers/x/export HTTP/1.1\r\nHost: d\r\n\r\n';

  for (const [how, sent] of [
    ['counted', 'Content-Length: 3\r\n\r\nabc'],
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n'],
  ] as const) {
    it(`travels chunked when it came ${how}, and the connection continues`, async () => {
      onEngineData = (socket, all) => {
        socket.write(all.endsWith(ping) ? pong : `HTTP/1.1 200 OK\r\nX-A: b\r\n${sent}`);
      };
      const { text } = await respond(`${get}${ping}`, /pong$/);
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n/);
      expect(text.replaceAll(/[0-9a-f]+\r\n|\r\n/g, '')).toContain('ABCABC');
      expect(text.endsWith(`0\r\n\r\n${pong}`)).toBe(true);
    });
  }

  it('that ends with the connection gets a framed end', async () => {
    onEngineData = (socket) => {
      socket.end('HTTP/1.1 200 OK\r\n\r\nabc');
    };
    const { text } = await respond(`${get}${ping}`);
    expect(text).toBe('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nABCABC\r\n0\r\n\r\n');
  });

  it('is unchanged where `begin` returns null', async () => {
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno');
    };
    expect((await respond(get, /no$/)).text).toBe('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno');
  });

  it('is not forwarded when `begin` refuses or fails; a compressed one cannot be changed', async () => {
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nno');
    };
    expect((await respond(get, /}\n$/)).text).toMatch(/^HTTP\/1\.1 502 [\s\S]*compressed/);
    decide = () => ({
      kind: 'forward',
      response: {
        begin: () => {
          throw new ResponseReplacedError(409, 'changed');
        },
      },
    });
    expect((await respond(get, /}\n$/)).text).toMatch(/^HTTP\/1\.1 409 [\s\S]*changed/);
    decide = () => ({ kind: 'forward', response: { begin: () => Promise.reject(new Error('why')) } });
    expect((await respond(get, /}\n$/)).text).toMatch(/^HTTP\/1\.1 502 [\s\S]*could not be inspected/);
    expect(trouble.join()).toContain('why');
  });

  it('that the engine cuts short, or whose transform fails, has no clean end', async () => {
    onEngineData = (socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    };
    expect(await respond(get)).toEqual({
      text: expect.not.stringContaining('0\r\n\r\n') as string,
      ended: true,
    });
    decide = () => ({
      kind: 'forward',
      response: {
        begin: () =>
          async function* (content) {
            for await (const part of content) {
              yield [part];
              throw new Error('no tar');
            }
          },
      },
    });
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc');
    };
    expect(await respond(get)).toEqual({
      text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
      ended: true,
    });
    expect(trouble.join()).toContain('no tar');
  });

  it('is dropped when the client disconnects: engine connection and transform end', async () => {
    let finished = false;
    decide = () => ({
      kind: 'forward',
      response: {
        begin: () =>
          async function* (content) {
            try {
              for await (const part of content) yield [part];
            } finally {
              finished = true;
            }
          },
      },
    });
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    };
    await respond(get, /abc/);
    await when(() => finished && engineReceived.endsWith('<gone>'));
    expect(ended).toBe(1);
  });
});
