import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendRaw } from '../../tests/support/raw-http.ts';
import { ClientConnection } from './connection.ts';
import { ResponseReplacedError, type Gatekeeper, type GatewayRequest, type Verdict } from './exchange.ts';

// The engine is a script here: it sends exactly what a test makes it send.
let dir: string;
let engine: Server;
let gateway: Server;
let onEngineData: (socket: Socket, received: string) => void;
let decide: Gatekeeper;
let engineReceived: string[];
const connections = new Set<ClientConnection>();
const listen = () => path.join(dir, 'g.sock');

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-connection-'));
  engineReceived = [];
  decide = () => ({ kind: 'forward' });
  onEngineData = (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong');
  };
  engine = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (part: Buffer) => {
      engineReceived.push(part.toString('latin1'));
      onEngineData(socket, part.toString('latin1'));
    });
    socket.on('end', () => {
      engineReceived.push('<FIN>');
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
        },
        onProtocolError: () => undefined,
      }),
    );
  });
  gateway.listen(listen());
  await once(gateway, 'listening');
});
afterEach(async () => {
  for (const one of connections) one.close();
  gateway.close();
  engine.close();
  await rm(dir, { recursive: true, force: true });
});

const ping = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n';
const last = 'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n';

describe('relaying', () => {
  it('decides every request of a connection, and writes each head itself', async () => {
    const received: string[] = [];
    decide = (request: GatewayRequest) => {
      received.push(request.target.path);
      return { kind: 'forward' };
    };
    const response = await sendRaw(
      listen(),
      `${ping}GET /version HTTP/1.1\r\nhost: d\r\nX-A:  b \r\n\r\n`,
      /pong[\s\S]*pong$/,
    );
    expect(response.text).toMatch(/^(HTTP\/1\.1 200 OK\r\nContent-Length: 4\r\n\r\npong){2}$/);
    expect(received).toEqual(['/_ping', '/version']);
    expect(engineReceived).toEqual([ping, 'GET /version HTTP/1.1\r\nHost: d\r\nX-A: b\r\n\r\n']);
  });

  it('sends nothing of a refused request or its body to the engine', async () => {
    decide = (request) =>
      request.head.method === 'POST' ? { kind: 'refuse', status: 403, message: 'no' } : { kind: 'forward' };
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: d\r\n\r\n';
    const response = await sendRaw(
      listen(),
      `POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    );
    expect(response.status).toBe(403);
    expect(engineReceived).toEqual([]);
  });

  it('decides no further requests of a client that does not read responses', async () => {
    const count = 20_000;
    let decided = 0;
    decide = () => {
      decided++;
      return { kind: 'refuse', status: 403, message: 'no' };
    };
    const client = connect(listen());
    client.on('error', () => undefined);
    client.pause();
    client.write(ping.repeat(count));
    // It goes on for as long as others get a turn in between, or has stopped.
    for (let before = -1; before !== decided || decided === 0;) {
      before = decided;
      await sendRaw(listen(), ping, /no/);
      decided--;
    }
    expect(decided).toBeLessThan(count / 2);
    let responses = 0;
    client.on('data', (part: Buffer) => {
      responses += part.toString('latin1').split('HTTP/1.1 403').length - 1;
    });
    client.resume();
    await expect.poll(() => decided).toBe(count);
    client.destroy();
    expect(responses).toBeGreaterThan(count / 2);
  });

  it('forwards a read body with a length of its own, and the next request after it', async () => {
    decide = (request) =>
      request.head.method === 'POST'
        ? {
            kind: 'read-body',
            limit: 100,
            decide: (body) =>
              Promise.resolve({ kind: 'forward', body: Buffer.from(body.toString().toUpperCase()) }),
          }
        : { kind: 'forward' };
    await sendRaw(
      listen(),
      'POST /x HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n' +
        `0\r\n\r\n${ping}`,
      /pong[\s\S]*pong$/,
    );
    expect(engineReceived).toEqual(['POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\n\r\nABCDE', ping]);
  });

  it('refuses bodies over the limit, counted or chunked', async () => {
    decide = () => ({ kind: 'read-body', limit: 4, decide: () => ({ kind: 'forward' }) });
    expect(
      (await sendRaw(listen(), 'POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\n\r\nabcde')).status,
    ).toBe(413);
    expect(
      (
        await sendRaw(
          listen(),
          'POST /x HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n',
          /allowed here/,
        )
      ).status,
    ).toBe(413);
    expect(engineReceived).toEqual([]);
  });

  it('responds to Expect: 100-continue itself, only after the decision', async () => {
    const socket = connect(listen());
    socket.write('POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('abc');
    const [second] = (await once(socket, 'data')) as [Buffer];
    expect(second.toString()).toContain('200 OK');
    expect(engineReceived.join('')).toBe('POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\nabc');
    socket.destroy();
    decide = () => ({ kind: 'refuse', status: 403, message: 'no' });
    expect(
      (
        await sendRaw(
          listen(),
          'POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n',
        )
      ).text,
    ).toMatch(/^HTTP\/1\.1 403/);
  });

  it('relays a response that arrives in pieces', async () => {
    onEngineData = (socket) => {
      const pieces = [
        'HTTP/1.1 2',
        '00 OK\r\nTransfer-Encoding: chu',
        'nked\r\n\r\n3\r',
        '\nabc\r\n0\r\n',
        '\r\n',
      ];
      const send = () => {
        const piece = pieces.shift();
        if (piece !== undefined) socket.write(piece, () => setImmediate(send));
      };
      send();
    };
    expect((await sendRaw(listen(), last)).text).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    );
  });

  it("ends the client's connection when a response is truncated or has no end of its own", async () => {
    onEngineData = (socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    };
    expect((await sendRaw(listen(), ping)).text).toMatch(/\r\n\r\nabc$/);
    onEngineData = (socket) => {
      socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    };
    expect((await sendRaw(listen(), ping)).text).toMatch(/all of it$/);
  });

  it('responds with 503 when the engine sends no response, and reconnects for the next request', async () => {
    let times = 0;
    onEngineData = (socket) => {
      if (times++ === 0) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong');
    };
    const response = await sendRaw(listen(), `${ping}${last}`, /pong$/);
    expect(response.text).toMatch(/^HTTP\/1\.1 503[\s\S]*engine closed[\s\S]*200 OK/);
  });

  it('closes the connection when the engine sends more than its response', async () => {
    onEngineData = (socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npongHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      );
    };
    expect((await sendRaw(listen(), ping)).text).not.toMatch(/pongHTTP/);
  });
});

describe('tunnels', () => {
  const attach = (more = 'Connection: Upgrade\r\nUpgrade: tcp\r\n') =>
    `POST /containers/x/attach?stream=1 HTTP/1.1\r\nHost: d\r\n${more}\r\n`;

  it('open after 101 only, carry early data, and pass FIN on in both directions', async () => {
    onEngineData = (socket, text) => {
      if (text.startsWith('POST'))
        socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
      if (text.endsWith('input'))
        socket.once('end', () => {
          socket.end('output');
        });
    };
    const socket = connect({ path: listen(), allowHalfOpen: true });
    socket.write(`${attach()}in`);
    await once(socket, 'data');
    socket.end('put');
    let text = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString();
    });
    // The script sees 'in' and 'put' as they come.
    onEngineData = (engineSocket) => {
      if (engineReceived.join('').endsWith('input'))
        engineSocket.once('end', () => {
          engineSocket.end('output');
        });
    };
    await once(socket, 'end');
    expect(text).toBe('output');
    expect(engineReceived.join('')).toMatch(/Connection: Upgrade\r\nUpgrade: tcp\r\n\r\ninput<FIN>$/);
  });

  it('open after a raw-stream 200 without Upgrade', async () => {
    onEngineData = (socket, text) => {
      if (text.startsWith('POST'))
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n');
      else socket.end(`got ${text}`);
    };
    const socket = connect(listen());
    socket.write(attach(''));
    await once(socket, 'data');
    socket.write(ping);
    const [response] = (await once(socket, 'data')) as [Buffer];
    expect(response.toString()).toBe(`got ${ping}`);
  });

  it('do not open on other endpoints or for another protocol: Upgrade is dropped', async () => {
    for (const text of [
      'POST /containers/create HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
      attach('Connection: Upgrade\r\nUpgrade: h2c\r\n'),
    ]) {
      engineReceived = [];
      await sendRaw(listen(), text, /pong$/);
      expect(engineReceived[0]).not.toMatch(/upgrade/i);
    }
  });

  it.each(['/session', '/grpc'])('on %s: the engine refuses another protocol', async (path) => {
    await sendRaw(listen(), `POST ${path} HTTP/1.1\r\nHost: d\r\nUpgrade: foo\r\n\r\n`, /pong$/);
    expect(engineReceived[0]).toMatch(/Connection: Upgrade\r\nUpgrade: foo\r\n\r\n$/);
  });

  it('an unrequested 101, or a raw stream elsewhere, is no tunnel', async () => {
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    };
    expect((await sendRaw(listen(), ping)).text).toBe('');
    const received: string[] = [];
    decide = (request) => {
      received.push(request.target.path);
      return { kind: 'forward' };
    };
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nx');
    };
    engineReceived = [];
    const socket = connect(listen());
    socket.write(`${ping}GET /second HTTP/1.1\r\nHost: d\r\n\r\n`);
    await once(socket, 'data');
    expect(engineReceived.filter((part) => part !== '<FIN>')).toEqual([ping]);
    expect(received).toEqual(['/_ping']);
    socket.destroy();
  });

  it('a refused attach is followed by decided requests, not by a tunnel', async () => {
    onEngineData = (socket, text) => {
      socket.write(
        text.startsWith('POST')
          ? 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'
          : 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong',
      );
    };
    const received: string[] = [];
    decide = (request) => {
      received.push(request.target.path);
      return { kind: 'forward' };
    };
    await sendRaw(listen(), `${attach()}${ping}`, /pong$/);
    expect(received).toEqual(['/containers/x/attach', '/_ping']);
  });

  it('a refusal in the stream: 101, the error in a frame, the end; the engine gets nothing', async () => {
    decide = () => ({ kind: 'refuse', status: 403, message: 'no', inStream: true });
    const attach =
      'POST /containers/c/attach HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n';
    const response = await sendRaw(listen(), `${attach}${ping}`);
    expect(response.head).toMatch(/^HTTP\/1\.1 101 /);
    expect(response.body).toBe('\u0003\0\0\0\0\0\0\u0002no');
    // No switch was requested: a plain response.
    expect(
      (await sendRaw(listen(), 'POST /containers/c/attach HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n'))
        .status,
    ).toBe(403);
    expect(engineReceived).toEqual([]);
  });

  it('apply backpressure while the receiver does not read', async () => {
    onEngineData = (socket, text) => {
      if (text.startsWith('POST')) {
        socket.write('HTTP/1.1 101 UPGRADED\r\n\r\n');
        socket.pause();
      }
    };
    const socket = connect(listen());
    socket.write(attach());
    await once(socket, 'data');
    let accepted = 0;
    const part = Buffer.alloc(256 * 1024);
    // Far more than all the buffers of two sockets together; a gateway that kept it would take it all.
    await new Promise<void>((resolve) => {
      let quiet: NodeJS.Immediate;
      let idle = 0;
      const pump = () => {
        while (accepted < 64 * 1024 * 1024 && socket.write(part)) accepted += part.length;
      };
      const watch = () => {
        if (socket.writableNeedDrain) idle++;
        else {
          idle = 0;
          pump();
        }
        if (idle > 20_000) resolve();
        else quiet = setImmediate(watch);
      };
      pump();
      quiet = setImmediate(watch);
      void quiet;
    });
    expect(accepted).toBeLessThan(16 * 1024 * 1024);
    socket.destroy();
  });
});

describe('inspected responses', () => {
  const inspected =
    (
      inspect: (body: string, status: number) => Buffer | null | Promise<Buffer | null>,
      limit = 100,
    ): Gatekeeper =>
    () => ({
      kind: 'forward',
      response: { limit, transformResponse: (head, body) => inspect(body.toString(), head.status) },
    });

  it.each([
    [
      'with a length',
      'HTTP/1.1 201 Created\r\nApi-Version: 1.45\r\nContent-Length: 4\r\nServer: x\r\n\r\npong',
    ],
    [
      'chunked',
      'HTTP/1.1 201 Created\r\nApi-Version: 1.45\r\nTransfer-Encoding: chunked\r\nServer: x\r\n\r\n' +
        '2\r\npo\r\n2\r\nng\r\n0\r\n\r\n',
    ],
    [
      'after an interim one',
      'HTTP/1.1 201 Created\r\nApi-Version: 1.45\r\nContent-Length: 4\r\nServer: x\r\n\r\npong',
    ],
  ])('%s: the body is replaced under a length of its own, everything else stays', async (name, text) => {
    onEngineData = (socket) => {
      if (name.startsWith('after')) socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      for (const byte of text) socket.write(byte);
    };
    decide = inspected((body, status) => Buffer.from(`${status}:${body}:é`));
    const response = await sendRaw(listen(), `${ping}${ping}`, /(201:pong[\s\S]*){2}/);
    const one =
      `${name.startsWith('after') ? 'HTTP/1.1 103 Early Hints\r\n\r\n' : ''}HTTP/1.1 201 Created\r\n` +
      'Api-Version: 1.45\r\nServer: x\r\nContent-Length: 11\r\n\r\n' +
      `${Buffer.from('201:pong:é').toString('latin1')}`;
    expect(response.text).toBe(`${one}${one}`);
  });

  it('are inspected also where the client disconnected before the engine responded', async () => {
    const inspectedBodies: string[] = [];
    const engineConnected = new Promise<Socket>((resolve) => {
      onEngineData = resolve;
    });
    decide = inspected((body) => {
      inspectedBodies.push(body);
      return null;
    });
    const client = connect(listen());
    client.write(ping);
    const engineSocket = await engineConnected;
    client.destroy();
    await once(client, 'close');
    engineSocket.write('HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\npong');
    await expect.poll(() => inspectedBodies).toEqual(['pong']);
  });

  it('are replaced by a refusal when the inspection denies them, and the connection continues', async () => {
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\npong');
    };
    decide = inspected(() =>
      Promise.reject(new ResponseReplacedError(403, 'enhanced container isolation: not that')),
    );
    const response = await sendRaw(listen(), `${ping}${ping}`, /(not that[\s\S]*){2}/);
    expect(response.status).toBe(403);
    expect(response.text).not.toContain('pong');
  });

  it('that end with the connection get a length; null leaves the body; promises are awaited', async () => {
    onEngineData = (socket) => {
      socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    };
    decide = inspected(() => new Promise((resolve) => setImmediate(resolve, null)));
    expect((await sendRaw(listen(), `${ping}${ping}`, /(all of it[\s\S]*){2}/)).text).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nall of it'.repeat(2),
    );
  });

  it('are requested uncompressed, also where the client accepts compression; others are not', async () => {
    const requestText =
      'GET /_ping HTTP/1.1\r\nHost: d\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n\r\n';
    const heads: string[] = [];
    onEngineData = (socket, text) => {
      heads.push(text);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong');
    };
    decide = inspected(() => null);
    await sendRaw(listen(), requestText, /pong/);
    decide = () => ({ kind: 'forward' });
    await sendRaw(listen(), requestText, /pong/);
    expect(heads).toEqual([requestText.replace('Accept-Encoding: gzip, deflate\r\n', ''), requestText]);
  });

  it('without a body are unchanged', async () => {
    decide = inspected(() => Buffer.from('never'));
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 204 No Content\r\nX: y\r\n\r\n');
    };
    expect((await sendRaw(listen(), last, /\r\n\r\n/)).text).toBe('HTTP/1.1 204 No Content\r\nX: y\r\n\r\n');
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    };
    expect((await sendRaw(listen(), last.replace('GET', 'HEAD'), /\r\n\r\n/)).text).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n',
    );
  });

  it.each([
    [
      'longer than the limit',
      'HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n' + 'x'.repeat(200),
      /longer than the 100 bytes/,
    ],
    ['cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nxyz', /cut short/],
    ['cut short in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', /cut short/],
    ['compressed', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz', /compressed/],
  ])('%s become a 502, and the connection continues', async (_, text, why) => {
    onEngineData = (socket) => {
      socket.end(text);
    };
    decide = inspected(() => null);
    const response = await sendRaw(listen(), `${ping}${last}`, /502[\s\S]*502[\s\S]*\n$/);
    expect(response.text).toMatch(why);
    expect(response.text).not.toContain('xyz');
  });

  it('become a 502 when the inspection fails, at once or later', async () => {
    for (const inspect of [
      () => {
        throw new Error('boom');
      },
      () => Promise.reject(new Error('boom')),
    ]) {
      decide = inspected(inspect);
      expect((await sendRaw(listen(), last)).text).toMatch(/^HTTP\/1\.1 502[\s\S]*could not be inspected/);
    }
  });
});

describe('a request whose body is not complete', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const head = 'POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n';
  let decided = 0;
  beforeEach(() => {
    decided = 0;
    decide = () => ({
      kind: 'read-body',
      limit: 100,
      decide: () => {
        decided++;
        return { kind: 'forward' };
      },
    });
  });
  /** The connection of a client that has sent half of the body, and what it has received. */
  const begun = async () => {
    const client = connect(listen());
    const received: string[] = [];
    client.on('data', (part: Buffer) => received.push(part.toString()));
    client.write(`${head}{`);
    await expect.poll(() => [...connections].some(({ idle }) => !idle)).toBe(true);
    return { client, received };
  };

  it('is decided after the gateway was replaced, and refused once its connections are drained', async () => {
    const first = await begun();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const one of connections) one.retire();
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    first.client.write('}');
    await expect.poll(() => first.received.join('')).toContain('pong');
    first.client.destroy();
    await expect.poll(() => connections.size).toBe(0);

    const second = await begun();
    for (const one of connections) one.retire();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const one of connections) one.drain();
    vi.advanceTimersByTime(15_000);
    vi.useRealTimers();
    await expect.poll(() => second.received.join('')).toMatch(/^HTTP\/1\.1 408 [^]*within 15 s/);
    second.client.end('}');
    await expect.poll(() => connections.size).toBe(0);
    expect(decided).toBe(1);
  });

  it('is refused likewise where its head was not complete either', async () => {
    const client = connect(listen());
    const received: string[] = [];
    client.on('data', (part: Buffer) => received.push(part.toString()));
    client.write(head.slice(0, 20));
    await expect.poll(() => [...connections].some(({ idle }) => !idle)).toBe(true);
    for (const one of connections) one.retire();
    for (const one of connections) one.drain();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    client.write(head.slice(20));
    await expect.poll(() => vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(15_000);
    vi.useRealTimers();
    await expect.poll(() => received.join('')).toMatch(/^HTTP\/1\.1 408 [^]*within 15 s/);
    expect(decided).toBe(0);
    client.destroy();
  });

  it('is decided while a gateway that was not replaced ends', async () => {
    const { client, received } = await begun();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const one of connections) one.drain();
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    client.write('}');
    await expect.poll(() => received.join('')).toContain('pong');
    client.destroy();
  });
});

describe('upgraded connections', () => {
  const session = 'POST /session HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';

  it('start after 101, with early bytes of both sides, and are closed with the gateway', async () => {
    onEngineData = (socket, text) => {
      if (text.startsWith('POST'))
        socket.write('HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\nearly engine,');
      else socket.write(`engine received ${text};`);
    };
    const acquired: string[] = [];
    decide = () => ({
      kind: 'forward',
      upgradeHandler: (client, up) => {
        client.on('data', (part: Buffer) => {
          acquired.push(`client:${part.toString()}`);
          up.write(part.toString().toUpperCase());
        });
        up.on('data', (part: Buffer) => {
          acquired.push(`engine:${part.toString()}`);
          client.write(part);
        });
        client.resume();
        up.resume();
        return { retire: () => undefined };
      },
    });
    const socket = connect(listen());
    socket.write(`${session}early client`);
    let text = '';
    await new Promise<void>((resolve) =>
      socket.on('data', (part: Buffer) => {
        text += part.toString();
        if (text.endsWith(';')) resolve();
      }),
    );
    expect(text).toBe(
      'HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\nearly engine,engine received EARLY CLIENT;',
    );
    expect(acquired.slice(0, 2).sort()).toEqual(['client:early client', 'engine:early engine,']);
    expect(connections.size).toBe(1);
    const closed = once(socket, 'close');
    for (const one of connections) one.close();
    await closed;
    expect(connections.size).toBe(0);
  });

  it('end when both sides have ended', async () => {
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 101 Switching\r\n\r\n');
    };
    decide = () => ({
      kind: 'forward',
      upgradeHandler: (client, up) => {
        client.pipe(up);
        up.pipe(client);
        return { retire: () => undefined };
      },
    });
    const socket = connect({ path: listen(), allowHalfOpen: true });
    socket.write(session);
    await once(socket, 'data');
    engine.once('connection', () => undefined);
    socket.end();
    // The script's engine does not respond to the FIN: the connection stays half open.
    await new Promise((resolve) => {
      const check = () => {
        if (engineReceived.includes('<FIN>')) resolve(null);
        else setImmediate(check);
      };
      check();
    });
    expect(connections.size).toBe(1);
    socket.destroy();
  });

  it('are retired and drained by what has taken them over, also if they start later', async () => {
    onEngineData = (socket) => {
      socket.write('HTTP/1.1 101 Switching\r\n\r\n');
    };
    let retired = 0;
    decide = () => ({
      kind: 'forward',
      upgradeHandler: () => ({
        retire: () => {
          retired++;
        },
      }),
    });
    const first = connect(listen());
    const second = connect(listen());
    await expect.poll(() => connections.size).toBe(2);
    first.write(session);
    await once(first, 'data');
    expect(retired).toBe(0);
    for (const one of connections) one.retire();
    expect(retired).toBe(1);
    second.write(session);
    await once(second, 'data');
    expect(retired).toBe(2);
    for (const one of connections) one.drain();
    expect(retired).toBe(4);
    for (const socket of [first, second]) socket.destroy();
  });

  it('not when the engine refuses to switch', async () => {
    decide = () => ({
      kind: 'forward',
      upgradeHandler: () => {
        throw new Error('must not happen');
      },
    });
    expect((await sendRaw(listen(), session, /pong$/)).text).toMatch(/200 OK[\s\S]*pong$/);
  });
});

describe('a client that disconnects while its request is decided', () => {
  /** Decides when a test says so; resolves with the signal of the request under way. */
  function deciding(): { signal: Promise<AbortSignal>; verdict: (verdict: Verdict) => void } {
    let verdict: (verdict: Verdict) => void = () => undefined;
    const decided = new Promise<Verdict>((resolve) => {
      verdict = resolve;
    });
    const signal = new Promise<AbortSignal>((resolve, reject) => {
      decide = (request) => {
        if (request.clientGone === undefined) reject(new Error('nobody can tell'));
        else resolve(request.clientGone());
        return decided;
      };
    });
    return {
      signal,
      verdict: (one) => {
        verdict(one);
      },
    };
  }
  const client = (bytes: string) => {
    const socket = connect({ path: listen(), allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(bytes);
    return socket;
  };

  it('aborts its pending work', async () => {
    const { signal } = deciding();
    const socket = client(ping);
    const aborted = await signal;
    expect(aborted.aborted).toBe(false);
    socket.destroy();
    await once(aborted, 'abort');
    expect(connections.size).toBe(0);
  });

  it('aborts its pending work even when it has sent far more than was read', async () => {
    const { signal } = deciding();
    const socket = client(`${ping}${'x'.repeat(1024 * 1024)}`);
    const aborted = await signal;
    socket.destroy();
    await once(aborted, 'abort');
  });

  it('responds to one that has only stopped sending', async () => {
    const { signal, verdict } = deciding();
    const socket = client(last);
    socket.end();
    await signal;
    verdict({ kind: 'forward' });
    let text = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString();
    });
    await once(socket, 'end');
    expect(text).toMatch(/pong$/);
    socket.destroy();
  });

  it('reads a long body in its turn, and releases the turn when the client disconnects', async () => {
    const turns: string[] = [];
    let begin: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let ended: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    decide = () => ({
      kind: 'read-body',
      limit: 1000,
      decide: (body) => {
        turns.push(`decided ${body.length}`);
        return new Promise(() => undefined);
      },
      turn: {
        over: 10,
        take: async () => {
          turns.push('acquired');
          await turn;
          return {
            received: () => {
              turns.push('received');
            },
            end: () => {
              turns.push('over');
              ended();
            },
          };
        },
      },
    });
    const socket = client(
      `POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 20\r\n\r\n${'x'.repeat(20)}`,
    );
    await once(socket, 'connect');
    begin();
    while (turns.length < 3)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    expect(turns).toEqual(['acquired', 'received', 'decided 20']);
    for (const one of connections) one.close();
    await over;
    expect(turns).toEqual(['acquired', 'received', 'decided 20', 'over']);
  });

  it('aborts a long body that arrives too slowly, with the reason', async () => {
    let displace: () => void = () => undefined;
    let ended = false;
    let decisions: () => void = () => undefined;
    const acquired = new Promise<void>((resolve) => {
      decisions = resolve;
    });
    decide = () => ({
      kind: 'read-body',
      limit: 1000,
      decide: () => ({ kind: 'forward' }),
      turn: {
        over: 10,
        take: (displaced) => {
          displace = displaced;
          decisions();
          return Promise.resolve({
            received: () => undefined,
            end: () => {
              ended = true;
            },
          });
        },
      },
    });
    const socket = client(
      'POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 20\r\nExpect: 100-continue\r\n\r\n',
    );
    await acquired;
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1.1 100 /);
    displace();
    const [response] = (await once(socket, 'data')) as [Buffer];
    expect(response.toString()).toMatch(/^HTTP\/1.1 408 [^]*lost its turn/);
    expect([ended, engineReceived]).toEqual([true, []]);
  });

  it('assembles a body that arrives byte by byte', async () => {
    let received = '';
    decide = () => ({
      kind: 'read-body',
      limit: 1000,
      decide: (body) => {
        received = body.toString();
        return { kind: 'refuse', status: 403, message: 'seen' };
      },
    });
    const text = 'a body in chunks of one byte';
    const chunks = [...text].map((one) => `1\r\n${one}\r\n`).join('');
    const response = await sendRaw(
      listen(),
      `POST /containers/create HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
      /seen/,
    );
    expect(response.text).toContain('403');
    expect(received).toBe(text);
  });
});
