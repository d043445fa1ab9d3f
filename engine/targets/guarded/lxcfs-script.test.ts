import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lxcfsHangWatch } from './lxcfs-script.ts';

let directory: string;
let uptime: string;
let endScript: () => void = () => undefined;
beforeEach(() => {
  directory = mkdtempSync('/tmp/bh-lxcfs-');
  uptime = path.join(directory, 'shared/files/proc/uptime');
  mkdirSync(path.dirname(uptime), { recursive: true });
});
afterEach(() => {
  endScript();
  rmSync(directory, { recursive: true });
});

/** Runs the watch next to a program that takes the place of the script, as lxcfs does. */
function watched(seconds: number, run = directory) {
  const script = `${lxcfsHangWatch(1000)}\nset -eu\nexec sleep ${seconds}`;
  const child = spawn('/bin/sh', ['-c', script, 'sh', run], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { pid = 0 } = child;
  endScript = () => {
    process.kill(-pid, 'SIGKILL');
  };
  return { child, pid, ended: once(child, 'exit') };
}

it('an lxcfs that does not serve two reads in a row is killed, with the reason', async () => {
  // Opening a FIFO that nobody writes to blocks, as reads of a hung lxcfs do.
  execFileSync('mkfifo', [uptime]);
  const { child, pid, ended } = watched(1000);
  const logged = text(child.stderr);
  expect((await ended)[1]).toBe('SIGKILL');
  // Its death ends the reads, and with them the output.
  writeFileSync(uptime, '1.00 1.00\n');
  expect(await logged).toBe(`lxcfs (pid ${pid}) hangs; it is killed and started again\n`);
  endScript = () => undefined;
});

it('an lxcfs that is late once is not killed', async () => {
  execFileSync('mkfifo', [uptime]);
  const { ended } = watched(7);
  await sleep(2_500); // The first read began after 1 s and was late after 2.
  const writer = openSync(uptime, constants.O_RDWR);
  rmSync(uptime);
  writeFileSync(uptime, '1.00 1.00\n');
  closeSync(writer);
  expect((await ended)[0]).toBe(0);
});

it('an lxcfs is not read before the mount of its predecessor, which may hang, is gone', async () => {
  execFileSync('mkfifo', [uptime]);
  const { ended } = watched(5);
  await sleep(500);
  // Nobody has the FIFO open, or is opening it.
  expect(() => openSync(uptime, constants.O_WRONLY | constants.O_NONBLOCK)).toThrow('ENXIO');
  rmSync(uptime);
  expect((await ended)[0]).toBe(0);
});

it('an lxcfs whose directory does not exist yet, as after a boot, is not', async () => {
  rmSync(directory, { recursive: true });
  const { ended } = watched(4);
  expect((await ended)[0]).toBe(0);
});

it('an lxcfs whose response cannot be noted, as on a full file system, is not', async () => {
  const { ended } = watched(4, '/proc/none');
  expect((await ended)[0]).toBe(0);
});

it.each([['serves reads', true] as const, ['is not mounted', false] as const])(
  'an lxcfs that %s is not',
  async (_, isMounted) => {
    if (isMounted) writeFileSync(uptime, '1.00 1.00\n');
    const { ended } = watched(4);
    expect((await ended)[0]).toBe(0);
  },
);
