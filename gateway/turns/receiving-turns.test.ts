import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairShare } from './fair-share.ts';
import { ReceivingTurns, type ReceivingTurn } from './receiving-turns.ts';

// Time goes on when a test says so.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function receiving(
  all: number,
  slow: number,
): { take: (caller: string) => Promise<ReceivingTurn>; begun: string[]; displaced: string[] } {
  const turns = new ReceivingTurns(new FairShare({ each: 1, all, waiting: 10 }), { afterMs: 1000, slow });
  const begun: string[] = [];
  const displaced: string[] = [];
  const take = async (caller: string) => {
    const turn = await turns.acquire(caller, () => {
      displaced.push(caller);
    });
    begun.push(caller);
    return turn;
  };
  return { take, begun, displaced };
}

describe('a client that sends a long body slowly', () => {
  it('steps aside for others, and has no second turn meanwhile', async () => {
    const { take, begun, displaced } = receiving(1, 8);
    const slow = await take('slow');
    void take('slow');
    void take('other');
    await vi.advanceTimersByTimeAsync(999);
    expect(begun).toEqual(['slow']);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toEqual(['slow', 'other']);
    await vi.advanceTimersByTimeAsync(1000);
    expect([begun, displaced]).toEqual([['slow', 'other'], []]);
    slow.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual(['slow', 'other', 'slow']);
  });

  it('is displaced, in any order of arrival, when too many bodies are slow', async () => {
    const { take, begun, displaced } = receiving(1, 2);
    for (const caller of ['a', 'b', 'c', 'd']) void take(caller);
    await vi.advanceTimersByTimeAsync(3000);
    expect([begun, displaced]).toEqual([['a', 'b', 'c', 'd'], ['a']]);
  });

  it('is not displaced once its body is complete, and keeps the turn where nobody else can be', async () => {
    const { take, begun, displaced } = receiving(1, 1);
    const first = await take('a');
    for (const caller of ['b', 'c']) void take(caller);
    await vi.advanceTimersByTimeAsync(1000);
    first.received();
    await vi.advanceTimersByTimeAsync(5000);
    expect([begun, displaced]).toEqual([['a', 'b'], []]);
    first.end();
  });

  it('does not step aside for a body that arrives within a second', async () => {
    const { take, begun } = receiving(1, 8);
    const quick = await take('quick');
    quick.received();
    void take('other');
    await vi.advanceTimersByTimeAsync(5000);
    expect(begun).toEqual(['quick']);
    quick.end();
    quick.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual(['quick', 'other']);
  });
});
