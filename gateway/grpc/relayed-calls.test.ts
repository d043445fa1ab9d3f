import { connect, constants, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { rpcStatus } from '../../shared/policy/buildkit-messages.ts';
import { messagesOf, readMessage, textOf } from '../../shared/policy/protobuf.ts';
import { encoded } from '../../shared/policy/protobuf-plain.ts';
import { plainMessage } from '../../shared/grpc/status-message.ts';
import { bridge, control, frame, text, useGrpcProxy, type GrpcProxy } from './proxy-fixture.ts';

let proxy: GrpcProxy;
useGrpcProxy((started) => {
  proxy = started;
});

describe('a call that is allowed', () => {
  it('is forwarded with known metadata, messages and trailers; other metadata is dropped', async () => {
    const recorded = proxy.echo();
    const { result } = proxy.call(`${control}Info`, frame(Buffer.from('')), {
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
    const recorded = proxy.echo();
    const name = 'x-docker-expose-session-sharedkey';
    await proxy.call(`${control}Session`, frame(Buffer.from('')), { [name]: 'key' }).result;
    await proxy.call(`${control}Session`, frame(Buffer.from(''))).result;
    await proxy.call(`${control}Info`, frame(Buffer.from(''))).result;
    expect(recorded.calls.map(({ headers }) => headers[name])).toEqual([
      'key:of-user',
      ':of-user',
      undefined,
    ]);
  });

  it('opens no session with the id of one that another user has open', async () => {
    const recorded = proxy.echo();
    const fields = { 'x-docker-expose-session-uuid': 'a' };
    const open = () => proxy.call(`${control}Session`, frame(Buffer.from('')), fields).result;
    const end = proxy.sessions.open('a', 'user 2');
    expect((await open()).headers).toMatchObject({
      'grpc-status': '7',
      'grpc-message': expect.stringContaining('another user has that session open'),
    });
    expect(recorded.calls).toHaveLength(0);
    end?.();
    expect((await open()).trailers).toMatchObject({ 'grpc-status': '0' });
    // It ends with its call.
    expect(proxy.sessions.open('a', 'user 2')).not.toBeNull();
  });

  it('is serialised anew from the parsed message', async () => {
    const recorded = proxy.echo();
    // Fields out of order.
    await proxy.call(`${bridge}ResolveImageConfig`, frame(Buffer.concat([text(4, 's'), text(1, 'r')])))
      .result;
    expect(recorded.calls[0]?.body).toEqual(frame(Buffer.concat([text(1, 'r'), text(4, 's')])));
  });

  it('may end without a message of its own: trailers only', async () => {
    proxy.serve = (stream) => {
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
    const received = await proxy.call(`${control}Status`, frame(Buffer.from(''))).result;
    expect(received.headers).toMatchObject({ 'grpc-status': '5', 'grpc-message': 'not here' });
    expect(String(received.headers['grpc-status-details-bin'])).toHaveLength(60_000);
  });

  it("streams both ways, half-closes, and relays the engine's data after the half-close", async () => {
    proxy.serve = (stream) => {
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
    const { stream, result } = proxy.call(`${control}Session`, null);
    const first = once(stream, 'data');
    stream.write('one');
    expect(String((await first)[0])).toBe('one');
    stream.end();
    const received = await result;
    expect([received.body.toString(), received.trailers['grpc-status']]).toEqual(['onebye', '0']);
  });

  it('applies backpressure while the receiver does not read, and loses nothing of 30 MB', async () => {
    const recorded = proxy.echo();
    const big = Buffer.alloc(30 * 1024 * 1024, 7);
    const received = await proxy.call(`${control}Session`, big).result;
    expect(received.body.equals(big)).toBe(true);
    expect(recorded.calls).toHaveLength(1);
  });

  it('runs concurrently with others', async () => {
    proxy.echo();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) => proxy.call(`${control}Status`, frame(text(1, `r${i}`))).result),
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
    proxy.serve = (stream) => {
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
    const { headers } = await proxy.call(`${bridge}Solve`, frame(Buffer.from(''))).result;
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
      proxy.serve = (stream) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
        stream.write('x');
        stream.on('close', () => {
          resolve(stream.rstCode);
        });
      };
    });
    const { stream } = proxy.call(`${control}Status`, frame(Buffer.from('')));
    await once(stream, 'data');
    stream.close(constants.NGHTTP2_CANCEL);
    expect(await cancelled).toBe(constants.NGHTTP2_CANCEL);
  });

  it('a call the engine resets is reset', async () => {
    proxy.serve = (stream) => {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
    };
    expect((await proxy.call(`${control}Status`, frame(Buffer.from(''))).result).code).toBe(
      constants.NGHTTP2_REFUSED_STREAM,
    );
  });

  it("a disconnect of either side ends the other's call", async () => {
    const arrived = new Promise<ServerHttp2Stream>((resolve) => {
      proxy.serve = (stream) => {
        stream.respond({ ':status': 200 });
        resolve(stream);
      };
    });
    const { result } = proxy.call(`${control}Status`, frame(Buffer.from('')));
    const stream = await arrived;
    const closed = once(proxy.client, 'close');
    stream.session?.destroy();
    await result;
    await closed;
    const again = new Promise<ServerHttp2Stream>((resolve) => {
      proxy.serve = (other) => {
        resolve(other);
      };
    });
    proxy.client = connect(`http://127.0.0.1:${(proxy.gateway.address() as AddressInfo).port}`);
    proxy.client.on('error', () => undefined);
    void proxy.call(`${control}Status`, frame(Buffer.from(''))).result;
    const session = (await again).session;
    if (session === undefined) throw new Error('no session');
    const over = once(session, 'close');
    proxy.client.destroy();
    await over;
  });

  it('GOAWAY of the engine is forwarded', async () => {
    const arrived = new Promise<ServerHttp2Stream>((resolve) => {
      proxy.serve = (stream) => {
        stream.respond({ ':status': 200 });
        resolve(stream);
      };
    });
    void proxy.call(`${control}Status`, frame(Buffer.from(''))).result;
    const stream = await arrived;
    const goaway = once(proxy.client, 'goaway');
    stream.session?.close();
    await goaway;
  });

  it('responds to a ping', async () => {
    proxy.echo();
    await proxy.call(`${control}Info`, frame(Buffer.from(''))).result;
    await new Promise<void>((resolve, reject) => {
      proxy.client.ping((error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  });
});
