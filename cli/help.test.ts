import { Command, CommanderError } from 'commander';
import { afterEach, describe, expect, test } from 'vitest';
import { displayWidth } from './columns.ts';
import { helpText, localizedHelp, parseErrorText } from './help.ts';
import { setLocale } from './language.ts';
import { buildProgram } from './program.ts';

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
  expect(scan?.helpInformation()).toMatch(/^用法：example scan \[选项\] <name>\n[^]*等待超过此时间后放弃/);
  expect(scan?.helpInformation().replaceAll(/\s/g, '')).toContain('相应延长（默认值："90"）');
});

test('the help of every command is typeset as Chinese', async () => {
  await setLocale('zh-CN');
  const program = await buildProgram();
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    const help = command.helpInformation();
    expect(help).toMatch(/^用法：bulkhead/);
    expect(help, command.name()).not.toMatch(/\S （|） \S/);
    for (const line of help.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
  }
});

test('the pages that the app shows are listed in the current language', async () => {
  const pages = async () => {
    const [app] = (await buildProgram(['app', '--help'])).commands;
    return app?.helpInformation().replaceAll(/\s+/g, ' ');
  };
  expect(await pages()).toContain('overview, isolation, docker-socket');
  await setLocale('zh-CN');
  expect(await pages()).toMatch(/overview、 ?isolation、 ?docker-socket/);
});

test('starting and stopping at boot is described as systemd’s', async () => {
  const engine = (await buildProgram(['help', 'engine'])).commands.find((one) => one.name() === 'engine');
  const descriptions = () =>
    engine?.commands.map((command) => localizedHelp.subcommandDescription?.(command) ?? '');
  expect(descriptions()).toContain(
    'start the engine (with systemd also at boot), and wait until it is ready',
  );
  expect(descriptions()?.join('\n')).toMatch(/^stop the engine \(with systemd also at boot\)/m);
  await setLocale('zh-CN');
  expect(descriptions()?.join('\n')).toMatch(/^启动引擎（.*systemd.*）/m);
});
