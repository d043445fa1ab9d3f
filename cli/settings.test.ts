import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-cli-');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const bulkhead = (...args: string[]) => runCommandLine(args, { env: { BULKHEAD_ROOT: root } });
const file = async (name: string, text: string | Uint8Array) => {
  await writeFile(path.join(root, name), text);
  return path.join(root, name);
};

describe('settings schema', () => {
  test('prints the published JSON Schema, without an engine', async () => {
    const published = path.resolve(import.meta.dirname, '../docs/admin-settings.schema.json');
    expect(await bulkhead('settings', 'schema')).toEqual({
      code: 0,
      out: await readFile(published, 'utf8'),
      err: '',
    });
    expect(await readdir(root)).toEqual([]);
  });
  test('--help explains its purpose', async () => {
    expect((await bulkhead('settings', 'schema', '--help')).out).toContain('"$schema": "./FILE"');
  });
});

describe('settings lint', () => {
  test('a valid file: exit 0; errors: exit 1 with line, column and caret; no such file: exit 2', async () => {
    expect(
      (await bulkhead('settings', 'lint', await file('good.json', '{ "configurationFileVersion": 2 }\n')))
        .code,
    ).toBe(0);
    const bad = await bulkhead(
      'settings',
      'lint',
      await file('bad.json', '{\n  "configurationFileVersion": 2,\n}\n'),
    );
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(/bad\.json:2:\d+: error: .*\[syntax\]\n {4}.*\n {4} *\^/);
    expect((await bulkhead('settings', 'lint', path.join(root, 'none.json'))).code).toBe(2);
  });
  test('--json is one document with the findings, also for a BOM; invalid UTF-8 is an error', async () => {
    const bom = await bulkhead(
      'settings',
      'lint',
      await file('bom.json', '\uFEFF{ "configurationFileVersion": 2 }\n'),
      '--json',
    );
    expect(bom.code).toBe(1);
    expect(JSON.parse(bom.out)).toMatchObject({ errors: 1, findings: [{ code: 'bom', severity: 'error' }] });
    const bytes = await bulkhead(
      'settings',
      'lint',
      await file('latin.json', Buffer.from([0x7b, 0xe4, 0x7d])),
      '--json',
    );
    expect(bytes).toMatchObject({ code: 1, out: '' });
    expect(JSON.parse(bytes.err)).toMatchObject({ error: { code: 'settings.unreadable' } });
  });
});

test.each([['settings', 'lint'], ['plan'], ['apply', '--yes']])(
  '%s %s gives no advice to move away what was named by mistake',
  async (...command) => {
    await file('admin-settings.json', '{}');
    const hint = 'Give the path of a settings file, - for standard input, or none to take the draft.';
    expect(await bulkhead(...command, '')).toEqual({
      code: 2,
      out: '',
      err: `error: there is no file ""\n  ${hint}\n`,
    });
    expect(await bulkhead(...command, '/dev/null')).toEqual({
      code: 1,
      out: '',
      err: `error: /dev/null could not be read: it is not a regular file\n  ${hint}\n`,
    });
  },
);

