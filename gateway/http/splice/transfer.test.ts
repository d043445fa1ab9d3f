import { describe, expect, it } from 'vitest';
import { SpliceTransfer, type TransferExtent } from './transfer.ts';
import type { SpliceSyscalls } from './splice-syscalls.ts';

const from = 10,
  to = 11,
  pipeOut = 12,
  pipeIn = 13;
/** errno of the kernel where it takes or gives nothing. */
type Refusal = 'again' | 'EPIPE' | 'ECONNRESET';
const numbers = { again: 11, EPIPE: 32, ECONNRESET: 104 } as const;

/** Two sockets and a pipe in memory. `sender`: what comes, in its parts; null: the end. */
function kernel(
  sender: (string | Refusal | null)[],
  { receiver = [], slots = Infinity }: { receiver?: Refusal[]; slots?: number } = {},
) {
  let pipe = '';
  let received = 0;
  const sent: string[] = [];
  let error = 0;
  const refuse = (why: Refusal) => {
    error = numbers[why];
    return -1;
  };
  const receive = (length: number): string | Refusal | null => {
    const [next] = sender;
    if (next === undefined) return 'again';
    if (next === null) return null;
    sender.shift();
    if (next in numbers) return next;
    if (next.length > length) sender.unshift(next.slice(length));
    return next.slice(0, length);
  };
  const into = (text: string | Refusal | null, write: (text: string) => void): number => {
    if (text === null) return 0;
    if (text in numbers) return refuse(text as Refusal); // checked above
    write(text);
    return text.length;
  };
  const calls: SpliceSyscalls = {
    splice: (source, _, target, __, length) => {
      if (source === from && target === pipeIn)
        return received >= slots
          ? refuse('again')
          : into(receive(length), (text) => {
              pipe += text;
              received++;
            });
      const refused = receiver.shift();
      if (refused !== undefined) return refuse(refused);
      const part = pipe.slice(0, length);
      pipe = pipe.slice(length);
      received = 0;
      sent.push(part);
      return part.length;
    },
    recv: (_, bytes, length) =>
      into(receive(length), (text) => {
        bytes.write(text, 'latin1');
      }),
    write: (_, bytes, length) => {
      if (received >= slots) return refuse('again');
      pipe += bytes.toString('latin1', 0, length);
      received++;
      return length;
    },
    yieldTurn: () => 0,
    errno: () => error,
  };
  return { calls, sent: () => sent.join('') };
}
const descriptors = { from, to, pipeOut, pipeIn };
const x = (length: number) => 'x'.repeat(length);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
/** Moves until it has ended, or `turns` are over. */
function moved(calls: SpliceSyscalls, extent: TransferExtent, turns = 5) {
  const transfer = new SpliceTransfer(calls, descriptors, extent, '');
  for (let turn = 0; turn < turns; turn++) {
    const outcome = transfer.move();
    if (outcome !== null) return 'rest' in outcome ? { ...outcome, rest: text(outcome.rest) } : outcome;
  }
  return transfer.awaitedReadiness;
}
const bytes = (content: number): TransferExtent => ({ heads: 'end', begun: content, content });

