import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runShellScript } from '../tests/support/command-line.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-cli-');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const good = '{ "configurationFileVersion": 2 }\n';
const bad = '{\n  "configurationFileVersion": 2,\n}\n';
const file = async (name: string, text: string | Uint8Array) => {
  await writeFile(path.join(root, name), text);
  return path.join(root, name);
};

/** `input` is a socket. */
const run = (script: string, input = '') =>
  runShellScript(script, { input, cwd: root, env: { BULKHEAD_ROOT: root } });

const hint = 'Give the path of a settings file, - for standard input, or none to take the draft.';

describe('settings given on standard input', () => {
  const reported = { code: 1, err: '', out: expect.stringMatching(/^<stdin>:2:32: error: /) as string };
  test.each([
    ['a pipe', 'cat bad.json | bulkhead settings lint -'],
    ['a file', 'bulkhead settings lint /dev/stdin < bad.json'],
    ['a socket', 'bulkhead settings lint -'],
  ])('are read from %s', async (_, command) => {
    await file('bad.json', bad);
    expect(await run(command, bad)).toMatchObject(reported);
  });

  test('are named <stdin> in JSON too', async () => {
    expect(JSON.parse((await run('bulkhead settings lint - --json', good)).out)).toEqual({
      path: '<stdin>',
      findings: [],
      errors: 0,
    });
  });

  test('are what plan plans', async () => {
    const plan = await run('bulkhead plan -', '{ "filesharingAllowedDirectories": [] }\n');
    expect(plan).toMatchObject({
      err: '',
      out: expect.stringContaining('+{ "filesharingAllowedDirectories": [] }'),
    });
  });

  test('are what explain explains by', async () => {
    const eci = '{ "configurationFileVersion": 2, "enhancedContainerIsolation": { "value": true } }';
    expect(await run('bulkhead explain --settings - docker run -v /etc:/e x', eci)).toMatchObject({
      code: 1,
      out: expect.stringContaining('/etc'),
    });
  });

  test.each([
    ['printf "{\\344}" | bulkhead plan -', 'its bytes are not valid UTF-8'],
    ['bulkhead plan - < /dev/null', 'it is neither a file nor a pipe'],
    ['bulkhead plan - < /', 'it is a directory'],
    // Empty settings would turn everything off.
    ['false | bulkhead apply - --yes', 'it is empty'],
  ])('are refused: %s', async (command, reason) => {
    expect(await run(command)).toEqual({
      code: 1,
      out: '',
      err: `error: <stdin> could not be read: ${reason}\n  ${hint}\n`,
    });
    expect(await readdir(root)).toEqual([]);
  });

  test.each([
    ['false | bulkhead explain --settings - docker run x', 1, '<stdin> could not be read: it is empty'],
    ['bulkhead explain --settings none.json docker run x', 2, 'there is no file none.json'],
  ])('are not reported as replaced by the draft without --draft: %s', async (command, code, problem) => {
    expect(await run(command)).toEqual({
      code,
      out: '',
      err:
        `error: ${problem}\n  Give the path of a settings file, or - for standard input. ` +
        '--draft takes the draft instead; without either, the settings in force decide.\n',
    });
  });

  test('have a longest length', async () => {
    expect(await run('head -c 9999999 /dev/zero | bulkhead plan -')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error: <stdin> is too large to be a settings file/),
    });
  });

  test('leave no way to confirm: apply needs --yes, and says so', async () => {
    expect(await run('bulkhead apply -', good)).toEqual({
      code: 1,
      out: '',
      err:
        'error: nobody is there to confirm: standard input is the settings file\n' +
        `  Look at the plan first (bulkhead plan - --root ${root}), then apply with --yes.\n`,
    });
    expect(await readdir(root)).toEqual([]);
  });

  test('cannot be the compose file as well', async () => {
    expect(await run('bulkhead explain --settings - --compose /dev/stdin', good)).toEqual({
      code: 2,
      out: '',
      err:
        'error: standard input cannot be both the settings and the compose file\n' +
        '  Give one of the two as a file.\n',
    });
  });

  test
    .skipIf(process.platform !== 'linux')
    .each(['settings lint -', 'apply - --yes', 'explain --settings good.json --compose -'])(
    'are not typed on a terminal: %s',
    async (command) => {
      await file('good.json', good);
      const script = `export -f bulkhead; SHELL=/bin/bash script -qec 'bulkhead ${command}' /dev/null`;
      expect(await run(script)).toMatchObject({
        code: 2,
        out: expect.stringContaining('<stdin> could not be read: it is a terminal'),
      });
      expect(await readdir(root)).toEqual(['good.json']);
    },
  );
});

describe('a compose file given on standard input', () => {
  test.each([
    ['--compose - < /', '<stdin> could not be read: it is a directory'],
    ['--compose - < /dev/null', '<stdin> could not be read: it is neither a file nor a pipe'],
    ['--compose none.yaml', "none.yaml can't be read: ENOENT"],
  ])('is an unusable argument if it cannot be read, as any compose file: %s', async (given, problem) => {
    await file('good.json', good);
    expect(await run(`bulkhead explain --json --settings good.json ${given}`)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('"code":"input.unusable"'),
    });
    const { err } = await run(`bulkhead explain --settings good.json ${given}`);
    expect(err).toContain(`error: ${problem}`);
    expect(err).toContain('\n  Give the path of a compose file, or - for standard input.\n');
  });

  test('is named <stdin> if it is too large', async () => {
    await file('good.json', good);
    const large = 'head -c 9999999 /dev/zero | bulkhead explain --settings good.json --compose -';
    expect((await run(large)).err).toMatch(/^error: <stdin> is too large for a compose file\n/);
  });
});

test('a pipe of the shell is read as a file is, once it is written', async () => {
  await file('bad.json', bad);
  expect(await run('bulkhead settings lint <(sleep 1; cat bad.json)')).toMatchObject({
    code: 1,
    err: '',
    out: expect.stringMatching(/^\/dev\/fd\/\d+:2:32: error: /),
  });
});

test('a file may have the name -', async () => {
  await file('-', bad);
  expect(await run('bulkhead settings lint ./-', good)).toMatchObject({ code: 1 });
});
