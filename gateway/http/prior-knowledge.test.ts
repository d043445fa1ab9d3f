import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp2Server } from 'node:http2';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nativeGrpcClient, type GrpcClient } from '../../tests/support/grpc-client.ts';
import { sendRaw } from '../../tests/support/raw-http.ts';
import { proxyGrpc } from '../grpc/proxy.ts';
import { StartedBuilds } from '../grpc/started-builds.ts';
import { ClientConnection } from './connection.ts';
import { refuseConnection } from './refuse-connection.ts';
import type { Gatekeeper, GatewayRequest, Verdict } from './exchange.ts';

let directory: string;
let engine: Server;
let gateway: Server;
/** What the engine does with a connection. */
let serve: (socket: Socket) => void;
let decide: Gatekeeper;
let requests: string[];
let heads: string[];
let client: GrpcClient | null;
const connections = new Set<ClientConnection>();
const listenPath = () => path.join(directory, 'g.sock');
const forward: Verdict = {
  kind: 'forward',
  upgradeHandler: (down, up) => proxyGrpc(down, up, { deny: () => 'refused' }, new StartedBuilds(null)),
};
const listWorkers = '/moby.buildkit.v1.Control/ListWorkers';

/** BuildKit's part: every call gets one empty message. */
const buildkit = createHttp2Server();
buildkit.on('stream', (stream) => {
  stream.on('error', () => undefined);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': '0' });
  });
  stream.end(Buffer.alloc(5));
});

/** An engine of API 1.52 or older: HTTP/2 by `POST /grpc` alone. */
const upgradingEngine = (socket: Socket) => {
  socket.once('data', (bytes: Buffer) => {
    heads.push(bytes.toString('latin1'));
    socket.pause();
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    buildkit.emit('connection', socket);
  });
};

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-prior-knowledge-'));
  requests = [];
  heads = [];
  client = null;
  serve = upgradingEngine;
  decide = () => forward;
  engine = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  engine.listen(path.join(directory, 'e.sock'));
  await once(engine, 'listening');
  gateway = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(
      new ClientConnection(socket, {
        engineSocket: path.join(directory, 'e.sock'),
        decide: (request: GatewayRequest) => {
          requests.push(
            `${request.head.method} ${request.target.path} ${request.match?.route.inspect ?? ''}`,
          );
          return decide(request);
        },
        ended: (one) => {
          connections.delete(one);
        },
        onProtocolError: () => undefined,
      }),
    );
  });
  gateway.listen(listenPath());
  await once(gateway, 'listening');
});
afterEach(async () => {
  client?.close();
  for (const one of connections) one.close();
  gateway.close();
  engine.close();
  await rm(directory, { recursive: true, force: true });
});

const callListWorkers = () => {
  client = nativeGrpcClient(listenPath());
  return client.call(listWorkers, new Uint8Array());
};

describe('HTTP/2 with prior knowledge', () => {
  it('is decided as POST /grpc, and reaches the engine as that', async () => {
    expect(await callListWorkers()).toMatchObject({ status: 0, messages: [Buffer.alloc(0)] });
    expect(requests).toEqual(['POST /grpc grpc']);
    expect(heads).toEqual([expect.stringMatching(/^POST \/grpc HTTP\/1\.1\r\nHost: docker\r\n/)]);
  });

  it('has each of its calls decided', async () => {
    client = nativeGrpcClient(listenPath());
    expect(await client.call('/unknown.Service/Method', new Uint8Array())).toMatchObject({
      status: 7,
      message: 'refused',
    });
    expect(await client.call(listWorkers, new Uint8Array())).toMatchObject({ status: 0 });
  });

  it('responds to other requests than gRPC calls with 415', async () => {
    client = nativeGrpcClient(listenPath());
    const stream = client.session.request({ ':method': 'GET', ':path': '/_ping' });
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
    expect(headers[':status']).toBe(415);
  });

  it.each([
    [403, 7],
    [429, 8],
    [500, 13],
  ])('gets a refusal of the connection (%i) as an error of its calls', async (status, code) => {
    decide = () => ({ kind: 'refuse', status, message: 'no: 100 % über' });
    expect(await callListWorkers()).toMatchObject({ status: code, message: 'no: 100 % über' });
    expect(heads).toEqual([]);
  });

  it('is refused where nobody decides its calls', async () => {
    decide = () => ({ kind: 'forward' });
    expect(await callListWorkers()).toMatchObject({ status: 13 });
    expect(heads).toEqual([]);
  });

  it('is refused while no engine runs', async () => {
    engine.close();
    expect(await callListWorkers()).toMatchObject({
      status: 14,
      message: expect.stringMatching(/engine is not running/) as unknown,
    });
  });

  it.each(['HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno', 'HTTP/1.1 204 No Content\r\n\r\n'])(
    'gets no byte of an engine that does not switch: %s',
    async (response) => {
      serve = (socket) => {
        socket.once('data', () => {
          socket.write(response);
        });
      };
      expect(await callListWorkers()).toMatchObject({
        status: 13,
        message: expect.stringMatching(/opened no connection for builds/) as unknown,
      });
    },
  );

  it('reaches an engine without POST /grpc by prior knowledge', async () => {
    serve = (socket) => {
      socket.once('readable', () => {
        const first = (socket.read() as Buffer | null) ?? Buffer.alloc(0);
        heads.push(first.toString('latin1', 0, 14));
        if (first.toString('latin1', 0, 3) !== 'PRI') {
          socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
          return;
        }
        socket.unshift(first);
        buildkit.emit('connection', socket);
      });
    };
    expect(await callListWorkers()).toMatchObject({ status: 0 });
    expect(heads).toEqual(['POST /grpc HTT', 'PRI * HTTP/2.0']);
  });

  it('gets the refusal of a connection limit as an error of its calls', async () => {
    let closed = 0;
    const full = createServer({ allowHalfOpen: true }, (socket) => {
      refuseConnection(socket, 429, 'too many connections', () => closed++);
    });
    full.listen(path.join(directory, 'f.sock'));
    await once(full, 'listening');
    client = nativeGrpcClient(path.join(directory, 'f.sock'));
    expect(await client.call(listWorkers, new Uint8Array())).toMatchObject({
      status: 8,
      message: 'too many connections',
    });
    client.close();
    await expect.poll(() => closed).toBe(1);
    expect((await sendRaw(path.join(directory, 'f.sock'), 'GET / HTTP/1.1\r\n\r\n')).status).toBe(429);
    full.close();
  });

  it('may come in pieces', async () => {
    const socket = connect(listenPath());
    for (const piece of ['PRI * HTTP/2.0\r\n\r', '\nS', 'M\r\n\r']) {
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(requests).toEqual([]);
    }
    socket.write('\n');
    await expect.poll(() => requests).toEqual(['POST /grpc grpc']);
    socket.destroy();
  });

  it.each([
    ['without its whole preface', 'PRI * HTTP/2.0\r\n\r\nGET /_ping HTTP/1.1\r\n\r\n', 505],
    ['with another start', 'PRI / HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ])('is malformed %s', async (_name, bytes, status) => {
    expect((await sendRaw(listenPath(), bytes)).status).toBe(status);
    expect([requests, heads]).toEqual([[], []]);
  });

  it('is malformed behind a request', async () => {
    decide = () => ({ kind: 'refuse', status: 403, message: 'no' });
    const answer = await sendRaw(
      listenPath(),
      'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    );
    expect(answer.text).toMatch(/^HTTP\/1\.1 403[\s\S]*HTTP\/1\.1 505/);
    expect(requests).toEqual(['GET /_ping none']);
  });
});
