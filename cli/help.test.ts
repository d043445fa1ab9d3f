import { Command, CommanderError } from 'commander';
import { afterEach, describe, expect, test } from 'vitest';
import { helpText, localizedHelp, parseErrorText } from './help.ts';
import { setLocale } from './language.ts';

afterEach(() => setLocale('en'));

function exampleProgram(): Command {
  const program = new Command('example')
    .configureHelp(localizedHelp)
    .configureOutput({ outputError: () => undefined, writeErr: () => undefined })
    .exitOverride();
  program
    .command('scan <name>')
    .description(helpText('cli-help.scan'))
    .option('--timeout <seconds>', helpText('cli-help.engine-timeout'), '90')
    .requiredOption('--user <uid>', helpText('cli-help.ranges-release-user'));
  return program;
}

/** The error of commander for a command line; `text` is what is printed for it. */
function parseError(...args: string[]): string | null {
  try {
    exampleProgram().parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return parseErrorText(error);
    throw error;
  }
  throw new Error('it was parsed');
}

const invalid: readonly (readonly [readonly string[], string, string])[] = [
  [
    ['scam'],
    "error: unknown command 'scam'\n(Did you mean scan?)",
    '错误：未知命令“scam”\n（您是否想输入 scan？）',
  ],
  [
    ['scan', 'x', '--user', '1', '--timeou'],
    "error: unknown option '--timeou'\n(Did you mean --timeout?)",
    '错误：未知选项“--timeou”\n（您是否想输入 --timeout？）',
  ],
  [['scan', 'x', '--user', '1', "--it's"], "error: unknown option '--it's'", "错误：未知选项“--it's”"],
  [['scan', '--user', '1'], "error: missing required argument 'name'", '错误：缺少必需的参数“name”'],
  [
    ['scan', 'x'],
    "error: required option '--user <uid>' not specified",
    '错误：未指定必需的选项“--user <uid>”',
  ],
  [
    ['scan', 'x', '--user'],
    "error: option '--user <uid>' argument missing",
    '错误：选项“--user <uid>”缺少参数',
  ],
  [
    ['scan', 'x', 'y', 'z', '--user', '1'],
    "error: too many arguments for 'scan'. Expected 1 argument but got 3.",
    '错误：“scan”的参数过多。应为 1 个，实际为 3 个。',
  ],
];

test('options that exclude each other are named', async () => {
  const conflict = new CommanderError(
    1,
    'commander.conflictingOption',
    "error: option '--format <format>' cannot be used with option '--json'",
  );
  expect(parseErrorText(conflict)).toContain(conflict.message);
  await setLocale('zh-CN');
  expect(parseErrorText(conflict)).toContain('选项“--format <format>”不能与选项“--json”同时使用');
});

describe('parse errors', () => {
  test.each(invalid)('%j', async (args, english, chinese) => {
    expect(parseError(...args)).toBe(`${english}\n(see --help)`);
    await setLocale('zh-CN');
    expect(parseError(...args)).toBe(`${chinese}\n（加上 --help 可查看用法）`);
  });

  test('of an invalid value have the reason', async () => {
    const error = new CommanderError(
      1,
      'commander.invalidArgument',
      "error: option '--lang <language>' argument 'xx' is invalid. It must be en or zh-CN.",
    );
    expect(parseErrorText(error)).toContain(error.message);
    await setLocale('zh-CN');
    expect(parseErrorText(error)).toContain('选项“--lang <language>”的参数“xx”无效。');
  });

  test('that are not in the catalogue are printed as commander has them; help is not an error', () => {
    expect(parseErrorText(new CommanderError(1, 'commander.new', 'error: it is new'))).toMatch(
      /^error: it is new\n/,
    );
    expect(parseErrorText(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'))).toBeNull();
    expect(parseErrorText(new CommanderError(1, 'commander.help', '(outputHelp)'))).toBeNull();
  });
});

test('help is rendered in the current language when it is displayed', async () => {
  const [scan] = exampleProgram().commands;
  expect(scan?.helpInformation()).toMatch(
    /^Usage: example scan \[options\] <name>\n[^]*give up waiting after this long[^]*\(default: "90"\)/,
  );
  await setLocale('zh-CN');
  expect(scan?.helpInformation()).toMatch(/^用法： example scan \[选项\] <name>\n[^]*等待超过此时间后放弃/);
});
