import {
  connect,
  createServer,
  constants,
  type ClientHttp2Session,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import {
  createServer as createNetServer,
  connect as connectNet,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusalText, type Denial } from '../../shared/policy/decision.ts';
import { op } from '../../shared/policy/llb-messages.ts';
import { historyRequest, returnRequest, rpcStatus } from '../../shared/policy/buildkit-messages.ts';
import { messagesOf, readMessage, textOf } from '../../shared/policy/protobuf.ts';
import { encoded } from '../../shared/policy/protobuf-plain.ts';
import { frame as framed } from '../../shared/grpc/frames.ts';
import { grpcMessage, plainMessage } from '../../shared/grpc/status-message.ts';
import { ConnectionSlot } from '../callers/connection-slot.ts';
import type { UpgradedConnection } from '../http/exchange.ts';
import { ConnectionTable } from '../callers/connection-table.ts';
import { connectionLimits, type ConnectionLimits } from '../../shared/policy/limits.ts';
import { FairShare } from '../turns/fair-share.ts';
import { ReceivingTurns } from '../turns/receiving-turns.ts';
import { foreignSessionDenial } from './call-policy.ts';
import { OpenSessions } from './open-sessions.ts';
import { proxyGrpc } from './proxy.ts';
import { StartedBuilds } from './started-builds.ts';

/** Comparable with what arrives. */
const frame = (message: Uint8Array) => Buffer.from(framed(message));

const control = '/moby.buildkit.v1.Control/';
const bridge = '/moby.buildkit.v1.frontend.LLBBridge/';

let engine: Http2Server;
let serve: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]) => void;
let gateway: Server;
let client: ClientHttp2Session;
let denials: [string, Denial][];
let audit: boolean;
let sockets: Socket[];
let turns: ReceivingTurns;
let displacing: (() => void)[];
let slot: ConnectionSlot | null;
let upgraded: UpgradedConnection;
let sessions: OpenSessions;
/** Answers a question of the gateway's for builds of that name which the engine has under way. */
let answerHistory: (stream: ServerHttp2Stream, ref: string) => void;

beforeEach(async () => {
  denials = [];
  audit = false;
  sockets = [];
  displacing = [];
  slot = null;
  sessions = new OpenSessions(null);
  const builds = new StartedBuilds(null);
  turns = new ReceivingTurns(new FairShare({ each: 1, all: 2, waiting: 1 }), { afterMs: 60_000, slow: 1 });
  serve = () => {
    throw new Error('nothing is expected to arrive');
  };
  answerHistory = (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' });
    stream.end();
  };
  engine = createServer();
  engine.on('stream', (stream: ServerHttp2Stream, headers, _flags, raw: unknown) => {
    stream.on('error', () => undefined);
    if (headers[':path'] !== `${control}ListenBuildHistory`) {
      serve(stream, headers, raw as string[]);
      return;
    }
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => {
      parts.push(part);
    });
    stream.on('end', () => {
      const read = readMessage(historyRequest, Buffer.concat(parts).subarray(5));
      answerHistory(stream, read.ok ? textOf(read.message, 'Ref') : '');
    });
  });
  engine.listen(0, '127.0.0.1');
  await once(engine, 'listening');
  gateway = createNetServer({ allowHalfOpen: true }, (down) => {
    const up = connectNet({
      port: (engine.address() as AddressInfo).port,
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    sockets.push(down, up);
    up.once('connect', () => {
      upgraded = proxyGrpc(
        down,
        up,
        {
          deny: (call, denial) => {
            denials.push([call, denial]);
            return audit ? null : refusalText(denial);
          },
          turn: (signal, displaced) => {
            displacing.push(displaced);
            return turns.acquire('a user', displaced, signal);
          },
          sharedKeySuffix: ':of-user',
          openSession: (id) => sessions.open(id, 'user 1') ?? foreignSessionDenial(id),
          slot,
        },
        builds,
      );
    });
  });
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  client = connect(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
  client.on('error', () => undefined);
});

afterEach(async () => {
  client.destroy();
  for (const socket of sockets) socket.destroy();
  gateway.close();
  engine.close();
  await Promise.resolve();
});

interface CallResult {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly code: number;
}

function call(
  path: string,
  body: Buffer | null,
  fields: Record<string, string | string[]> = {},
): { stream: ReturnType<ClientHttp2Session['request']>; result: Promise<CallResult> } {
  const stream = client.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...fields,
  });
  const result = new Promise<CallResult>((resolve) => {
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const parts: Buffer[] = [];
    stream.on('response', (received) => {
      headers = received;
    });
    stream.on('trailers', (received) => {
      trailers = received;
    });
    stream.on('data', (part: Buffer) => {
      parts.push(part);
    });
    stream.on('error', () => undefined);
    stream.on('close', () => {
      resolve({ headers, trailers, body: Buffer.concat(parts), code: stream.rstCode });
    });
  });
  if (body !== null) stream.end(body);
  return { stream, result };
}

