import { describe, expect, it } from 'vitest';
import { parseHome, homeOf } from './home-directory.ts';

describe('$HOME of the caller', () => {
  it("is the entry in the machine's user database", async () => {
    expect(await homeOf(0)).toBe('/root');
    expect(await homeOf(4_000_000_001)).toBeNull();
  });

  it('is read from the right line and field, and only an absolute path below the root counts', () => {
    const text =
      'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000:Ann, 1001:/home/ann:/bin/sh\n' +
      'srv:x:12:12::/:/bin/false\nodd:x:13:13::home:/bin/sh\nshort:x:14';
    expect([0, 1000, 12, 13, 14, 1001].map((uid) => parseHome(text, uid))).toEqual([
      '/root',
      '/home/ann',
      null,
      null,
      null,
      null,
    ]);
  });

  it('is looked up once a minute', async () => {
    let lookups = 0;
    const query = () => {
      lookups++;
      return Promise.resolve(`/home/${lookups}`);
    };
    expect(await homeOf(77, 0, query)).toBe('/home/1');
    expect(await homeOf(77, 59_999, query)).toBe('/home/1');
    expect(await homeOf(77, 60_000, query)).toBe('/home/2');
  });
});
