import { describe, expect, it } from 'vitest';
import { Passage, type Extent, type PassageCalls } from './passage.ts';

const from = 10, to = 11, pipeOut = 12, pipeIn = 13;
/** What the kernel answers where it takes or gives nothing. */
type Refusal = 'again' | 'EPIPE' | 'ECONNRESET';
const numbers = { again: 11, EPIPE: 32, ECONNRESET: 104 } as const;

/** Two sockets and a pipe in memory. `sender`: what comes, in its parts; null: the end. */
function kernel(sender: (string | Refusal | null)[], { receiver = [], slots = Infinity }: { receiver?: Refusal[]; slots?: number } = {}) {
  let pipe = '';
  let taken = 0;
  const sent: string[] = [];
  let error = 0;
  const refuse = (why: Refusal) => { error = numbers[why]; return -1; };
  const come = (length: number): string | Refusal | null => {
    const [next] = sender;
    if (next === undefined) return 'again';
    if (next === null) return null;
    sender.shift();
    if (next in numbers) return next;
    if (next.length > length) sender.unshift(next.slice(length));
    return next.slice(0, length);
  };
  const into = (text: string | Refusal | null, put: (text: string) => void): number => {
    if (text === null) return 0;
    if (text in numbers) return refuse(text as Refusal); // has just been looked at
    put(text);
    return text.length;
  };
  const calls: PassageCalls = {
    splice: (source, _, target, __, length) => {
      if (source === from && target === pipeIn) return taken >= slots ? refuse('again') : into(come(length), (text) => { pipe += text; taken++; });
      const refused = receiver.shift();
      if (refused !== undefined) return refuse(refused);
      const part = pipe.slice(0, length);
      pipe = pipe.slice(length);
      taken = 0;
      sent.push(part);
      return part.length;
    },
    recv: (_, bytes, length) => into(come(length), (text) => { bytes.write(text, 'latin1'); }),
    write: (_, bytes, length) => {
      if (taken >= slots) return refuse('again');
      pipe += bytes.toString('latin1', 0, length);
      taken++;
      return length;
    },
    yieldTurn: () => 0,
    errno: () => error,
  };
  return { calls, sent: () => sent.join('') };
}
const way = { from, to, pipeOut, pipeIn };
const x = (length: number) => 'x'.repeat(length);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
/** Moves until it has ended, or `turns` are over. */
function moved(calls: PassageCalls, extent: Extent, turns = 5) {
  const passage = new Passage(calls, way, extent, 0);
  for (let turn = 0; turn < turns; turn++) {
    const outcome = passage.move();
    if (outcome !== null) return 'rest' in outcome ? { ...outcome, rest: text(outcome.rest) } : outcome;
  }
  return passage.wants;
}

describe('a passage', () => {
  it('moves whole chunks as they are, and hands back the framing of what is not one', () => {
    const { calls, sent } = kernel([`${x(10)}\r\n1000\r\n${x(4096)}`, '\r\n', '0\r\n\r\n']);
    expect(moved(calls, { kind: 'chunks', begun: 10, content: 9999 })).toEqual({ ended: 'limit', content: 4106, inChunk: 0, rest: '\r\n0\r\n\r\n' });
    expect(sent()).toBe(`${x(10)}\r\n1000\r\n${x(4096)}`);
  });

  it.each([[4096, '1000\r\n'], [4095, '']])('moves a chunk of 4096 where %i may pass: %j', (content, passes) => {
    const { calls, sent } = kernel([`1000\r\n${x(4096)}`, 'again']);
    const outcome = moved(calls, { kind: 'chunks', begun: null, content });
    expect(sent().slice(0, 6)).toBe(passes);
    if (passes === '') expect(outcome).toMatchObject({ ended: 'limit', content: 0, inChunk: null });
    else expect(outcome).toBe('readable');
  });

  it('says how far it came where the sender closes: in content, in framing', () => {
    expect(moved(kernel([x(6), null]).calls, { kind: 'chunks', begun: 10, content: 10 })).toEqual({ ended: 'closed', content: 6, inChunk: 4, rest: '' });
    expect(moved(kernel([`${x(10)}\r\n10`, null]).calls, { kind: 'chunks', begun: 10, content: 10 })).toEqual({ ended: 'closed', content: 10, inChunk: 0, rest: '\r\n10' });
    expect(moved(kernel([x(6), null]).calls, { kind: 'bytes', bytes: 10 })).toMatchObject({ ended: 'closed', content: 6 });
  });

  it('says which side failed, and how', () => {
    expect(moved(kernel([x(6), 'ECONNRESET']).calls, { kind: 'bytes', bytes: 10 })).toEqual({ ended: 'broken', side: 'sender', errno: 104 });
    expect(moved(kernel(['\r\n', 'ECONNRESET']).calls, { kind: 'chunks', begun: null, content: 10 })).toMatchObject({ ended: 'limit' });
    expect(moved(kernel([`${x(5)}\r`, 'ECONNRESET']).calls, { kind: 'chunks', begun: 5, content: 10 })).toEqual({ ended: 'broken', side: 'sender', errno: 104 });
    expect(moved(kernel([x(6)], { receiver: ['EPIPE'] }).calls, { kind: 'bytes', bytes: 10 })).toEqual({ ended: 'broken', side: 'receiver', errno: 32 });
  });

  it('waits for the receiver where that takes nothing, and loses nothing where the pipe is full', () => {
    const { calls, sent } = kernel([x(5), `\r\n1000\r\n${x(4096)}`, '\r\n0\r\n\r\n'], { receiver: ['again'], slots: 1 });
    const passage = new Passage(calls, way, { kind: 'chunks', begun: 5, content: 9999 }, 0);
    expect([passage.move(), passage.wants]).toEqual([null, 'writable']);
    expect(passage.move()).toMatchObject({ ended: 'limit', content: 4101, inChunk: 0 });
    expect(sent()).toBe(`${x(5)}\r\n1000\r\n${x(4096)}`);
  });

  it('ends its turn after so many parts, however small', () => {
    let parts = 0;
    const { calls } = kernel([]);
    const endless: PassageCalls = { ...calls, splice: (source, ...rest) => { if (source !== from) return rest[3]; parts++; return 1; } };
    expect(new Passage(endless, way, { kind: 'bytes', bytes: 1e9 }, 0).move()).toBeNull();
    expect(parts).toBeLessThan(5000);
  });
});
