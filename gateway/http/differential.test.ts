import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anyTarget } from '../../tests/support/http-tokens.ts';
import { requestBytes } from '../../tests/support/http-grammar.ts';
import { ClientConnection } from './connection.ts';

/**
 * A request as somebody has read it. Only what is meant for the other end: framing and connection fields are
 * each hop's own.
 */
interface ParsedRequest {
  method: string;
  target: string;
  host: string;
  fields: string[];
  body: string;
}

const hop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'host',
  'expect',
  'http2-settings',
]);

let dir: string;
let reader: HttpServer;
let gateway: Server;
/** What node's parser read, by the order in which the requests ended; what the gateway believed. */
let read: ParsedRequest[];
/** Node's parser reads no further after a request with an Upgrade (Go's does). */
let stopped: boolean;
let believed: ParsedRequest[];
const connections = new Set<ClientConnection>();
const direct = () => path.join(dir, 'node.sock');
const through = () => path.join(dir, 'gateway.sock');

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-differential-'));
  reader = createHttpServer(
    { insecureHTTPParser: false, keepAliveTimeout: 0, maxHeaderSize: 64 * 1024, joinDuplicateHeaders: false },
    (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => {
        parts.push(part);
      });
      request.on('error', () => undefined);
      request.on('end', () => {
        read.push(ofNode(request, Buffer.concat(parts)));
        if (request.headers.upgrade !== undefined && /upgrade/i.test(request.headers.connection ?? ''))
          stopped = true;
        response.setHeader('Content-Length', 0);
        response.end();
      });
    },
  );
  reader.listen(direct());
  await once(reader, 'listening');
  gateway = createServer({ allowHalfOpen: true }, (client) => {
    connections.add(
      new ClientConnection(client, {
        engineSocket: direct(),
        ended: (one) => {
          connections.delete(one);
        },
        onProtocolError: () => undefined,
        decide: ({ head }) => {
          const one: ParsedRequest = {
            method: head.method,
            target: head.target,
            host: head.host,
            fields: head.fields.map((field) => `${field.key}: ${field.value}`),
            body: '',
          };
          believed.push(one);
          if (!head.target.startsWith('/read')) return { kind: 'forward' };
          return {
            kind: 'read-body',
            limit: 1024 * 1024,
            decide: (body) => {
              one.body = body.toString('latin1');
              return { kind: 'forward', body };
            },
          };
        },
      }),
    );
  });
  gateway.listen(through());
  await once(gateway, 'listening');
});
afterAll(async () => {
  for (const one of connections) one.close();
  gateway.close();
  reader.close();
  reader.closeAllConnections();
  await rm(dir, { recursive: true, force: true });
});

function ofNode(request: IncomingMessage, body: Buffer): ParsedRequest {
  const fields: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const key = (request.rawHeaders[i] ?? '').toLowerCase();
    if (!hop.has(key)) fields.push(`${key}: ${request.rawHeaders[i + 1] ?? ''}`);
  }
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    host: request.headers.host ?? '',
    fields,
    body: body.toString('latin1'),
  };
}

/** The target with the first value of each key but `names`: what Go reads and what is forwarded. */
function firstValues(target: string): string {
  const [path = '', query] = target.split('?', 2);
  if (query === undefined) return target;
  const keys = new Set<string>();
  const pairs = query.split('&').filter((pair) => {
    const key = pair.split('=', 1)[0] ?? '';
    const isFirst = !keys.has(key);
    keys.add(key);
    return isFirst || key === 'names';
  });
  return `${path}?${pairs.join('&')}`;
}

/** Sends bytes and FIN; resolves when the other side has closed too. */
async function send(socketPath: string, bytes: Buffer): Promise<ParsedRequest[]> {
  read = [];
  stopped = false;
  believed = [];
  const socket = connect({ path: socketPath, allowHalfOpen: false });
  socket.on('error', () => undefined);
  socket.resume();
  socket.end(bytes);
  await once(socket, 'close');
  return read;
}

// fast-check prints seed, path and the shortest counterexample of a failure.
it("node's parser reads accepted requests, and forwarded ones, exactly as the gateway does", async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(requestBytes(anyTarget), async (sent) => {
      const plainly = (await send(direct(), sent)).map((one) => ({
        ...one,
        target: firstValues(one.target),
      }));
      const readAll = !stopped;
      const forwarded = await send(through(), sent);
      const parsed = believed;
      accepted += forwarded.length;
      // What reached the other end is what node would have read of the client's own bytes, request by
      // request, and nothing else.
      const compared = readAll ? forwarded : forwarded.slice(0, plainly.length);
      expect(compared).toEqual(plainly.slice(0, compared.length));
      // And it is what was decided on; of bodies that were looked at, what was seen.
      const decided = parsed.slice(0, forwarded.length);
      expect(
        decided.map((one, i) => ({
          ...one,
          target: firstValues(one.target),
          body: one.target.startsWith('/read') ? one.body : forwarded[i]?.body,
        })),
      ).toEqual(forwarded);
    }),
    { numRuns: 3000 },
  );
  // Vacuous otherwise.
  expect(accepted).toBeGreaterThan(1000);
}, 120_000);