/** Answers every call with what it got, as a unary call. */
function echo(): { calls: { headers: IncomingHttpHeaders; raw: readonly string[]; body: Buffer }[] } {
  const recorded: { calls: { headers: IncomingHttpHeaders; raw: readonly string[]; body: Buffer }[] } = {
    calls: [],
  };
  serve = (stream, headers, raw) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => {
      parts.push(part);
    });
    stream.on('end', () => {
      const body = Buffer.concat(parts);
      recorded.calls.push({ headers, raw, body });
      if (stream.destroyed) return;
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'x-meta': ['a', 'b'] as unknown as string },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0', 'x-end': 'yes' });
      });
      stream.end(body);
    });
  };
  return recorded;
}

// Field 9 (entitlements) of a SolveRequest, field 1 (ref).
const text = (number: number, value: string) =>
  Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), Buffer.from(value)]);

describe('a call that is allowed', () => {
  it('is forwarded with known metadata, messages and trailers; other metadata is dropped', async () => {
    const recorded = echo();
    const { result } = call(`${control}Info`, frame(Buffer.from('')), {
      'buildkit-controlapi-buildid': 'b1',
      'x-unknown': 'evil',
      'x-docker-expose-session-grpc-method': ['/a', '/b'],
    });
    const received = await result;
    expect(received.trailers).toMatchObject({ 'grpc-status': '0', 'x-end': 'yes' });
    expect(received.headers).toMatchObject({
      ':status': 200,
      'content-type': 'application/grpc',
      'x-meta': 'a, b',
    });
    expect(received.body).toEqual(frame(Buffer.from('')));
    const [there] = recorded.calls;
    expect(there?.headers).toMatchObject({
      'buildkit-controlapi-buildid': 'b1',
      te: 'trailers',
      ':authority': 'localhost',
    });
    expect(there?.headers['x-unknown']).toBeUndefined();
    expect(there?.raw.filter((_, i) => there.raw[i - 1] === 'x-docker-expose-session-grpc-method')).toEqual([
      '/a',
      '/b',
    ]);
  });

  it("opens a session with a key of its user's", async () => {
    const recorded = echo();
    const name = 'x-docker-expose-session-sharedkey';
    await call(`${control}Session`, frame(Buffer.from('')), { [name]: 'key' }).result;
    await call(`${control}Session`, frame(Buffer.from(''))).result;
    await call(`${control}Info`, frame(Buffer.from(''))).result;
    expect(recorded.calls.map(({ headers }) => headers[name])).toEqual([
      'key:of-user',
      ':of-user',
      undefined,
    ]);
  });

  it('opens no session with the id of one that another user has open', async () => {
    const recorded = echo();
    const fields = { 'x-docker-expose-session-uuid': 'a' };
    const open = () => call(`${control}Session`, frame(Buffer.from('')), fields).result;
    const end = sessions.open('a', 'user 2');
    expect((await open()).headers).toMatchObject({
      'grpc-status': '7',
      'grpc-message': expect.stringContaining('another user has that session open'),
    });
    expect(recorded.calls).toHaveLength(0);
    end?.();
    expect((await open()).trailers).toMatchObject({ 'grpc-status': '0' });
    // It ends with its call.
    expect(sessions.open('a', 'user 2')).not.toBeNull();
  });

  it('is serialised anew from the parsed message', async () => {
    const recorded = echo();
    // Fields out of order.
    await call(`${bridge}ResolveImageConfig`, frame(Buffer.concat([text(4, 's'), text(1, 'r')]))).result;
    expect(recorded.calls[0]?.body).toEqual(frame(Buffer.concat([text(1, 'r'), text(4, 's')])));
  });

  it('may end without a message of its own: trailers only', async () => {
    serve = (stream) => {
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': '5',
          'grpc-message': 'not here',
          'grpc-status-details-bin': 'x'.repeat(60_000),
        },
        { endStream: true },
      );
    };
    const received = await call(`${control}Status`, frame(Buffer.from(''))).result;
    expect(received.headers).toMatchObject({ 'grpc-status': '5', 'grpc-message': 'not here' });
    expect(String(received.headers['grpc-status-details-bin'])).toHaveLength(60_000);
  });

  it("streams both ways, half-closes, and relays the engine's data after the half-close", async () => {
    serve = (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      stream.on('data', (part: Buffer) => {
        stream.write(part);
      });
      stream.on('end', () => {
        stream.end('bye');
      });
    };
    const { stream, result } = call(`${control}Session`, null);
    const first = once(stream, 'data');
    stream.write('one');
    expect(String((await first)[0])).toBe('one');
    stream.end();
    const received = await result;
    expect([received.body.toString(), received.trailers['grpc-status']]).toEqual(['onebye', '0']);
  });

  it('applies backpressure while the receiver does not read, and loses nothing of 30 MB', async () => {
    const recorded = echo();
    const big = Buffer.alloc(30 * 1024 * 1024, 7);
    const received = await call(`${control}Session`, big).result;
    expect(received.body.equals(big)).toBe(true);
    expect(recorded.calls).toHaveLength(1);
  });

  it('runs concurrently with others', async () => {
    echo();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) => call(`${control}Status`, frame(text(1, `r${i}`))).result),
    );
    expect(results.map(({ body }) => body.subarray(7).toString())).toEqual(
      Array.from({ length: 50 }, (_, i) => `r${i}`),
    );
  });
});