describe('a transfer', () => {
  it('moves chunks unchanged, and returns what is not a chunk', () => {
    const { calls, sent } = kernel([`${x(10)}\r\n1000\r\n${x(4096)}`, '\r\n', '0\r\n\r\nnext']);
    expect(moved(calls, { heads: 'pass', begun: 10 })).toEqual({
      ended: 'stopped',
      content: 4106,
      inChunk: 0,
      chunkRemaining: 0,
      rest: '\r\n0\r\n\r\nn',
    });
    expect(sent()).toBe(`${x(10)}\r\n1000\r\n${x(4096)}`);
  });

  it('moves only the content of chunks if the receiver knows the length, to the byte', () => {
    const { calls, sent } = kernel([
      `${x(10)}\r\n1000\r\n${x(4096)}\r\n00001001\r\n${x(4097)}`,
      `\r\n100000\r\n${x(5000)}`,
    ]);
    expect(moved(calls, { heads: 'end', begun: 10, content: 10 + 4096 + 4097 + 4999 })).toEqual({
      ended: 'stopped',
      content: 13_202,
      inChunk: 0x100000 - 4999,
      chunkRemaining: 0,
      rest: '',
    });
    expect(sent()).toBe(x(13_202));
  });

  it.each(['again', 'at once'])('never consumes bytes after the content that may be moved: %s', (how) => {
    for (let content = 4096; content < 4096 + 20; content++) {
      const sender = [`1000\r\n${x(4096)}\r\n1001\r\n${x(4097)}`];
      const { calls, sent } = kernel(how === 'again' ? sender.flatMap((part) => [...part]) : sender);
      const outcome = moved(calls, { heads: 'end', begun: null, content }, 20_000);
      if (typeof outcome !== 'object' || outcome.ended !== 'stopped')
        throw new Error(JSON.stringify(outcome));
      expect(sent()).toBe(x(outcome.content));
      expect(outcome.content + (outcome.chunkRemaining ?? NaN)).toBe(content);
      // At most a head that could not be looked at without what comes after it.
      expect(outcome.chunkRemaining).toBeLessThan(4);
      expect(outcome.rest.length).toBeLessThan(17 + 4);
    }
  });

  it('reports its progress where the sender closes: in content, in framing', () => {
    expect(moved(kernel([x(6), null]).calls, { heads: 'pass', begun: 10 })).toEqual({
      ended: 'stopped',
      content: 6,
      inChunk: 4,
      chunkRemaining: 4,
      rest: '',
    });
    expect(moved(kernel([`${x(10)}\r\n10`, null]).calls, { heads: 'pass', begun: 10 })).toEqual({
      ended: 'stopped',
      content: 10,
      inChunk: 0,
      chunkRemaining: 0,
      rest: '\r\n10',
    });
    expect(moved(kernel([`${x(10)}\r\n10`, null]).calls, { heads: 'end', begun: 10, content: 100 })).toEqual({
      ended: 'stopped',
      content: 10,
      inChunk: 0,
      chunkRemaining: 90,
      rest: '\r\n10',
    });
    expect(moved(kernel([x(6), null]).calls, bytes(10))).toMatchObject({ content: 6, chunkRemaining: 4 });
    expect(moved(kernel([null]).calls, { heads: 'pass', begun: null })).toMatchObject({
      content: 0,
      inChunk: null,
      chunkRemaining: null,
    });
  });

  it('reports which side failed, and how', () => {
    expect(moved(kernel([x(6), 'ECONNRESET']).calls, bytes(10))).toEqual({
      ended: 'broken',
      side: 'sender',
      errno: 104,
    });
    expect(moved(kernel(['\r\n', 'ECONNRESET']).calls, { heads: 'pass', begun: null })).toMatchObject({
      ended: 'stopped',
      rest: '\r\n',
    });
    expect(moved(kernel([`${x(5)}\r`, 'ECONNRESET']).calls, { heads: 'pass', begun: 5 })).toEqual({
      ended: 'broken',
      side: 'sender',
      errno: 104,
    });
    expect(moved(kernel([x(6)], { receiver: ['EPIPE'] }).calls, bytes(10))).toEqual({
      ended: 'broken',
      side: 'receiver',
      errno: 32,
    });
    expect(
      moved(kernel([`1000\r\n${x(6)}`], { receiver: ['EPIPE'] }).calls, { heads: 'pass', begun: null }),
    ).toEqual({ ended: 'broken', side: 'receiver', errno: 32 });
  });

  it('waits for a full receiver, and loses nothing when the pipe is full', () => {
    const { calls, sent } = kernel([x(5), `\r\n1000\r\n${x(4096)}`, '\r\n0\r\n\r\n'], {
      receiver: ['again'],
      slots: 1,
    });
    const transfer = new SpliceTransfer(calls, descriptors, { heads: 'pass', begun: 5 }, '');
    expect([transfer.move(), transfer.awaitedReadiness]).toEqual([null, 'writable']);
    expect(transfer.move()).toMatchObject({ content: 4101, inChunk: 0 });
    expect(sent()).toBe(`${x(5)}\r\n1000\r\n${x(4096)}`);
  });

  it('sends the initial data before anything is received', () => {
    const { calls, sent } = kernel([], { receiver: ['again'] });
    const transfer = new SpliceTransfer(calls, descriptors, bytes(10), 'a\r\n');
    expect([transfer.move(), transfer.awaitedReadiness]).toEqual([null, 'writable']);
    expect([transfer.move(), transfer.awaitedReadiness]).toEqual([null, 'readable']);
    expect(sent()).toBe('a\r\n');
  });

  it('ends its turn after a number of parts, however small', () => {
    let parts = 0;
    const { calls } = kernel([]);
    const endless: SpliceSyscalls = {
      ...calls,
      splice: (source, ...rest) => {
        if (source !== from) return rest[3];
        parts++;
        return 1;
      },
    };
    expect(new SpliceTransfer(endless, descriptors, bytes(1e9), '').move()).toBeNull();
    expect(parts).toBeLessThan(5000);
  });
});
