import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine, runShellScript } from '../tests/support/command-line.ts';
import { message } from '../shared/messages/message.ts';
import { loadTranslator } from '../shared/messages/translator.ts';
import { selectEngine } from './select-engine.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp("/tmp/bh-cli alice's-");
  await writeFile(path.join(root, 'admin-settings.json'), '{ "configurationFileVersion": 2 }');
});
afterEach(async () => {
  selectEngine({});
  await rm(root, { recursive: true, force: true });
});

/** No variable names an engine. */
const bulkhead = (...args: string[]) => runCommandLine(args, { env: { BULKHEAD_ROOT: undefined } });

test('a command that is advised names the engine, and works as it stands', async () => {
  const { out } = await bulkhead('settings', 'set', '/blockDockerLoad/value', 'true', '--root', root);
  const [advised = ''] = /bulkhead plan .*/.exec(out) ?? [];
  expect(advised).toMatch(/--root '.*'$/);
  expect(await runShellScript(advised)).toMatchObject({
    code: 0,
    out: expect.stringContaining('blockDockerLoad') as string,
  });
  const prompted = await bulkhead('apply', '--root', root);
  expect(prompted).toMatchObject({ code: 1, err: expect.stringContaining(`(${advised})`) as string });
  const { err } = await bulkhead('settings', 'rollback', 'nine', '--root', root, '--json');
  expect(err).toContain('bulkhead settings history --root');
  expect(await readFile(path.join(root, 'admin-settings.json'), 'utf8')).not.toContain('blockDockerLoad');
});

describe('the commands in sentences', () => {
  const restore = message('cli-status.restore', { version: 7 });
  const audit = () => message('cli-status.audit').text;

  test.each([
    [{ target: 'docker-desktop' }, ' --target docker-desktop'],
    [{ root: '/srv/my engine' }, " --root '/srv/my engine'"],
    [{ root: '/srv/{{version}}' }, " --root '/srv/{{version}}'"],
    [{ root: '/srv/a', target: 'system' }, ' --target system'],
    [{ root: ' ' }, ''],
    [{}, ''],
  ])('are about the engine of %j, in both languages', async (options, engine) => {
    selectEngine(options);
    const command = `bulkhead settings rollback 7${engine} && bulkhead apply${engine}`;
    expect(message('cli-status.restore', { version: 7 }).text).toBe(`Restore version 7: ${command}`);
    expect((await loadTranslator('zh-CN'))(restore)).toBe(`恢复版本 7：${command}`);
    expect(audit()).toContain(`(bulkhead audit${engine})`);
  });
});