describe('ends', () => {
  it('B6: a step refused for a missing entitlement gets our refusal, also in the details', async () => {
    const details = encoded(rpcStatus, {
      code: 2,
      message: 'network.host is not allowed',
      details: [{ type_url: 't', value: Buffer.from('v') }],
    });
    serve = (stream) => {
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': '2',
          'grpc-message': 'network.host is not allowed',
          'grpc-status-details-bin': Buffer.from(details).toString('base64'),
        },
        { endStream: true },
      );
    };
    const { headers } = await call(`${bridge}Solve`, frame(Buffer.from(''))).result;
    const expectedText =
      /^network\.host is not allowed: enhanced container isolation: a build with the engine's network/;
    expect(plainMessage(String(headers['grpc-message']))).toMatch(expectedText);
    const read = readMessage(rpcStatus, Buffer.from(String(headers['grpc-status-details-bin']), 'base64'));
    expect(
      read.ok ? [textOf(read.message, 'message'), messagesOf(read.message, 'details').length] : read,
    ).toEqual([expect.stringMatching(expectedText), 1]);
  });

  it('a cancelled call is cancelled at the engine', async () => {
    const cancelled = new Promise<number>((resolve) => {
      serve = (stream) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
        stream.write('x');
        stream.on('close', () => {
          resolve(stream.rstCode);
        });
      };
    });
    const { stream } = call(`${control}Status`, frame(Buffer.from('')));
    await once(stream, 'data');
    stream.close(constants.NGHTTP2_CANCEL);
    expect(await cancelled).toBe(constants.NGHTTP2_CANCEL);
  });

  it('a call the engine resets is reset', async () => {
    serve = (stream) => {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
    };
    expect((await call(`${control}Status`, frame(Buffer.from(''))).result).code).toBe(
      constants.NGHTTP2_REFUSED_STREAM,
    );
  });

  it("a disconnect of either side ends the other's call", async () => {
    const arrived = new Promise<ServerHttp2Stream>((resolve) => {
      serve = (stream) => {
        stream.respond({ ':status': 200 });
        resolve(stream);
      };
    });
    const { result } = call(`${control}Status`, frame(Buffer.from('')));
    const stream = await arrived;
    const closed = once(client, 'close');
    stream.session?.destroy();
    await result;
    await closed;
    const again = new Promise<ServerHttp2Stream>((resolve) => {
      serve = (other) => {
        resolve(other);
      };
    });
    client = connect(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
    client.on('error', () => undefined);
    void call(`${control}Status`, frame(Buffer.from(''))).result;
    const session = (await again).session;
    if (session === undefined) throw new Error('no session');
    const over = once(session, 'close');
    client.destroy();
    await over;
  });

  it('GOAWAY of the engine is forwarded', async () => {
    const arrived = new Promise<ServerHttp2Stream>((resolve) => {
      serve = (stream) => {
        stream.respond({ ':status': 200 });
        resolve(stream);
      };
    });
    void call(`${control}Status`, frame(Buffer.from(''))).result;
    const stream = await arrived;
    const goaway = once(client, 'goaway');
    stream.session?.close();
    await goaway;
  });

  it('responds to a ping', async () => {
    echo();
    await call(`${control}Info`, frame(Buffer.from(''))).result;
    await new Promise<void>((resolve, reject) => {
      client.ping((error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  });
});

describe('a call that is refused', () => {
  const refused = async (path: string, body: Buffer, fields: Record<string, string> = {}) => {
    const received = await call(path, body, fields).result;
    expect(received.code).toBe(constants.NGHTTP2_NO_ERROR);
    return {
      status: received.headers['grpc-status'],
      message: plainMessage(String(received.headers['grpc-message'] ?? '')),
    };
  };

  it.each([
    '/moby.buildkit.v1.Control/Other',
    '/moby.buildkit.v1.control/Solve',
    `${control}solve`,
    '/moby.buildkit.v1.Control/../x',
    '/containerd.services.content.v1.Content/Write',
    '/containerd.services.content.v1.Content/Delete',
    '/containerd.services.leases.v1.Leases/Create',
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    '/__proto__',
    '//moby.buildkit.v1.Control/Solve',
  ])('%s: the gateway does not know it (B6)', async (path) => {
    expect(await refused(path, frame(Buffer.from('')))).toEqual({
      status: '7',
      message: expect.stringMatching(
        /^enhanced container isolation: the build call .* is blocked: .*; no setting allows it$/,
      ) as unknown,
    });
    expect(denials[0]?.[1].rule).toBe('grpc-method');
  });

  it('Solve with an entitlement never reaches the engine, and the client gets the reason', async () => {
    expect((await refused(`${control}Solve`, frame(text(9, 'network.host')))).message).toMatch(
      /engine's network .* is blocked/,
    );
    expect(denials).toEqual([
      [`${control}Solve`, expect.objectContaining({ rule: 'host-network-build' }) as unknown],
    ]);
  });

  it('the second message of a stream is inspected too', async () => {
    const arrived: Buffer[] = [];
    const ended = new Promise<number>((resolve) => {
      serve = (stream) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
        stream.on('data', (part: Buffer) => {
          arrived.push(part);
          stream.write('seen');
        });
        stream.on('close', () => {
          resolve(stream.rstCode);
        });
      };
    });
    const { stream, result } = call(`${bridge}ExecProcess`, null);
    stream.write(frame(text(1, 'p')));
    await once(stream, 'data');
    // Init (2) with a container's id (1), and Security (5) INSECURE.
    const init = Buffer.concat([text(1, 'k3v9x0q2m8w7c1z5t6r4y2u1p'), Buffer.from([0x28, 1])]);
    stream.write(frame(Buffer.concat([Buffer.from([0x12, init.length]), init])));
    expect((await result).code).toBe(constants.NGHTTP2_CANCEL);
    expect(await ended).toBe(constants.NGHTTP2_CANCEL);
    expect(Buffer.concat(arrived)).toEqual(frame(text(1, 'p')));
    expect(denials[0]?.[1].rule).toBe('build-entitlement');
  });

  it('a Return with a forbidden graph becomes a failure of the build, with the same text', async () => {
    const recorded = echo();
    const graph = { def: [encoded(op, { exec: { network: 1 } })] };
    expect(
      (
        await call(
          `${bridge}Return`,
          frame(encoded(returnRequest, { result: { ref: { id: 'x', def: graph } } })),
        ).result
      ).trailers['grpc-status'],
    ).toBe('0');
    const expectedText = refusalText(
      denials[0]?.[1] ??
        (() => {
          throw new Error('not denied');
        })(),
    );
    expect(recorded.calls[0]?.body).toEqual(
      frame(encoded(returnRequest, { error: { code: 7, message: expectedText } })),
    );
  });

  it('compressed, oversized and unreadable messages', async () => {
    const compressed = frame(Buffer.from(''));
    compressed[0] = 1;
    expect(await refused(`${control}Solve`, compressed)).toEqual({
      status: '12',
      message: expect.stringMatching(/compressed/) as unknown,
    });
    const long = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]);
    expect(await refused(`${control}Solve`, long)).toEqual({
      status: '8',
      message: expect.stringMatching(/16842752 bytes/) as unknown,
    });
    expect((await refused(`${control}Solve`, frame(Buffer.from([0xff])))).message).toMatch(
      /is ambiguous or unreadable/,
    );
  });

  it('a request that is not gRPC', async () => {
    expect(
      (await call(`${control}Solve`, Buffer.from(''), { 'content-type': 'application/grpc-web' }).result)
        .headers[':status'],
    ).toBe(415);
    expect(
      (
        await call('/v1.45/containers/create', Buffer.from('{}'), { 'content-type': 'application/json' })
          .result
      ).headers[':status'],
    ).toBe(415);
  });

  it('Solve ends calls for its build, made before or after, and for no other', async () => {
    const relayed: ServerHttp2Stream[] = [];
    const progress = (ref: string) => call(`${control}Status`, frame(text(1, ref)));
    const statusOf = async ({ result }: ReturnType<typeof call>) => (await result).headers['grpc-status'];
    serve = (stream) => {
      relayed.push(stream);
    };
    const ping = (ref: string) =>
      call(`${bridge}Ping`, frame(Buffer.from('')), { 'buildkit-controlapi-buildid': ref });
    const [before, foreign] = [progress('refused'), progress('another')];
    const pinged = ping('refused');
    await expect.poll(() => relayed.length).toBe(2);
    await refused(`${control}Solve`, frame(Buffer.concat([text(1, 'refused'), text(9, 'network.host')])));
    expect(await statusOf(before)).toBe('0');
    const { headers } = await pinged.result;
    expect([headers['grpc-status'], plainMessage(String(headers['grpc-message']))]).toEqual([
      '7',
      expect.stringContaining("engine's network"),
    ]);
    expect(await statusOf(ping('refused'))).toBe('7');
    expect(await statusOf(progress('refused'))).toBe('0');
    expect(foreign.stream.closed).toBe(false);
    expect(denials).toHaveLength(1);

    // A name may be used again: this build runs.
    serve = (stream, headers) => {
      const isSolve = headers[':path'] === `${control}Solve`;
      stream.respond({ ':status': 200, 'grpc-status': isSolve ? '0' : '5' }, { endStream: true });
    };
    await call(`${control}Solve`, frame(text(1, 'refused'))).result;
    expect(await statusOf(progress('refused'))).toBe('5');
  });

  it('Solve for a build that runs ends no call for it', async () => {
    serve = (stream, headers) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      if (/\/(Solve|Status)$/.test(headers[':path'] ?? '')) stream.write(frame(Buffer.from('')));
      else stream.end(frame(Buffer.from('')));
    };
    const progress = () => call(`${control}Status`, frame(text(1, 'runs')));
    const running = call(`${control}Solve`, frame(text(1, 'runs')));
    await once(running.stream, 'response');
    const before = progress();
    await once(before.stream, 'response');
    const again = Buffer.concat([text(1, 'runs'), text(9, 'network.host')]);
    expect((await refused(`${control}Solve`, frame(again))).message).toMatch(/engine's network/);
    const pinged = call(`${bridge}Ping`, frame(Buffer.from('')), { 'buildkit-controlapi-buildid': 'runs' });
    expect((await pinged.result).trailers).toMatchObject({ 'grpc-status': '0' });
    const after = progress();
    await once(after.stream, 'data');
    expect([before.stream.closed, after.stream.closed, running.stream.closed]).toEqual([false, false, false]);
  });

  it('a call that got a refusal for its build is not relayed, even if the build then starts', async () => {
    const relayed: (string | undefined)[] = [];
    serve = (stream, headers) => {
      relayed.push(headers[':path']);
      stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    };
    const refusedSolve = frame(Buffer.concat([text(1, 'soon'), text(9, 'network.host')]));
    const calls = [
      call(`${bridge}Ping`, frame(Buffer.from('')), { 'buildkit-controlapi-buildid': 'soon' }),
      call(`${control}Solve`, refusedSolve),
      call(`${control}Solve`, frame(text(1, 'soon'))),
    ];
    const results = await Promise.all(calls.map(async ({ result }) => await result));
    expect(results.map(({ headers, code }) => [headers['grpc-status'], code])).toEqual([
      ['7', constants.NGHTTP2_NO_ERROR],
      ['7', constants.NGHTTP2_NO_ERROR],
      ['0', constants.NGHTTP2_NO_ERROR],
    ]);
    expect(relayed).toEqual([`${control}Solve`]);
    expect(denials).toHaveLength(1);
  });

  it.each([
    ['a field that is not modelled', Buffer.concat([text(1, 'odd'), text(14, 'x'), text(15, 'y')])],
    ['a field twice', Buffer.concat([text(1, 'odd'), text(5, 'a'), text(5, 'b')])],
    ['a cut field', Buffer.concat([text(1, 'odd'), Buffer.from([0x2a, 9, 1])])],
  ])('Solve with %s ends calls for its build', async (_, solve) => {
    serve = () => undefined;
    await refused(`${control}Solve`, frame(solve));
    const progress = await call(`${control}Status`, frame(text(1, 'odd'))).result;
    expect(progress.headers['grpc-status']).toBe('0');
    const pinged = call(`${bridge}Ping`, frame(Buffer.from('')), { 'buildkit-controlapi-buildid': 'odd' });
    expect((await pinged.result).headers['grpc-status']).toBe('7');
    expect(denials).toHaveLength(1);
  });

  it('in audit mode it is logged and forwarded unchanged', async () => {
    audit = true;
    const recorded = echo();
    const body = frame(text(9, 'network.host'));
    expect((await call(`${control}Solve`, body).result).trailers['grpc-status']).toBe('0');
    expect(recorded.calls[0]?.body).toEqual(body);
    expect((await call('/other.Service/Call', body).result).trailers['grpc-status']).toBe('0');
    expect(denials.map(([, { rule }]) => rule)).toEqual(['host-network-build', 'grpc-method']);
  });
});

