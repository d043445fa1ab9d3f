import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, overlap, parseIpRange, type IpRange } from './ip-range.ts';

function range(text: string): IpRange {
  const found = parseIpRange(text);
  if (found === null) throw new Error(`not read: ${text}`);
  return found;
}

describe('ranges of addresses', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3/32'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '128.0.0.0/0'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['::1', '0:0::1/128'],
    ['fd00::/8', 'fdff:1::/8'],
    ['1::8', '1:0:0:0:0:0:0:8'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['64:ff9b::8.8.8.8', '64:ff9b::808:808'],
    ['FE80::A', 'fe80::a'],
  ])('%s is %s', (one, other) => {
    expect({ ...range(one), text: '' }).toEqual({ ...range(other), text: '' });
  });
  it.each([
    '',
    '10',
    '10.1',
    '10.0.0',
    '10.0.0.0.0',
    '10.0.0.256',
    '010.0.0.0',
    '10.0.0.00',
    '0x0a.0.0.0',
    '167772160',
    ' 10.0.0.0',
    '10.0.0.0 ',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/255.0.0.0',
    '10.0.0.0/8/8',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '1::2::3',
    ':::',
    ':1',
    '1:',
    '12345::',
    'fe80::1%eth0',
    '::1.2.3',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '::/129',
    'g::',
    '１0.0.0.0',
  ])('reads nothing in "%s"', (text) => {
    expect(parseIpRange(text)).toBeNull();
  });
  it('distinguishes ranges that contain each other from adjacent ones', () => {
    expect(overlap(range('10.0.0.0/8'), range('10.255.255.255'))).toBe(true);
    expect(overlap(range('10.0.0.0/8'), range('11.0.0.0'))).toBe(false);
    expect(overlap(range('0.0.0.0/0'), range('::/0'))).toBe(false);
    expect(contains(range('10.0.0.0/8'), range('10.1.0.0/16'))).toBe(true);
    expect(contains(range('10.1.0.0/16'), range('10.0.0.0/8'))).toBe(false);
    expect(contains(range('::/0'), range('10.1.0.0/16'))).toBe(false);
  });
  it('parses every address like Node, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{0,20}$/)), (text) => {
        const read = parseIpRange(text);
        expect(read?.family ?? 0).toBe(isIP(text));
      }),
    );
  });
  it('finds an address in a range like Node', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 1, max: 32 }), (one, other, prefix) => {
        const list = new BlockList();
        list.addSubnet(one, prefix);
        expect(contains(range(`${one}/${prefix}`), range(other))).toBe(list.check(other));
      }),
    );
  });
});
