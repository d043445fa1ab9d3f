import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';

const bulkhead = (...args: string[]) => runCommandLine(args);

describe('bulkhead help', () => {
  test.each([
    [
      ['help', 'settings', 'set'],
      ['settings', 'set', '--help'],
    ],
    [
      ['settings', 'help', 'set'],
      ['settings', 'set', '--help'],
    ],
    [
      ['--lang', 'zh-CN', 'help', 'settings', 'set'],
      ['--lang', 'zh-CN', 'settings', 'set', '--help'],
    ],
    [
      ['help', 'settings'],
      ['settings', '--help'],
    ],
    [
      ['help', 'status'],
      ['status', '--help'],
    ],
    [['help'], ['--help']],
  ])('%j prints what %j prints', async (words, option) => {
    const expected = await bulkhead(...option);
    expect(expected.code).toBe(0);
    expect(await bulkhead(...words)).toEqual(expected);
  });

  test.each([
    [['help', 'setting'], "error: unknown command 'setting'\n(Did you mean settings?)\n(see --help)\n"],
    [['help', 'settings', 'sett'], "error: unknown command 'sett'\n(Did you mean set?)\n(see --help)\n"],
    [['settings', 'help', 'sett'], "error: unknown command 'sett'\n(Did you mean set?)\n(see --help)\n"],
    [['help', 'status', 'now'], "error: unknown command 'status now'\n(see --help)\n"],
    [['help', 'settings', 'set', 'it'], "error: unknown command 'settings set it'\n(see --help)\n"],
    [['help', '--', '--version'], "error: unknown command '--version'\n(see --help)\n"],
    [['settings', 'help', '--', '-h'], "error: unknown command 'settings -h'\n(see --help)\n"],
    [
      ['--lang', 'zh-CN', 'help', 'status', 'now'],
      '错误：未知命令“status now”\n（加上 --help 可查看用法）\n',
    ],
  ])('%j is an error', async (words, err) => {
    expect(await bulkhead(...words)).toEqual({ code: 2, out: '', err });
  });

  test('--json describes the command as data, and so an unknown word', async () => {
    const shown = await bulkhead('help', 'settings', 'set', '--json');
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(shown.out)).toMatchObject({
      name: 'set',
      path: ['bulkhead', 'settings', 'set'],
      options: expect.arrayContaining([expect.objectContaining({ long: '--unset' })]),
      commands: [],
    });
    expect(JSON.parse((await bulkhead('help', '--json')).out)).toMatchObject({
      path: ['bulkhead'],
      commands: expect.arrayContaining([
        expect.objectContaining({
          name: 'plan',
          options: expect.arrayContaining([expect.objectContaining({ long: '--recreate' })]),
        }),
      ]),
    });
    const unknown = await bulkhead('help', 'settings', 'sett', '--json');
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(JSON.parse(unknown.err)).toMatchObject({
      error: { code: 'input.unusable', message: "unknown command 'sett'", hint: 'Did you mean set?' },
    });
  });
});