describe('settings set, show, history, rollback', () => {
  test('set edits the draft and never the applied settings', async () => {
    await file('admin-settings.json', '{\n\t"configurationFileVersion": 2, "mine": 1.50\n}\n');
    expect((await bulkhead('settings', 'set', '/enhancedContainerIsolation/value', 'true')).code).toBe(0);
    expect(await readFile(path.join(root, 'admin-settings.json'), 'utf8')).toBe(
      '{\n\t"configurationFileVersion": 2, "mine": 1.50\n}\n',
    );
    const shown = JSON.parse((await bulkhead('settings', 'show', '--json')).out) as { draft: string };
    expect(JSON.parse(shown.draft)).toMatchObject({ enhancedContainerIsolation: { value: true } });
    expect(shown.draft).toContain('1.50');
    expect((await bulkhead('settings', 'show', '--applied')).out).not.toContain('enhanced');
  });
  test('set reports the changes and their findings only', async () => {
    await file('admin-settings.json', '{\n  "configurationFileVersion": 2,\n  "zebra": 1\n}\n');
    const done = await bulkhead('settings', 'set', '/blockDockerLoad', '{"value":true}');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain('+   "blockDockerLoad"');
    const typo = await bulkhead('settings', 'set', '/enhancedContainerIsolation/value', 'yes');
    expect(typo).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /^error: the value of \/enhancedContainerIsolation\/value .*true or false.*\n.*--force/,
      ),
    });
    expect((await bulkhead('settings', 'show')).out).not.toContain('"yes"');
    expect(
      await bulkhead('settings', 'set', '/enhancedContainerIsolation/value', 'yes', '--force'),
    ).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^error: \/enhancedContainerIsolation\/value: .*true or false/),
    });
    expect((await bulkhead('settings', 'show')).out).toContain('"yes"');
    expect((await bulkhead('settings', 'set', '/blockDockerLoad/value', 'true')).out).toContain(
      'nothing changed',
    );
  });
  test('set refuses an unknown key, and names the closest known one; --force writes it', async () => {
    const set = ['settings', 'set', '/blockDockerLoda/value', 'true'];
    expect(await bulkhead(...set)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /^error: \/blockDockerLoda is not a known setting: did you mean \/blockDockerLoad\?\n.*--force/,
      ),
    });
    expect(await readdir(root)).not.toContain('admin-settings.draft.json');
    expect(await bulkhead(...set, '--force')).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^warning: \/blockDockerLoda: .*blockDockerLoad/),
    });
  });
  test('--unset removes; a missing key is no error; a value in addition is', async () => {
    await file('admin-settings.json', '{\n  "configurationFileVersion": 2,\n  "zebra": 1\n}\n');
    expect(await bulkhead('settings', 'set', '/zebra', '--unset')).toMatchObject({
      code: 0,
      out: expect.stringContaining('-   "zebra": 1'),
    });
    expect(await bulkhead('settings', 'set', '/not/there', '--unset')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing changed'),
    });
    expect((await bulkhead('settings', 'set', '/zebra', '1', '--unset')).code).toBe(2);
    expect((await bulkhead('settings', 'set', '/zebra')).code).toBe(2);
  });
  test('a value that is not JSON is a string', async () => {
    await bulkhead('settings', 'set', '/bulkhead/existingContainers', 'warn');
    expect((await bulkhead('settings', 'show')).out).toContain('"existingContainers": "warn"');
  });
  test.each([
    ['not text', Buffer.from([0xc3, 0x28, 0xff])],
    ['too large', Buffer.alloc(5 * 1024 * 1024, ' ')],
  ])('a roll back over a file that is %s makes a draft, which can be planned', async (_what, bytes) => {
    await file('admin-settings.json', bytes);
    expect((await bulkhead('plan')).err).toMatch(/Repair it, or restore an earlier version/);
    expect(await bulkhead('settings', 'rollback', '0')).toMatchObject({ code: 0, err: '' });
    expect(await readdir(root)).toContain('admin-settings.draft.json');
    expect((await bulkhead('plan')).out).toContain('its bytes are kept as version 1 of history');
  });
  test('a roll back over a directory is refused with the command that moves it away', async () => {
    const at = path.join(root, 'admin-settings.json');
    await mkdir(at);
    expect(await bulkhead('settings', 'rollback', '0')).toMatchObject({
      code: 1,
      err: expect.stringContaining(`mv ${at} ${at}.unusable`),
    });
    expect(await readdir(root)).not.toContain('admin-settings.draft.json');
  });
  test('bad pointers and versions are unusable arguments; a broken draft cannot be edited', async () => {
    expect((await bulkhead('settings', 'set', 'enhanced', 'true')).code).toBe(2);
    expect((await bulkhead('settings', 'rollback', 'last')).code).toBe(2);
    expect((await bulkhead('settings', 'rollback', '7')).err).toContain('no version 7');
    expect((await bulkhead('settings', 'diff', '0', '7')).err).toContain('no version 7');
    await file('admin-settings.json', '{ broken');
    expect(await bulkhead('settings', 'set', '/a', '1')).toMatchObject({
      code: 1,
      err: expect.stringContaining('error:'),
    });
    expect((await bulkhead('settings', 'history')).out).toContain('Nothing has been applied');
  });
  test('an unreadable settings file is reported by every command', async () => {
    await mkdir(path.join(root, 'admin-settings.json'));
    for (const command of [
      ['settings', 'show'],
      ['settings', 'set', '/a', '1'],
      ['plan'],
      ['settings', 'lint'],
    ]) {
      expect(await bulkhead(...command), command.join(' ')).toMatchObject({
        code: 1,
        err: expect.stringContaining('could not be read'),
      });
    }
    expect(await bulkhead('status')).toMatchObject({
      code: 1,
      out: expect.stringContaining('The next start locks down'),
    });
  });
});

