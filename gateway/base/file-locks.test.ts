import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLocks, locksFile } from './file-locks.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-locks-'));
});
afterEach(() => rm(directory, { recursive: true }));

const open = () => new FileLocks(locksFile(path.join(directory, 'state')));
const module = JSON.stringify(path.join(import.meta.dirname, 'file-locks.ts'));

describe.runIf(process.platform === 'linux')('locks that exclude other gateways', () => {
  it('are held by one of them, for one name of one kind', () => {
    const [one, other] = [open(), open()];
    expect(one.tryLock('copy', 'a', 'write')).toBe(true);
    expect(one.tryLock('copy', 'a', 'write')).toBe(true);
    expect(one.isHeldElsewhere('copy', 'a')).toBe(false);
    expect(other.tryLock('copy', 'a', 'write')).toBe(false);
    expect(other.tryLock('copy', 'a', 'read')).toBe(false);
    expect(other.isHeldElsewhere('copy', 'a')).toBe(true);
    expect(other.tryLock('copy', 'b', 'write')).toBe(true);
    expect(other.tryLock('build', 'a', 'write')).toBe(true);
    other.unlock('copy', 'a');
    expect(other.tryLock('copy', 'a', 'write')).toBe(false);
    one.unlock('copy', 'a');
    expect(other.tryLock('copy', 'a', 'write')).toBe(true);
  });

  it('may be shared', () => {
    const [one, other] = [open(), open()];
    expect(one.tryLock('execs', 'a', 'read')).toBe(true);
    expect(other.tryLock('execs', 'a', 'read')).toBe(true);
    expect(other.tryLock('execs', 'a', 'write')).toBe(false);
    one.unlock('execs', 'a');
    expect(other.tryLock('execs', 'a', 'write')).toBe(true);
  });

  it('tell whether there is another gateway', () => {
    const one = open();
    expect(one.hasOthers()).toBe(false);
    const other = open();
    expect(one.hasOthers()).toBe(true);
    other.close();
    expect(one.hasOthers()).toBe(false);
  });

  it('that are held outlast the end of the gateway, until each is released', () => {
    const [one, other] = [open(), open()];
    for (const kind of ['copy', 'beginning'] as const) one.tryLock(kind, 'a', 'write');
    one.tryLock('execs', 'a', 'read');
    one.unlock('execs', 'a');
    one.closeWhenUnused();
    expect(one.tryLock('copy', 'b', 'write')).toBe(false);
    one.unlock('beginning', 'a');
    expect(other.tryLock('beginning', 'a', 'write')).toBe(true);
    expect(other.tryLock('copy', 'a', 'write')).toBe(false);
    expect(other.hasOthers()).toBe(true);
    one.unlock('copy', 'a');
    expect(other.tryLock('copy', 'a', 'write')).toBe(true);
    expect(other.hasOthers()).toBe(false);
  });

  it('that are closed are not free', () => {
    const one = open();
    one.close();
    expect(one.tryLock('copy', 'a', 'write')).toBe(false);
    expect(one.isHeldElsewhere('copy', 'a')).toBe(true);
    one.unlock('copy', 'a');
  });

  it('need one file, which only root may use', async () => {
    const locks = open();
    for (const name of ['a', 'b', 'c']) locks.tryLock('build', name, 'write');
    expect(await readdir(path.join(directory, 'state'))).toEqual(['gateway-locks']);
    expect((await stat(locksFile(path.join(directory, 'state')))).mode & 0o777).toBe(0o600);
  });

  it('end with a process that is killed', async () => {
    const script = `const { FileLocks } = await import(${module});
      const locks = new FileLocks(process.argv[1]);
      console.log(locks.tryLock('copy', 'a', 'write') && locks.tryLock('execs', 'a', 'read'));
      setInterval(() => undefined, 1000);`;
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, locksFile(path.join(directory, 'state'))],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    expect(String((await once(child.stdout, 'data'))[0])).toBe('true\n');
    const locks = open();
    expect(locks.tryLock('copy', 'a', 'write')).toBe(false);
    expect(locks.isHeldElsewhere('execs', 'a')).toBe(true);
    expect(locks.hasOthers()).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(locks.tryLock('copy', 'a', 'write')).toBe(true);
    expect(locks.tryLock('execs', 'a', 'write')).toBe(true);
    expect(locks.hasOthers()).toBe(false);
  });
});
