import fc from 'fast-check';
import { expect, it } from 'vitest';
import { frame, FrameReader } from './frames.ts';

it('finds the same messages however the bytes are split', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.array(fc.nat({ max: 30 }), { minLength: 1 }),
      (messages, cuts) => {
        const bytes = Buffer.concat(messages.map(frame));
        const reader = new FrameReader(100);
        const found: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = Math.max(1, cuts[turn % cuts.length] ?? 1);
          const read = reader.push(bytes.subarray(at, at + size));
          if (!read.ok) throw new Error(read.why);
          found.push(...read.messages.map((message) => Uint8Array.from(message)));
          at += size;
        }
        expect(found).toEqual(messages);
        expect(reader.bufferedBytes).toBe(0);
      },
    ),
  );
});

it('buffers what has arrived, and reports what it cannot parse', () => {
  const reader = new FrameReader(1000);
  expect(reader.push(Buffer.from([0, 0, 0]))).toEqual({ ok: true, messages: [] });
  expect(reader.push(Buffer.from([3, 0xe8, 1]))).toEqual({ ok: true, messages: [] });
  expect(reader.bufferedBytes).toBe(6);
  expect(new FrameReader(1000).push(Buffer.from([0, 0, 0, 3, 0xe9]))).toEqual({ ok: false, why: 'too-long' });
  expect(new FrameReader(1000).push(Buffer.from([1, 0, 0, 0, 0]))).toEqual({ ok: false, why: 'compressed' });
});