test.each([
  ['no JSON', 'garbage', 'line 1, column 1: This is not JSON'],
  ['JSON of a wrong type', '{ "configurationFileVersion": 2, "bulkhead": 7 }', '/bulkhead'],
])('status exits with 1 and --check with 2 if the settings file is %s', async (_, text, why) => {
  await file('admin-settings.json', text);
  const status = await bulkhead('status');
  expect(status).toMatchObject({
    code: 1,
    out: expect.stringContaining('The next start locks down'),
  });
  expect(status.out).toContain(why);
  expect((await bulkhead('status', '--json')).code).toBe(1);
  expect(await bulkhead('status', '--check')).toMatchObject({
    code: 2,
    out: expect.stringMatching(/^CRITICAL: /),
  });
});

test('settings prefer stores an unlocked preference, reports its effect, refuses others', async () => {
  const eci = '/enhancedContainerIsolation/value';
  await file(
    'admin-settings.json',
    '{ "configurationFileVersion": 2, "enhancedContainerIsolation": { "locked": false, "value": true }, ' +
      '"blockDockerLoad": { "locked": true, "value": true } }',
  );
  expect(await bulkhead('settings', 'prefer', eci, 'false')).toMatchObject({
    code: 1,
    err: expect.stringContaining('there is no place for preferences yet'),
  });
  // As created by the gateway.
  await file('user-settings.json', '{ "version": 1 }');
  expect(await bulkhead('settings', 'prefer', eci, 'false')).toMatchObject({
    code: 0,
    out: expect.stringContaining('is in force until you clear it'),
  });
  expect(JSON.parse((await bulkhead('settings', 'prefer', eci, 'false', '--json')).out)).toMatchObject({
    eci: false,
    outcomes: { eci: 'in-force' },
  });
  expect((await bulkhead('settings', 'prefer', eci, 'true')).out).toContain(
    'the administrator has it so anyway',
  );
  expect((await bulkhead('settings', 'prefer', eci, '--clear')).out).toContain(
    "the administrator's default holds",
  );
  for (const wrong of [[eci], [eci, 'maybe'], [eci, 'false', '--clear'], ['/bulkhead/mode', 'true']])
    expect((await bulkhead('settings', 'prefer', ...wrong)).code, wrong.join(' ')).not.toBe(0);
});

