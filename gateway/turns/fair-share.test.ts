import { describe, expect, it } from 'vitest';
import type { SocketMountId } from '../base/socket-mount.ts';
import { FairShare, TooManyWaiting, type EndTurn } from './fair-share.ts';
import { callerName } from './turns.ts';

/** Takes turns; each is appended to `order` when it begins. */
function turns(share: FairShare): {
  order: string[];
  take: (caller: string, name: string, signal?: AbortSignal) => Promise<EndTurn>;
  ends: Map<string, EndTurn>;
} {
  const order: string[] = [];
  const ends = new Map<string, EndTurn>();
  return {
    order,
    ends,
    take: async (caller, name, signal) => {
      const end = await share.acquire(caller, signal);
      order.push(name);
      ends.set(name, end);
      return end;
    },
  };
}
const settled = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('a fair share between callers', () => {
  it("queues a caller's requests behind that caller's earlier ones, and lets others pass", async () => {
    const { order, take, ends } = turns(new FairShare({ each: 1, all: 10, waiting: 10 }));
    for (const name of ['a1', 'a2', 'a3']) void take('a', name);
    void take('b', 'b1');
    await settled();
    expect(order).toEqual(['a1', 'b1']);
    ends.get('a1')?.();
    await settled();
    expect(order).toEqual(['a1', 'b1', 'a2']);
  });

  it('gives the next turn to whoever has waited longest since the last one', async () => {
    const { order, take, ends } = turns(new FairShare({ each: 1, all: 1, waiting: 10 }));
    for (const name of ['a1', 'a2', 'a3']) void take('a', name);
    for (const name of ['b1', 'b2']) void take('b', name);
    for (const name of ['a1', 'b1', 'a2', 'b2', 'a3']) {
      await settled();
      expect(order.at(-1)).toBe(name);
      ends.get(name)?.();
    }
  });

  it('counts a turn that is given back twice once', async () => {
    const { order, take, ends } = turns(new FairShare({ each: 1, all: 1, waiting: 10 }));
    for (const name of ['a1', 'a2', 'a3']) void take('a', name);
    await settled();
    ends.get('a1')?.();
    ends.get('a1')?.();
    await settled();
    expect(order).toEqual(['a1', 'a2']);
  });

  it('removes callers that have disconnected', async () => {
    const { order, take, ends } = turns(new FairShare({ each: 1, all: 1, waiting: 10 }));
    const left = new AbortController();
    void take('a', 'a1');
    const cancelled = take('a', 'a2', left.signal);
    void take('a', 'a3');
    left.abort(new Error('left'));
    await expect(cancelled).rejects.toThrow('left');
    await settled();
    ends.get('a1')?.();
    await settled();
    expect(order).toEqual(['a1', 'a3']);
    await expect(take('b', 'b1', left.signal)).rejects.toThrow('left');
  });

  it("refuses requests beyond the queue's limit", async () => {
    const share = new FairShare({ each: 1, all: 1, waiting: 2 });
    for (let i = 0; i < 3; i++) void share.acquire('a');
    await expect(share.acquire('a')).rejects.toThrow(TooManyWaiting);
    void share.acquire('b');
  });

  it('distinguishes users, and containers with sockets of their own', () => {
    const peer = (uid: number) => () => ({ pid: 1, uid, gid: 0 });
    expect(callerName({ origin: { kind: 'clients' }, peer: peer(1000) })).not.toBe(
      callerName({ origin: { kind: 'clients' }, peer: peer(1001) }),
    );
    expect(
      callerName({ origin: { kind: 'socket-mount', id: 'x' as SocketMountId }, peer: peer(0) }),
    ).not.toBe(callerName({ origin: { kind: 'socket-mount', id: 'y' as SocketMountId }, peer: peer(0) }));
  });
});