describe('hostile HTTP/2', () => {
  const literal = (name: string, value: string) =>
    Buffer.concat([
      Buffer.from([0, name.length]),
      Buffer.from(name),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]);
  const frameOf = (type: number, flags: number, stream: number, payload: Buffer) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };
  const hello = Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frameOf(4, 0, 0, Buffer.alloc(0)),
  ]);
  const head = (...more: Buffer[]) =>
    Buffer.concat([
      literal(':method', 'POST'),
      literal(':scheme', 'http'),
      literal(':path', `${control}Info`),
      literal(':authority', 'x'),
      ...more,
    ]);
  /** Sends bytes and a FIN, waits until the gateway has hung up. */
  const sendHttp2 = async (bytes: Buffer) => {
    const socket = connectNet((gateway.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
    await new Promise<void>((resolve) => {
      socket.write(bytes, () => {
        resolve();
      });
    });
    socket.end();
    await once(socket, 'close');
  };
  const alive = async () => {
    echo();
    expect((await call(`${control}Info`, frame(Buffer.from(''))).result).trailers['grpc-status']).toBe('0');
  };

  it('a field that occurs once occurs once at the engine', async () => {
    const arrived = new Promise<readonly string[]>((resolve) => {
      serve = (stream, _headers, raw) => {
        stream.respond({ ':status': 200 }, { endStream: true });
        resolve(raw);
      };
    });
    const block = head(
      literal('content-type', 'application/grpc'),
      literal('content-type', 'application/grpc+other'),
      literal('te', 'trailers'),
      literal('user-agent', 'a'),
      literal('user-agent', 'b'),
      literal('traceparent', 'a'),
      literal('traceparent', 'b'),
    );
    const socket = connectNet((gateway.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    socket.write(Buffer.concat([hello, frameOf(1, 5, 1, block)]));
    const raw = await arrived;
    const names = raw.filter((_, i) => i % 2 === 0);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(raw.slice(names.indexOf('content-type') * 2).slice(0, 2)).toEqual([
      'content-type',
      'application/grpc',
    ]);
    socket.destroy();
    await alive();
  });

  it('garbage, half a head, floods of resets and pings end that connection only', async () => {
    await sendHttp2(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await sendHttp2(Buffer.concat([hello, Buffer.alloc(5000, 0xff)]));
    await sendHttp2(Buffer.concat([hello, frameOf(1, 0, 1, head().subarray(0, 20))]));
    const grpc = head(literal('content-type', 'application/grpc'));
    serve = (stream) => {
      stream.respond({ ':status': 200 });
    };
    await sendHttp2(
      Buffer.concat([
        hello,
        ...Array.from({ length: 2000 }, (_, i) =>
          Buffer.concat([
            frameOf(1, 4, 2 * i + 1, grpc),
            frameOf(3, 0, 2 * i + 1, Buffer.from([0, 0, 0, 8])),
          ]),
        ),
      ]),
    );
    await sendHttp2(
      Buffer.concat([hello, ...Array.from({ length: 5000 }, () => frameOf(6, 0, 0, Buffer.alloc(8)))]),
    );
    await alive();
  });
});

it('messages are percent-encoded, and read back', () => {
  const expectedText = 'enhanced container isolation: "é" 100% \n';
  expect(grpcMessage(expectedText)).toBe('enhanced container isolation: "%C3%A9" 100%25 %0A');
  expect(plainMessage(grpcMessage(expectedText))).toBe(expectedText);
});

describe("A5: calls for a build are its own connection's", () => {
  /** A `Solve` that goes on until `end`. */
  const running = () => {
    let end = () => undefined as undefined;
    const begun = new Promise<void>((resolve) => {
      serve = (stream, headers) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => {
          stream.sendTrailers({ 'grpc-status': '0' });
        });
        if (headers[':path'] !== `${control}Solve`) {
          stream.end(frame(Buffer.from('')));
          return;
        }
        end = () => {
          stream.end();
          return undefined;
        };
        resolve();
      };
    });
    return { begun, end: () => end() };
  };
  const another = () => {
    const second = connect(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
    second.on('error', () => undefined);
    return second;
  };
  const requested = (path: string, body: Buffer, fields: Record<string, string> = {}, from = client) => {
    const own = client;
    client = from;
    const { result } = call(path, frame(body), fields);
    client = own;
    return result;
  };

  it.each([
    ['Solve', Buffer.from('')],
    ['ReadFile', Buffer.from('')],
    ['ExecProcess', Buffer.from('')],
    ['Inputs', Buffer.from('')],
  ])('%s of another connection is refused, that of its own is not', async (method, body) => {
    const build = running();
    const ref = `own-${method}`;
    const solved = requested(`${control}Solve`, text(1, ref));
    await build.begun;
    expect(
      (await requested(bridge + method, body, { 'buildkit-controlapi-buildid': ref })).trailers,
    ).toMatchObject({ 'grpc-status': '0' });
    const second = another();
    const refused = await requested(bridge + method, body, { 'buildkit-controlapi-buildid': ref }, second);
    expect([refused.headers['grpc-status'], plainMessage(String(refused.headers['grpc-message']))]).toEqual([
      '7',
      expect.stringMatching(/a call for the build own-.* is blocked/),
    ]);
    expect((await requested(`${control}Solve`, text(1, ref), {}, second)).headers).toMatchObject({
      'grpc-status': '7',
    });
    build.end();
    await solved;
    second.destroy();
  });

  it('a build that the engine has under way from elsewhere is not its own', async () => {
    const relayed: (string | undefined)[] = [];
    serve = (stream, headers) => {
      relayed.push(headers[':path']);
      stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    };
    answerHistory = (stream, ref) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      stream.end(ref === 'elsewhere' ? frame(text(2, 'a record')) : undefined);
    };
    const ping = (ref: string) =>
      requested(`${bridge}Ping`, Buffer.from(''), { 'buildkit-controlapi-buildid': ref });
    const [solved, pinged] = await Promise.all([
      requested(`${control}Solve`, text(1, 'elsewhere')),
      ping('elsewhere'),
    ]);
    expect([solved.headers['grpc-status'], plainMessage(String(solved.headers['grpc-message']))]).toEqual([
      '7',
      expect.stringMatching(/a call for the build elsewhere is blocked/),
    ]);
    expect(pinged.headers['grpc-status']).toBe('7');
    expect(relayed).toEqual([]);
    expect((await requested(`${control}Solve`, text(1, 'new'))).headers['grpc-status']).toBe('0');
    expect(relayed).toEqual([`${control}Solve`]);
  });

  it('a Solve that ends while the engine is queried for its build keeps no name', async () => {
    let answer = () => undefined as undefined;
    const queried = new Promise<void>((resolve) => {
      answerHistory = (stream) => {
        answer = () => {
          stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
          return undefined;
        };
        resolve();
      };
    });
    const { stream, result } = call(`${control}Solve`, frame(text(1, 'left')));
    await queried;
    stream.close(constants.NGHTTP2_CANCEL);
    await result;
    // Sent after the reset: by its response the gateway has received that.
    echo();
    await call(`${control}Info`, frame(Buffer.from(''))).result;
    answer();
    answerHistory = (history) => {
      history.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    };
    const second = another();
    expect((await requested(`${control}Solve`, text(1, 'left'), {}, second)).trailers).toMatchObject({
      'grpc-status': '0',
    });
    second.destroy();
  });

  it('a build starts on an engine without a history, and not while the engine gives no answer', async () => {
    serve = (stream) => {
      stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    };
    let status = '12';
    answerHistory = (stream) => {
      stream.respond({ ':status': 200, 'grpc-status': status }, { endStream: true });
    };
    expect((await requested(`${control}Solve`, text(1, 'one'))).headers['grpc-status']).toBe('0');
    status = '13';
    expect((await requested(`${control}Solve`, text(1, 'two'))).headers['grpc-status']).toBe('14');
    const { headers } = await requested(`${bridge}Ping`, Buffer.from(''), {
      'buildkit-controlapi-buildid': 'two',
    });
    expect(headers['grpc-status']).toBe('7');
  });

  it('a call that arrives before its Solve waits for it', async () => {
    const build = running();
    const early = requested(`${bridge}Ping`, Buffer.from(''), { 'buildkit-controlapi-buildid': 'early' });
    const solved = requested(`${control}Solve`, text(1, 'early'));
    expect((await early).trailers).toMatchObject({ 'grpc-status': '0' });
    build.end();
    await solved;
  });

  it('a name is free again once its build has ended', async () => {
    const build = running();
    const first = requested(`${control}Solve`, text(1, 'again'));
    await build.begun;
    build.end();
    await first;
    const second = another();
    const next = running();
    const solved = requested(`${control}Solve`, text(1, 'again'), {}, second);
    await next.begun;
    next.end();
    expect((await solved).trailers).toMatchObject({ 'grpc-status': '0' });
    second.destroy();
  });
});

describe('the connection of a gateway that is replaced', () => {
  /** Answers at once, except a `Solve` or `Session`, which goes on until its `end`. */
  const until = () => {
    const ends: (() => void)[] = [];
    serve = (stream, headers) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      if (/\/(Solve|Session)$/.test(headers[':path'] ?? ''))
        ends.push(() => {
          stream.end();
        });
      else stream.end(frame(Buffer.from('')));
    };
    return ends;
  };
  const closed = () => Promise.all([once(client, 'goaway'), once(client, 'close')]);
  const solve = (ref: string) => call(`${control}Solve`, frame(text(1, ref))).result;

  it('ends at once where no call runs', async () => {
    echo();
    await call(`${control}Info`, frame(Buffer.from(''))).result;
    const ended = closed();
    upgraded.retire();
    await ended;
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true);
  });

  it('ends with its last build, whose calls it still takes, and begins no other one', async () => {
    const ends = until();
    const solved = [solve('one'), solve('two')];
    await expect.poll(() => ends.length).toBe(2);
    upgraded.retire();
    upgraded.retire();
    const refused = await solve('three');
    expect([refused.headers['grpc-status'], plainMessage(String(refused.headers['grpc-message']))]).toEqual([
      '14',
      expect.stringMatching(/the gateway was replaced/),
    ]);
    const ended = closed();
    ends.shift()?.();
    await solved.shift();
    expect(
      (await call(`${bridge}Ping`, frame(Buffer.from('')), { 'buildkit-controlapi-buildid': 'two' }).result)
        .trailers,
    ).toMatchObject({ 'grpc-status': '0' });
    expect(ends).toHaveLength(1);
    ends.shift()?.();
    expect((await solved.shift())?.trailers).toMatchObject({ 'grpc-status': '0' });
    await ended;
  });

  it('begins no build whose message comes later', async () => {
    const ends = until();
    const open = call(`${control}Solve`, null);
    await call(`${control}Info`, frame(Buffer.from(''))).result;
    const ended = closed();
    upgraded.retire();
    open.stream.write(frame(text(1, 'late')));
    expect((await open.result).code).toBe(constants.NGHTTP2_REFUSED_STREAM);
    await ended;
    expect(ends).toEqual([]);
  });

  it('lets other calls end, and takes no new ones meanwhile', async () => {
    const ends = until();
    const session = call(`${control}Session`, frame(Buffer.from('')));
    await expect.poll(() => ends.length).toBe(1);
    const ended = closed();
    const goaway = once(client, 'goaway');
    upgraded.retire();
    await goaway;
    expect(client.closed).toBe(true);
    ends.shift()?.();
    expect((await session.result).trailers).toMatchObject({ 'grpc-status': '0' });
    await ended;
  });
});

