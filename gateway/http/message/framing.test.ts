import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyTracker } from './framing.ts';
import type { BodyLength } from './head-parser.ts';

/** Feeds `bytes` in pieces cut at `cuts`; returns content, how much belonged to the body, and the tracker. */
function feed(length: BodyLength, bytes: Buffer, cuts: readonly number[], strict = true) {
  const tracker = new BodyTracker(length, strict);
  const content: Buffer[] = [];
  let consumed = 0;
  const edges = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  let at = 0;
  for (const edge of edges) {
    if (edge > at) {
      const used = tracker.consume(bytes.subarray(at, edge), (part) => {
        content.push(Buffer.from(part));
      });
      consumed += used;
      if (used < edge - at) break;
    }
    at = edge;
  }
  return { tracker, content: Buffer.concat(content), consumed: consumed };
}

describe('body framing', () => {
  it('finds the end of a chunked body, however it is cut, and leaves what follows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.array(fc.nat(400), { maxLength: 12 }),
        (chunks, after, cuts) => {
          const body = Buffer.concat([
            ...chunks.flatMap((chunk) => [
              Buffer.from(`${chunk.length.toString(16)}\r\n`),
              Buffer.from(chunk),
              Buffer.from('\r\n'),
            ]),
            Buffer.from('0\r\n\r\n'),
          ]);
          const result = feed({ kind: 'chunked' }, Buffer.concat([body, after]), cuts);
          expect(result.tracker.broken).toBeNull();
          expect(result.tracker.done).toBe(true);
          expect(result.consumed).toBe(body.length);
          expect(result.content.equals(Buffer.concat(chunks))).toBe(true);
        },
      ),
    );
  });

  it('finds the end of a counted body', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.array(fc.nat(80), { maxLength: 6 }),
        (body, after, cuts) => {
          const result = feed({ kind: 'length', bytes: body.length }, Buffer.concat([body, after]), cuts);
          expect(result.tracker.done).toBe(true);
          expect(result.consumed).toBe(body.length);
        },
      ),
    );
  });

  it.each([
    ['extension', '1;a=b\r\nx\r\n0\r\n\r\n'],
    ['trailer', '0\r\nX: y\r\n\r\n'],
    ['bare LF', '1\nx\n0\n\n'],
    ['sign', '+1\r\nx\r\n'],
    ['hex prefix', '0x1\r\nx\r\n'],
    ['blank', ' 1\r\nx\r\n'],
    ['too long', '1\r\nxy\r\n'],
    ['empty size', '\r\n'],
    ['huge', 'fffffffffffffffff\r\n'],
  ])('refuses a request with %s', (_name, text) => {
    expect(feed({ kind: 'chunked' }, Buffer.from(text), []).tracker.broken).not.toBeNull();
  });

  it('takes extensions and trailers of a response', () => {
    expect(
      feed({ kind: 'chunked' }, Buffer.from('1;a=b\r\nx\r\n0\r\nX: y\r\n\r\n'), [], false).tracker.done,
    ).toBe(true);
  });
});
