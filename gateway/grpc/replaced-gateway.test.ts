import { constants } from 'node:http2';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { plainMessage } from '../../shared/grpc/status-message.ts';
import { bridge, control, frame, text, useGrpcProxy, type GrpcProxy } from './proxy-fixture.ts';

let proxy: GrpcProxy;
useGrpcProxy((started) => {
  proxy = started;
});

describe('the connection of a gateway that is replaced', () => {
  /** Answers at once, except a `Solve` or `Session`, which goes on until its `end`. */
  const until = () => {
    const ends: (() => void)[] = [];
    proxy.serve = (stream, headers) => {
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
  const closed = () => Promise.all([once(proxy.client, 'goaway'), once(proxy.client, 'close')]);
  const solve = (ref: string) => proxy.call(`${control}Solve`, frame(text(1, ref))).result;

  it('ends at once where no call runs', async () => {
    proxy.echo();
    await proxy.call(`${control}Info`, frame(Buffer.from(''))).result;
    const ended = closed();
    proxy.upgraded.retire();
    await ended;
    await expect.poll(() => proxy.sockets.every((socket) => socket.destroyed)).toBe(true);
  });

  it('ends with its last build, whose calls it still takes, and begins no other one', async () => {
    const ends = until();
    const solved = [solve('one'), solve('two')];
    await expect.poll(() => ends.length).toBe(2);
    proxy.upgraded.retire();
    proxy.upgraded.retire();
    const refused = await solve('three');
    expect([refused.headers['grpc-status'], plainMessage(String(refused.headers['grpc-message']))]).toEqual([
      '14',
      expect.stringMatching(/the gateway was replaced/),
    ]);
    const ended = closed();
    ends.shift()?.();
    await solved.shift();
    expect(
      (
        await proxy.call(`${bridge}Ping`, frame(Buffer.from('')), { 'buildkit-controlapi-buildid': 'two' })
          .result
      ).trailers,
    ).toMatchObject({ 'grpc-status': '0' });
    expect(ends).toHaveLength(1);
    ends.shift()?.();
    expect((await solved.shift())?.trailers).toMatchObject({ 'grpc-status': '0' });
    await ended;
  });

  it('begins no build whose message comes later', async () => {
    const ends = until();
    const open = proxy.call(`${control}Solve`, null);
    await proxy.call(`${control}Info`, frame(Buffer.from(''))).result;
    const ended = closed();
    proxy.upgraded.retire();
    open.stream.write(frame(text(1, 'late')));
    expect((await open.result).code).toBe(constants.NGHTTP2_REFUSED_STREAM);
    await ended;
    expect(ends).toEqual([]);
  });

  it('lets other calls end, and takes no new ones meanwhile', async () => {
    const ends = until();
    const session = proxy.call(`${control}Session`, frame(Buffer.from('')));
    await expect.poll(() => ends.length).toBe(1);
    const ended = closed();
    const goaway = once(proxy.client, 'goaway');
    proxy.upgraded.retire();
    await goaway;
    expect(proxy.client.closed).toBe(true);
    ends.shift()?.();
    expect((await session.result).trailers).toMatchObject({ 'grpc-status': '0' });
    await ended;
  });
});
