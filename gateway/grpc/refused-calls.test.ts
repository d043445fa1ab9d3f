import { constants, type ServerHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { refusalText } from '../../shared/policy/decision.ts';
import { op } from '../../shared/policy/llb-messages.ts';
import { returnRequest } from '../../shared/policy/buildkit-messages.ts';
import { encoded } from '../../shared/policy/protobuf-plain.ts';
import { grpcMessage, plainMessage } from '../../shared/grpc/status-message.ts';
import { bridge, control, frame, text, useGrpcProxy, type GrpcProxy } from './proxy-fixture.ts';

let proxy: GrpcProxy;
useGrpcProxy((started) => {
  proxy = started;
});

describe('a call that is refused', () => {
  const refused = async (path: string, body: Buffer, fields: Record<string, string> = {}) => {
    const received = await proxy.call(path, body, fields).result;
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
    expect(proxy.denials[0]?.[1].rule).toBe('grpc-method');
  });

  it('Solve with an entitlement never reaches the engine, and the client gets the reason', async () => {
    expect((await refused(`${control}Solve`, frame(text(9, 'network.host')))).message).toMatch(
      /engine's network .* is blocked/,
    );
    expect(proxy.denials).toEqual([
      [`${control}Solve`, expect.objectContaining({ rule: 'host-network-build' }) as unknown],
    ]);
  });

  it('the second message of a stream is inspected too', async () => {
    const arrived: Buffer[] = [];
    const ended = new Promise<number>((resolve) => {
      proxy.serve = (stream) => {
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
    const { stream, result } = proxy.call(`${bridge}ExecProcess`, null);
    stream.write(frame(text(1, 'p')));
    await once(stream, 'data');
    // Init (2) with a container's id (1), and Security (5) INSECURE.
    const init = Buffer.concat([text(1, 'k3v9x0q2m8w7c1z5t6r4y2u1p'), Buffer.from([0x28, 1])]);
    stream.write(frame(Buffer.concat([Buffer.from([0x12, init.length]), init])));
    expect((await result).code).toBe(constants.NGHTTP2_CANCEL);
    expect(await ended).toBe(constants.NGHTTP2_CANCEL);
    expect(Buffer.concat(arrived)).toEqual(frame(text(1, 'p')));
    expect(proxy.denials[0]?.[1].rule).toBe('build-entitlement');
  });

  it('a Return with a forbidden graph becomes a failure of the build, with the same text', async () => {
    const recorded = proxy.echo();
    const graph = { def: [encoded(op, { exec: { network: 1 } })] };
    expect(
      (
        await proxy.call(
          `${bridge}Return`,
          frame(encoded(returnRequest, { result: { ref: { id: 'x', def: graph } } })),
        ).result
      ).trailers['grpc-status'],
    ).toBe('0');
    const expectedText = refusalText(
      proxy.denials[0]?.[1] ??
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
      (
        await proxy.call(`${control}Solve`, Buffer.from(''), { 'content-type': 'application/grpc-web' })
          .result
      ).headers[':status'],
    ).toBe(415);
    expect(
      (
        await proxy.call('/v1.45/containers/create', Buffer.from('{}'), {
          'content-type': 'application/json',
        }).result
      ).headers[':status'],
    ).toBe(415);
  });

  it('Solve ends calls for its build, made before or after, and for no other', async () => {
    const relayed: ServerHttp2Stream[] = [];
    const progress = (ref: string) => proxy.call(`${control}Status`, frame(text(1, ref)));
    const statusOf = async ({ result }: ReturnType<typeof proxy.call>) =>
      (await result).headers['grpc-status'];
    proxy.serve = (stream) => {
      relayed.push(stream);
    };
    const ping = (ref: string) =>
      proxy.call(`${bridge}Ping`, frame(Buffer.from('')), { 'buildkit-controlapi-buildid': ref });
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
    expect(proxy.denials).toHaveLength(1);

    // A name may be used again: this build runs.
    proxy.serve = (stream, headers) => {
      const isSolve = headers[':path'] === `${control}Solve`;
      stream.respond({ ':status': 200, 'grpc-status': isSolve ? '0' : '5' }, { endStream: true });
    };
    await proxy.call(`${control}Solve`, frame(text(1, 'refused'))).result;
    expect(await statusOf(progress('refused'))).toBe('5');
  });

  it('Solve for a build that runs ends no call for it', async () => {
    proxy.serve = (stream, headers) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      if (/\/(Solve|Status)$/.test(headers[':path'] ?? '')) stream.write(frame(Buffer.from('')));
      else stream.end(frame(Buffer.from('')));
    };
    const progress = () => proxy.call(`${control}Status`, frame(text(1, 'runs')));
    const running = proxy.call(`${control}Solve`, frame(text(1, 'runs')));
    await once(running.stream, 'response');
    const before = progress();
    await once(before.stream, 'response');
    const again = Buffer.concat([text(1, 'runs'), text(9, 'network.host')]);
    expect((await refused(`${control}Solve`, frame(again))).message).toMatch(/engine's network/);
    const pinged = proxy.call(`${bridge}Ping`, frame(Buffer.from('')), {
      'buildkit-controlapi-buildid': 'runs',
    });
    expect((await pinged.result).trailers).toMatchObject({ 'grpc-status': '0' });
    const after = progress();
    await once(after.stream, 'data');
    expect([before.stream.closed, after.stream.closed, running.stream.closed]).toEqual([false, false, false]);
  });

  it('a call that got a refusal for its build is not relayed, even if the build then starts', async () => {
    const relayed: (string | undefined)[] = [];
    proxy.serve = (stream, headers) => {
      relayed.push(headers[':path']);
      stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    };
    const refusedSolve = frame(Buffer.concat([text(1, 'soon'), text(9, 'network.host')]));
    const calls = [
      proxy.call(`${bridge}Ping`, frame(Buffer.from('')), { 'buildkit-controlapi-buildid': 'soon' }),
      proxy.call(`${control}Solve`, refusedSolve),
      proxy.call(`${control}Solve`, frame(text(1, 'soon'))),
    ];
    const results = await Promise.all(calls.map(async ({ result }) => await result));
    expect(results.map(({ headers, code }) => [headers['grpc-status'], code])).toEqual([
      ['7', constants.NGHTTP2_NO_ERROR],
      ['7', constants.NGHTTP2_NO_ERROR],
      ['0', constants.NGHTTP2_NO_ERROR],
    ]);
    expect(relayed).toEqual([`${control}Solve`]);
    expect(proxy.denials).toHaveLength(1);
  });

  it.each([
    ['a field that is not modelled', Buffer.concat([text(1, 'odd'), text(14, 'x'), text(15, 'y')])],
    ['a field twice', Buffer.concat([text(1, 'odd'), text(5, 'a'), text(5, 'b')])],
    ['a cut field', Buffer.concat([text(1, 'odd'), Buffer.from([0x2a, 9, 1])])],
  ])('Solve with %s ends calls for its build', async (_, solve) => {
    proxy.serve = () => undefined;
    await refused(`${control}Solve`, frame(solve));
    const progress = await proxy.call(`${control}Status`, frame(text(1, 'odd'))).result;
    expect(progress.headers['grpc-status']).toBe('0');
    const pinged = proxy.call(`${bridge}Ping`, frame(Buffer.from('')), {
      'buildkit-controlapi-buildid': 'odd',
    });
    expect((await pinged.result).headers['grpc-status']).toBe('7');
    expect(proxy.denials).toHaveLength(1);
  });

  it('in audit mode it is logged and forwarded unchanged', async () => {
    proxy.audit = true;
    const recorded = proxy.echo();
    const body = frame(text(9, 'network.host'));
    expect((await proxy.call(`${control}Solve`, body).result).trailers['grpc-status']).toBe('0');
    expect(recorded.calls[0]?.body).toEqual(body);
    expect((await proxy.call('/other.Service/Call', body).result).trailers['grpc-status']).toBe('0');
    expect(proxy.denials.map(([, { rule }]) => rule)).toEqual(['host-network-build', 'grpc-method']);
  });
});

it('messages are percent-encoded, and read back', () => {
  const expectedText = 'enhanced container isolation: "é" 100% \n';
  expect(grpcMessage(expectedText)).toBe('enhanced container isolation: "%C3%A9" 100%25 %0A');
  expect(plainMessage(grpcMessage(expectedText))).toBe(expectedText);
});
