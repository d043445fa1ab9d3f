import { connect, constants } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { plainMessage } from '../../shared/grpc/status-message.ts';
import { bridge, control, frame, text, useGrpcProxy, type GrpcProxy } from './proxy-fixture.ts';

let proxy: GrpcProxy;
useGrpcProxy((started) => {
  proxy = started;
});

describe("A5: calls for a build are its own connection's", () => {
  /** A `Solve` that goes on until `end`. */
  const running = () => {
    let end = () => undefined as undefined;
    const begun = new Promise<void>((resolve) => {
      proxy.serve = (stream, headers) => {
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
    const second = connect(`http://127.0.0.1:${(proxy.gateway.address() as AddressInfo).port}`);
    second.on('error', () => undefined);
    return second;
  };
  const requested = (
    path: string,
    body: Buffer,
    fields: Record<string, string> = {},
    from = proxy.client,
  ) => {
    const own = proxy.client;
    proxy.client = from;
    const { result } = proxy.call(path, frame(body), fields);
    proxy.client = own;
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
    proxy.serve = (stream, headers) => {
      relayed.push(headers[':path']);
      stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    };
    proxy.answerHistory = (stream, ref) => {
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
      proxy.answerHistory = (stream) => {
        answer = () => {
          stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
          return undefined;
        };
        resolve();
      };
    });
    const { stream, result } = proxy.call(`${control}Solve`, frame(text(1, 'left')));
    await queried;
    stream.close(constants.NGHTTP2_CANCEL);
    await result;
    // Sent after the reset: by its response the gateway has received that.
    proxy.echo();
    await proxy.call(`${control}Info`, frame(Buffer.from(''))).result;
    answer();
    proxy.answerHistory = (history) => {
      history.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    };
    const second = another();
    expect((await requested(`${control}Solve`, text(1, 'left'), {}, second)).trailers).toMatchObject({
      'grpc-status': '0',
    });
    second.destroy();
  });

  it('a build starts on an engine without a history, and not while the engine gives no answer', async () => {
    proxy.serve = (stream) => {
      stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    };
    let status = '12';
    proxy.answerHistory = (stream) => {
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
