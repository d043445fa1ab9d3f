import { constants } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { returnRequest } from '../../shared/policy/buildkit-messages.ts';
import { encoded } from '../../shared/policy/protobuf-plain.ts';
import { plainMessage } from '../../shared/grpc/status-message.ts';
import { ConnectionSlot } from '../callers/connection-slot.ts';
import { ConnectionTable } from '../callers/connection-table.ts';
import { connectionLimits, type ConnectionLimits } from '../../shared/policy/limits.ts';
import { bridge, control, frame, useGrpcProxy, type GrpcProxy } from './proxy-fixture.ts';

let proxy: GrpcProxy;
useGrpcProxy((started) => {
  proxy = started;
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
    const { calls } = proxy.echo();
    proxy.slot = slotOf({ buildCalls: 1 });
    const first = proxy.call(`${control}Status`, null);
    first.stream.write(frame(new Uint8Array()));
    await expect.poll(() => proxy.slot?.accounts[0]?.buildCalls).toBe(1);
    const { headers } = await proxy.call(`${control}Status`, frame(new Uint8Array())).result;
    expect([headers['grpc-status'], plainMessage(String(headers['grpc-message']))]).toEqual([
      '8',
      expect.stringContaining('one more build call of user 1 is blocked'),
    ]);
    first.stream.end();
    await first.result;
    await expect.poll(() => proxy.slot?.accounts[0]?.buildCalls).toBe(0);
    await proxy.call(`${control}Status`, frame(new Uint8Array())).result;
    expect(calls).toHaveLength(2);
  });
});

describe('long messages', () => {
  const long = frame(encoded(returnRequest, { error: { code: 2, message: 'x'.repeat(300_000) } }));
  const begin = (path: string) => {
    const begun = proxy.call(path, null);
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
    const { calls } = proxy.echo();
    const first = begin(path);
    await lostTurn();
    const second = proxy.call(path, long);
    await proxy.call(path, frame(encoded(returnRequest, {}))).result;
    expect(calls).toHaveLength(1);
    first.finish();
    await first.result;
    await second.result;
    expect(calls.map(({ body }) => body.length)).toEqual([expect.any(Number), long.length, long.length]);
  });

  it('of a caller who has many waiting are refused, with the reason', async () => {
    proxy.echo();
    const first = begin(path);
    await lostTurn();
    const second = proxy.call(path, long);
    const third = proxy.call(path, long);
    const refused = await Promise.race([second.result, third.result]);
    expect([refused.headers['grpc-status'], plainMessage(String(refused.headers['grpc-message']))]).toEqual([
      '8',
      'bulkhead gateway: 1 requests of the same user are waiting; try again when some of them are answered',
    ]);
    first.finish();
    expect((await first.result).trailers['grpc-status']).toBe('0');
  });

  it('that are aborted release their turn', async () => {
    proxy.echo();
    const first = begin(path);
    await lostTurn();
    const second = proxy.call(path, long);
    first.stream.close(constants.NGHTTP2_CANCEL);
    expect((await second.result).trailers['grpc-status']).toBe('0');
  });

  it('that arrive so slowly that they lost their turn are aborted, with the reason', async () => {
    proxy.echo();
    const first = begin(path);
    await lostTurn();
    const second = proxy.call(path, long);
    proxy.displacing[0]?.();
    const { headers } = await first.result;
    expect([headers['grpc-status'], plainMessage(String(headers['grpc-message']))]).toEqual([
      '8',
      'bulkhead gateway: the build request arrived too slowly and lost its turn; try again',
    ]);
    expect((await second.result).trailers['grpc-status']).toBe('0');
  });

  it("count towards their user's buffered bytes, and are refused above the limit", async () => {
    proxy.echo();
    proxy.slot = slotOf({ maxBufferBytes: 250_000 });
    const first = begin(path);
    await lostTurn();
    first.stream.write(long.subarray(200_000, 290_000));
    const { headers } = await first.result;
    expect(plainMessage(String(headers['grpc-message']))).toContain(
      'at most 250000 bytes may wait at a time',
    );
    expect(proxy.slot.bufferLimitDenial()).toBeNull();
  });

  /** Resolves when the caller's one turn is taken. */
  async function lostTurn(): Promise<void> {
    for (;;) {
      const tried = new AbortController();
      const acquired = proxy.turns
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
