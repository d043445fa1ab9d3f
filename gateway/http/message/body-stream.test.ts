import { describe, expect, it } from 'vitest';
import { BodyStream } from './body-stream.ts';

describe('content that waits for its transform', () => {
  it('is queued in few parts, also where it arrives byte by byte', async () => {
    let resume = (): void => undefined;
    const resumed = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const received: Buffer[] = [];
    await new Promise<void>((done, failed) => {
      const stream = new BodyStream(
        async function* (content) {
          await resumed;
          for await (const part of content) yield [part];
        },
        {
          out: (parts) => {
            received.push(...parts);
            return true;
          },
          pull: () => undefined,
          done,
          failed,
        },
      );
      for (let at = 0; at < 100_000; at++) stream.push(Buffer.of(at % 251));
      stream.push(Buffer.alloc(10_000));
      stream.end();
      resume();
    });
    expect(received.length).toBeLessThan(100);
    const sent = Buffer.concat(received);
    expect(sent.length).toBe(110_000);
    expect(sent.subarray(0, 100_000).every((byte, at) => byte === at % 251)).toBe(true);
  });
});