describe('plan, apply, status without an engine', () => {
  test('plan shows the diff and what will happen, changing nothing', async () => {
    const wanted = await file(
      'wanted.json',
      '{\n  "configurationFileVersion": 2,\n  "filesharingAllowedDirectories": []\n}\n',
    );
    const before = await readdir(root);
    const plan = await bulkhead('plan', wanted);
    expect(plan.code).toBe(0);
    expect(plan.out).toMatch(/Version 0 becomes 1\./);
    expect(plan.out).toContain('+  "filesharingAllowedDirectories": []');
    expect(plan.out).toContain('Docker Engine starts');
    expect(await readdir(root)).toEqual(before);
    expect(JSON.parse((await bulkhead('plan', wanted, '--json')).out)).toMatchObject({
      fromVersion: 0,
      toVersion: 1,
      blocked: false,
      restartNeeded: true,
    });
  });
  test('with nothing to apply plan and apply report that, and succeed', async () => {
    const nothing = { code: 0, err: '', out: expect.stringMatching(/^There is nothing to apply\.\n/) };
    const wanted = await file('empty.json', '');
    expect(await bulkhead('plan', wanted)).toMatchObject(nothing);
    expect(await bulkhead('apply', wanted, '--yes')).toMatchObject(nothing);
    // Without a terminal there is nothing to confirm.
    expect(await bulkhead('apply', wanted)).toMatchObject(nothing);
  });
  test('with nothing to apply an interrupted apply still has to be confirmed', async () => {
    const wanted = await file('empty.json', '');
    await file('apply-journal.json', '{}');
    expect(await bulkhead('apply', wanted)).toMatchObject({ code: 1, out: '' });
    expect(JSON.parse((await bulkhead('apply', wanted, '--yes', '--json')).out)).toEqual({
      nothingToApply: true,
    });
  });
  test('a draft with errors blocks: exit 1 and the reason', async () => {
    const bad = await bulkhead('plan', await file('wanted.json', '{'));
    expect(bad.code).toBe(1);
    expect(bad.out).toContain('This cannot be applied');
  });
  test('without a terminal and without --yes nothing is applied', async () => {
    const wanted = await file('wanted.json', '{ "configurationFileVersion": 2 }');
    const before = await readdir(root);
    expect(await bulkhead('apply', wanted)).toMatchObject({ code: 1, err: expect.stringContaining('--yes') });
    const events = await bulkhead('apply', wanted, '--json', '--events');
    expect(JSON.parse(events.out)).toMatchObject({ error: { code: 'apply.not-confirmed' } });
    expect(await readdir(root)).toEqual(before);
  });
  test.each([
    ['engine', 'restart'],
    ['settings', 'history'],
    ['settings', 'show'],
    ['settings', 'lint'],
    ['containers', 'list'],
    ['containers', 'recreate', 'web'],
    ['verify'],
    ['trust', 'busybox'],
    ['explain', 'docker', 'run', '-v', '/etc:/etc', 'busybox'],
    ['audit'],
    ['audit', '--follow'],
    ['support-bundle', '--dry-run'],
  ])('without an engine `%s %s` says so, and creates nothing', async (...command) => {
    expect(await bulkhead(...command)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining(`there is no engine at ${root}`),
    });
    expect(await readdir(root)).toEqual([]);
  });
  test('audit of an engine that has denied nothing is no failure; a log that is missing is', async () => {
    await file('admin-settings.json', '{}');
    expect(await bulkhead('audit')).toEqual({
      code: 0,
      out: 'Nothing has been denied or changed yet.\n',
      err: '',
    });
    expect(await bulkhead('audit', '--json')).toEqual({ code: 0, out: '', err: '' });
    expect(await bulkhead('audit', '--file', path.join(root, 'none.jsonl'))).toEqual({
      code: 2,
      out: '',
      err: `error: there is no decision log ${root}/none.jsonl\n`,
    });
  });
  test('status without an engine fails; --check is unknown there, critical if it is down', async () => {
    expect(await bulkhead('status')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining(`there is no engine at ${root}`),
    });
    // Monitoring shows stdout only.
    expect(await bulkhead('status', '--check')).toMatchObject({
      code: 3,
      out: expect.stringContaining(`UNKNOWN: there is no engine at ${root}`) as string,
      err: '',
    });
    expect(await readdir(root)).toEqual([]);
    await file('admin-settings.json', '{}');
    expect(await bulkhead('status', '--check')).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^CRITICAL: Engine stopped/),
    });
  });
  test('status reports that the engine is stopped; scan that it does not respond', async () => {
    await file('admin-settings.json', '{}');
    expect(await bulkhead('status')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Engine stopped: nothing runs, nothing is checked\n/),
    });
    expect(JSON.parse((await bulkhead('status', '--json')).out)).toMatchObject({
      protection: 'stopped',
      eci: false,
      unprotected: null,
      engine: { phase: 'stopped' },
    });
    expect(await bulkhead('containers', 'list')).toMatchObject({
      code: 1,
      err: expect.stringContaining('engine start'),
    });
    expect(await bulkhead('apply', path.join(root, 'none.json'), '--yes')).toMatchObject({ code: 2 });
  });
});
