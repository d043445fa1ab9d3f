import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-cli-');
  await writeFile(path.join(root, 'admin-settings.json'), '{ "configurationFileVersion": 2 }');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** On an engine that does not run. */
const bulkhead = (...args: string[]) => runCommandLine(args, { env: { BULKHEAD_ROOT: root } });

describe('status', () => {
  test('prints fields by a template, a table, or all of them as JSON', async () => {
    expect(await bulkhead('status', '--format', '{{.Protection}} {{.State}} {{.Unprotected}}')).toEqual({
      code: 0,
      out: 'stopped stopped \n',
      err: '',
    });
    expect((await bulkhead('--lang', 'zh-CN', 'status', '--format', 'table')).out).toMatch(
      /^保护 +未受保护 +状态 +版本 +设置版本\n已停止 +- +已停止 +- +1\n$/,
    );
    expect(JSON.parse((await bulkhead('status', '--format', 'json')).out)).toMatchObject({
      Check: 'critical',
      ECI: 'false',
      Root: root,
    });
  });

  test('--quiet prints nothing, with every exit code', async () => {
    expect(await bulkhead('status', '--quiet')).toEqual({ code: 0, out: '', err: '' });
    expect(await bulkhead('status', '--check', '-q')).toEqual({ code: 2, out: '', err: '' });
    await writeFile(path.join(root, 'admin-settings.json'), 'garbage');
    expect(await bulkhead('status', '--quiet')).toEqual({ code: 1, out: '', err: '' });
  });

  test.each([
    [['--bogus'], "unknown option '--bogus'"],
    [['a', 'word'], 'too many arguments'],
    [['--quiet', '--json'], 'cannot be used with option'],
    [['--format', '{{.Nothing}}'], 'Fields: Protection, Check'],
    [['--target', 'nothing'], 'nothing'],
  ])('with %j ends with 2, and with --check with 3, which is UNKNOWN', async (args, message) => {
    expect(await bulkhead('status', ...args)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(message) as string,
    });
    for (const command of [['status'], ['--lang', 'en', 'status'], ['--lang=en', 'status']])
      expect(await bulkhead(...command, '--check', ...args), command.join(' ')).toMatchObject({
        code: 3,
        ...(args.includes('--json')
          ? { out: '', err: expect.stringContaining(message) as string }
          : { out: expect.stringMatching(/^UNKNOWN: /) as string, err: '' }),
      });
  });

  test.each([
    [['--bogus'], "unknown option '--bogus'", 'See --help.'],
    [['--quit'], "unknown option '--quit'", 'Did you mean --quiet?'],
  ])('with %j and --json the error is one JSON document, in English', async (args, message, hint) => {
    const failed = await bulkhead('--lang', 'zh-CN', 'status', '--json', ...args);
    expect(failed).toMatchObject({ code: 2, out: '' });
    expect(JSON.parse(failed.err)).toEqual({ error: { code: 'input.unusable', message, hint } });
    expect((await bulkhead('status', '--check', '--json', ...args)).code).toBe(3);
  });

  test('--check of another command is no check', async () => {
    expect((await bulkhead('engine', 'status', '--check')).code).toBe(2);
    expect(await bulkhead('status', '--check', '--help')).toMatchObject({ code: 0, err: '' });
  });
});

test.each([
  [['targets'], String.raw`table {{.ID}}\t{{.State}}`],
  [['settings', 'history'], String.raw`table {{.Version}}\t{{.User}}`],
])('%j takes the template of its help', async (command, format) => {
  expect(await bulkhead(...command, '--format', format)).toMatchObject({ code: 0, err: '' });
});

test('--quiet of a list wins over --format, with a warning, as for docker ps', async () => {
  expect(await bulkhead('targets', '--quiet', '--format', '{{.State}}')).toEqual({
    code: 0,
    out: expect.stringContaining(`embedded:${root}\n`) as string,
    err: 'warning: --format is ignored, because --quiet is given, too\n',
  });
});

test('engine status has fields too, and --quiet says whether the engine is ready', async () => {
  expect(await bulkhead('engine', 'status', '--format', '{{.State}} {{.Root}}')).toEqual({
    code: 1,
    out: `stopped ${root}\n`,
    err: '',
  });
  expect(await bulkhead('engine', 'status', '--quiet')).toEqual({ code: 1, out: '', err: '' });
  expect(await bulkhead('engine', 'status', '--format', '{{.Nothing}}')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Fields: State, Version') as string,
  });
});
