import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUnparseable, parseRequestHead, writeRequestHead } from './head-parser.ts';
import { parseResponseHead } from './response-head.ts';

const parse = (text: string) => parseRequestHead(Buffer.from(text, 'latin1'));
const head = (...fields: string[]) =>
  'POST /v1.45/containers/create?name=x HTTP/1.1\r\nHost: docker\r\n' +
  `${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

describe('request heads: what Docker clients send is read', () => {
  it.each([
    [
      'Go client',
      'HEAD /_ping HTTP/1.1\r\nHost: api.moby.localhost\r\nUser-Agent: Docker-Client/26.1.5 (linux)\r\n\r\n',
      'none',
    ],
    ['old Go client', 'GET /_ping HTTP/1.1\r\nHost: %2Fvar%2Frun%2Fdocker.sock\r\n\r\n', 'none'],
    ['curl', 'GET /version HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n', 'none'],
    [
      'build',
      head(
        'Content-Type: application/x-tar',
        'Transfer-Encoding: chunked',
        'X-Registry-Config: e30=',
        'Accept-Encoding: gzip',
      ),
      'chunked',
    ],
    ['create', head('Content-Type: application/json', 'Content-Length: 12'), 'length'],
    [
      'docker-py build with gzip=True',
      head('Content-Type: application/tar', 'Content-Encoding: gzip', 'Transfer-Encoding: chunked'),
      'chunked',
    ],
  ])('%s', (_name, text, body) => {
    expect(parse(text)).toMatchObject({ ok: true, head: { body: { kind: body } } });
  });

  it('reads as many blanks as fit into a head in linear time', () => {
    const blanks = ' '.repeat(60_000);
    expect(parse(head(`Connection: close${blanks},${blanks}keep-alive`))).toMatchObject({ ok: true });
    // In quadratic time these take longer than a test may.
    for (let n = 0; n < 20; n++) expect(parse(head(`Connection: a${blanks}a`))).toMatchObject({ ok: false });
  });

  it('reads an upgrade, with and without other connection options', () => {
    expect(parse(head('Connection: Upgrade', 'Upgrade: tcp'))).toMatchObject({
      ok: true,
      head: { upgrade: 'tcp' },
    });
    expect(parse(head('connection: keep-alive, upgrade', 'Upgrade: h2c'))).toMatchObject({
      ok: true,
      head: { upgrade: 'h2c' },
    });
    // As Go: the engine's handlers look for the Upgrade field alone, but for a WebSocket.
    expect(parse(head('Upgrade: tcp'))).toMatchObject({ ok: true, head: { upgrade: 'tcp' } });
    expect(parse(head('Upgrade: websocket'))).toMatchObject({ ok: true, head: { upgrade: null } });
  });
});

describe('request heads: everything ambiguous is refused', () => {
  it.each([
    ['two spaces', 'GET  /_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['tab', 'GET\t/_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['lower-case method', 'get /_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['absolute form', 'GET http://d/_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['asterisk', 'OPTIONS * HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['authority form', 'CONNECT d:80 HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['HTTP/1.0', 'GET /_ping HTTP/1.0\r\nHost: d\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\n'],
    ['no version', 'GET /_ping\r\nHost: d\r\n\r\n'],
    ['fragment space', 'GET /a b HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['no Host', 'GET /_ping HTTP/1.1\r\nA: b\r\n\r\n'],
    ['two Hosts', 'GET /_ping HTTP/1.1\r\nHost: d\r\nhost: e\r\n\r\n'],
    ['Host with a path', 'GET /_ping HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['bare LF', 'GET /_ping HTTP/1.1\r\nHost: d\nX: y\r\n\r\n'],
    ['bare CR', 'GET /_ping HTTP/1.1\r\nHost: d\rX: y\r\n\r\n'],
    ['NUL', 'GET /_ping HTTP/1.1\r\nHost: d\r\nX: \0\r\n\r\n'],
    ['folded', head('X: a', ' b')],
    ['blank before colon', head('X : a')],
    ['no colon', head('X')],
    ['empty name', head(': a')],
    ['leading blank line', '\r\nGET /_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['CL and TE', head('Content-Length: 3', 'Transfer-Encoding: chunked')],
    ['two CL', head('Content-Length: 3', 'Content-Length: 3')],
    ['CL list', head('Content-Length: 3, 3')],
    ['signed CL', head('Content-Length: +3')],
    ['hex CL', head('Content-Length: 0x3')],
    ['leading zero CL', head('Content-Length: 03')],
    ['empty CL', head('Content-Length:')],
    ['huge CL', head('Content-Length: 99999999999999999999')],
    ['TE list', head('Transfer-Encoding: gzip, chunked')],
    ['TE identity', head('Transfer-Encoding: identity')],
    ['two TE', head('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
    ['vertical tab TE', head('Transfer-Encoding: \x0bchunked')],
    ['connection names a field', head('Connection: Content-Length', 'Content-Length: 3')],
    ['two upgrades', head('Connection: upgrade', 'Upgrade: tcp, h2c')],
    ['odd Expect', head('Expect: 200-ok')],
    [
      'two Content-Encodings',
      head('Content-Encoding: gzip', 'content-encoding: identity', 'Content-Length: 3'),
    ],
    ['two Content-Type', head('Content-Type: a/b', 'Content-Type: application/x-www-form-urlencoded')],
    // Go's mime package trims and lower-cases by Unicode: these are form bodies to the engine.
    [
      'Content-Type with a no-break space',
      head('Content-Type: application/x-www-form-urlencoded\u00c2\u00a0'),
    ],
    [
      'Content-Type with a dotted capital I',
      head('Content-Type: appl\u00c4\u00b0cation/x-www-form-urlencoded'),
    ],
    ['Content-Type that is none', head('Content-Type: text')],
    ['Content-Type with a blank in it', head('Content-Type: application /json')],
    ['tab before a value', head('Transfer-Encoding:\tchunked')],
    ['tab after a value', head('Transfer-Encoding: chunked\t')],
    ['no-break space after a length', head('Content-Length: 3\u00a0')],
    ['no-break space in Connection', head('Connection: \u00a0close')],
  ])('%s', (_name, text) => {
    expect(parse(text).ok).toBe(false);
  });

  it('does not wait for the end of an invalid head', () => {
    expect(isUnparseable(Buffer.from('GET /_ping HTTP/1.1\nHost: d\n\n'))).toBe(true);
    expect(isUnparseable(Buffer.from('\x16\x03\x01'))).toBe(true);
    expect(isUnparseable(Buffer.from('GET /_ping HTTP/1.1\r\nHo'))).toBe(false);
  });

  it('preserves every byte of a value except surrounding blanks', () => {
    const result = parse(head('X-A:  \u00c3\u00a0  ', 'X-B: a\tb', 'X-C:'));
    expect(result).toMatchObject({
      ok: true,
      head: { fields: [{ value: '\u00c3\u00a0' }, { value: 'a\tb' }, { value: '' }] },
    });
  });

  it('refuses too many fields and too long heads', () => {
    expect(parse(head(...Array.from({ length: 200 }, (_, i) => `X-${i}: y`))).ok).toBe(false);
    expect(parse(head(`X: ${'y'.repeat(200_000)}`)).ok).toBe(false);
  });
});

describe('forwarded heads', () => {
  let port = 0;
  const requests: IncomingMessage[] = [];
  const server = createServer({ insecureHTTPParser: false }, (request, response) => {
    requests.push(request);
    response.end('ok');
  });
  server.on('upgrade', (_request, socket) => {
    socket.end();
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("mean the same to node's parser: method, target and fields, none dropped or added", async () => {
    const token = fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
    const value = fc.stringMatching(/^[!-~\u00a1-\u00ff]([ \t!-~\u00a1-\u00ff]{0,20}[!-~\u00a1-\u00ff])?$/);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'HEAD', 'DELETE'),
        fc.stringMatching(/^\/[A-Za-z0-9._~:@%=&?!-]{0,30}$/),
        fc.array(fc.tuple(token, value), { maxLength: 6 }),
        async (method, target, fields) => {
          const text =
            `${method} ${target} HTTP/1.1\r\nHost: d\r\n` +
            `${fields.map(([name, content]) => `${name}: ${content}\r\n`).join('')}\r\n`;
          const result = parse(text);
          if (!result.ok) throw new Error(result.error.why);
          requests.length = 0;
          const socket = connect(port, '127.0.0.1');
          socket.end(Buffer.from(writeRequestHead({ ...result.head, close: true }), 'latin1'));
          socket.resume();
          await once(socket, 'close');
          expect(requests).toHaveLength(1);
          expect(requests[0]).toMatchObject({ method, url: target });
          expect(requests[0]?.rawHeaders).toEqual(['Host', 'd', ...fields.flat(), 'Connection', 'close']);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('drop hop-by-hop fields, and Content-Encoding, which the engine ignores', () => {
    const result = parse(
      head(
        'Content-Encoding: gzip',
        'Connection: upgrade, keep-alive',
        'Upgrade: h2c',
        'HTTP2-Settings: AAA',
        'Keep-Alive: 5',
        'TE: trailers',
        'Proxy-Connection: x',
        'Expect: 100-continue',
        'Content-Length: 2',
      ),
    );
    if (!result.ok) throw new Error(result.error.why);
    expect(writeRequestHead({ ...result.head, upgrade: null })).toBe(
      'POST /v1.45/containers/create?name=x HTTP/1.1\r\nHost: docker\r\nContent-Length: 2\r\n\r\n',
    );
  });
});

describe('response heads', () => {
  const parse = (text: string, method = 'GET') => parseResponseHead(Buffer.from(text, 'latin1'), method);
  it('returns where the body ends', () => {
    expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n')?.body).toEqual({
      kind: 'length',
      bytes: 2,
    });
    expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', 'HEAD')?.body).toEqual({ kind: 'none' });
    expect(parse('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')?.body).toEqual({
      kind: 'chunked',
    });
    expect(parse('HTTP/1.1 204 No Content\r\n\r\n')?.body).toEqual({ kind: 'none' });
    expect(parse('HTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\n')?.body).toEqual({ kind: 'until-close' });
  });
  it('rejects malformed heads', () => {
    expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n')).toBeNull();
    expect(parse('HTTP/2 200\r\n\r\n')).toBeNull();
  });
});
