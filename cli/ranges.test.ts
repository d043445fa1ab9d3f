import { expect, test } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';
import { describeRanges } from './ranges.ts';
import { requires } from '../tests/support/requires.ts';

const bulkhead = (...args: string[]) => runCommandLine(args, { env: { LANG: 'C' } });

test('ranges are listed by owner, with their ids if one owner is given', () => {
  const found = [
    { owner: 0, account: 'root', ranges: [{ first: 1, last: 2, usedBy: null }] },
    {
      owner: 'builds' as const,
      account: null,
      ranges: [
        { first: 3, last: 4, usedBy: 'container' as const },
        { first: 5, last: 6, usedBy: 'process' as const },
      ],
    },
  ];
  expect(describeRanges(found, false, { kind: 'default' })).toBe(
    'OWNER   ACCOUNT  RANGES  IN USE\n' + //
      '0       root     1       0\n' +
      'builds  -        2       2',
  );
  expect(describeRanges(found.slice(1), true, { kind: 'default' })).toBe(
    'OWNER   ACCOUNT  ID RANGE  USED BY\n' +
      'builds  -        3-4       container\n' +
      'builds  -        5-6       process',
  );
  expect(describeRanges(found, true, { kind: 'quiet' })).toBe('1-2\n3-4\n5-6');
  expect(describeRanges([], true, { kind: 'default' })).toBe('There are no ranges.');
});

test('the command reports what it does not check, and unknown accounts', async () => {
  const [help, nobody, missing] = await Promise.all([
    bulkhead('ranges', 'release', '--help'),
    bulkhead('ranges', 'release', '--user', 'alice', '--json'),
    bulkhead('ranges', 'release'),
  ]);
  expect(help).toMatchObject({
    code: 0,
    out: expect.stringContaining('Files with such ids are not looked for') as string,
  });
  expect(nobody).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('"input.unusable"') as string,
  });
  expect(missing.code).toBe(2);
});

test.runIf(requires('root'))(
  "the machine's ranges are listed as JSON; an account without any releases none",
  async () => {
    const [list, released] = await Promise.all([
      bulkhead('ranges', 'list', '--json'),
      bulkhead('ranges', 'release', '--user', '4294967294', '--json'),
    ]);
    expect(Array.isArray(JSON.parse(list.out))).toBe(true);
    expect(released).toMatchObject({ code: 0, out: '{\n  "released": 0\n}\n' });
  },
);