/** A user's place for one connection. */
function slotOf(limits: Partial<ConnectionLimits>): ConnectionSlot {
  const created = new ConnectionTable({ ...connectionLimits, ...limits }).admit({
    name: 'user 1',
    holders: [{ kind: 'user', uid: 1 }],
  });
  if (!(created instanceof ConnectionSlot)) throw new Error('there is no room');
  return created;
}

describe('calls of one user', () => {
  it('are limited at a time; a call that ends frees its place', async () => {
    const { calls } = echo();
    slot = slotOf({ buildCalls: 1 });
    const first = call(`${control}Status`, null);
    first.stream.write(frame(new Uint8Array()));
    await expect.poll(() => slot?.accounts[0]?.buildCalls).toBe(1);
    const { headers } = await call(`${control}Status`, frame(new Uint8Array())).result;
    expect([headers['grpc-status'], plainMessage(String(headers['grpc-message']))]).toEqual([
      '8',
      expect.stringContaining('one more build call of user 1 is blocked'),
    ]);
    first.stream.end();
    await first.result;
    await expect.poll(() => slot?.accounts[0]?.buildCalls).toBe(0);
    await call(`${control}Status`, frame(new Uint8Array())).result;
    expect(calls).toHaveLength(2);
  });
});

describe('long messages', () => {
  const long = frame(encoded(returnRequest, { error: { code: 2, message: 'x'.repeat(300_000) } }));
  const begin = (path: string) => {
    const begun = call(path, null);
    begun.stream.write(long.subarray(0, 200_000));
    return {
      ...begun,
      finish: () => {
        begun.stream.end(long.subarray(200_000));
      },
    };
  };
  const path = `${bridge}Return`;

  it('are read one after the other per caller, and short ones meanwhile', async () => {
    const { calls } = echo();
    const first = begin(path);
    await lostTurn();
    const second = call(path, long);
    await call(path, frame(encoded(returnRequest, {}))).result;
    expect(calls).toHaveLength(1);
    first.finish();
    await first.result;
    await second.result;
    expect(calls.map(({ body }) => body.length)).toEqual([expect.any(Number), long.length, long.length]);
  });

  it('of a caller who has many waiting are refused, with the reason', async () => {
    echo();
    const first = begin(path);
    await lostTurn();
    const second = call(path, long);
    const third = call(path, long);
    const refused = await Promise.race([second.result, third.result]);
    expect([refused.headers['grpc-status'], plainMessage(String(refused.headers['grpc-message']))]).toEqual([
      '8',
      'bulkhead gateway: 1 requests of the same user are waiting; try again when some of them are answered',
    ]);
    first.finish();
    expect((await first.result).trailers['grpc-status']).toBe('0');
  });

  it('that are aborted release their turn', async () => {
    echo();
    const first = begin(path);
    await lostTurn();
    const second = call(path, long);
    first.stream.close(constants.NGHTTP2_CANCEL);
    expect((await second.result).trailers['grpc-status']).toBe('0');
  });

  it('that arrive so slowly that they lost their turn are aborted, with the reason', async () => {
    echo();
    const first = begin(path);
    await lostTurn();
    const second = call(path, long);
    displacing[0]?.();
    const { headers } = await first.result;
    expect([headers['grpc-status'], plainMessage(String(headers['grpc-message']))]).toEqual([
      '8',
      'bulkhead gateway: the build request arrived too slowly and lost its turn; try again',
    ]);
    expect((await second.result).trailers['grpc-status']).toBe('0');
  });

  it("count towards their user's buffered bytes, and are refused above the limit", async () => {
    echo();
    slot = slotOf({ maxBufferBytes: 250_000 });
    const first = begin(path);
    await lostTurn();
    first.stream.write(long.subarray(200_000, 290_000));
    const { headers } = await first.result;
    expect(plainMessage(String(headers['grpc-message']))).toContain(
      'at most 250000 bytes may wait at a time',
    );
    expect(slot.bufferLimitDenial()).toBeNull();
  });

  /** Resolves when the caller's one turn is taken. */
  async function lostTurn(): Promise<void> {
    for (;;) {
      const tried = new AbortController();
      const acquired = turns
        .acquire('a user', () => undefined, tried.signal)
        .then(
          (turn) => {
            turn.end();
            return false;
          },
          () => true,
        );
      await new Promise(setImmediate);
      tried.abort(new Error('waited'));
      if (await acquired) return;
    }
  }
});
