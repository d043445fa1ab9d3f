import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';
import { requires } from '../tests/support/requires.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-cli-');
  await mkdir(path.join(directory, 'engine'));
  await chmod(directory, 0o700);
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** As a user who may not enter `directory`, with settings on standard input. */
const bulkhead = (...args: string[]) =>
  runCommandLine(args, {
    env: { BULKHEAD_ROOT: path.join(directory, 'engine'), HOME: '/' },
    input: '{ "filesharingAllowedDirectories": [] }',
    uid: 65_534,
    gid: 65_534,
  });

// Only root can run it as another user.
describe.runIf(requires('root'))('an engine whose directory this user may not enter', () => {
  test('is not reported as stopped, and no apply as interrupted', async () => {
    const status = await bulkhead('status');
    expect(status).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^No response from the engine: what runs there is not known\n/),
    });
    expect(status.out).toContain(`This user may not enter ${directory}/engine`);
    expect(status.out).not.toMatch(/apply|engine start/);
    expect(JSON.parse((await bulkhead('engine', 'status', '--json')).out)).toMatchObject({
      phase: 'unreachable',
    });
    expect((await bulkhead('--lang', 'zh-CN', 'status')).out).toContain(`此用户无权进入 ${directory}/engine`);
  });

  test('is UNKNOWN for monitoring', async () => {
    expect(await bulkhead('status', '--check')).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^UNKNOWN: /),
    });
  });

  test('is not stopped by this user, and that fails', async () => {
    expect(await bulkhead('engine', 'stop')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('must be stopped by root'),
    });
  });
});

describe.runIf(requires('root'))('an engine whose directory this user may enter, but not change', () => {
  test.each([
    [['settings', 'set', '/enhancedContainerIsolation/value', 'true'], 'admin-settings.draft.json'],
    [['settings', 'rollback', '0'], 'admin-settings.draft.json'],
    [['apply', '/dev/fd/0', '--yes'], 'apply.lock'],
  ])('%j says what, why and what to do, without the name of a temporary file', async (args, name) => {
    const engine = path.join(directory, 'engine');
    await writeFile(path.join(engine, 'admin-settings.json'), '{ "configurationFileVersion": 2 }');
    await chmod(directory, 0o755);
    await chmod(engine, 0o711);
    expect(await bulkhead(...args)).toMatchObject({
      code: 1,
      err:
        `error: ${engine}/${name} could not be written: this user may not write in ${engine}\n` +
        '  Run as a user who may write there (root).\n',
    });
  });
});
