import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lxcfsHangWatch } from './lxcfs-script.ts';

let directory: string;
let programs: string;
let uptime: string;
let endScript: () => void = () => undefined;
beforeEach(() => {
  directory = mkdtempSync('/tmp/bh-lxcfs-');
  programs = mkdtempSync('/tmp/bh-lxcfs-programs-');
  uptime = path.join(directory, 'shared/files/proc/uptime');
  mkdirSync(path.dirname(uptime), { recursive: true });
  // A second of the watch is over when the test says so; its own program sleeps for real.
  writeFileSync(path.join(programs, 'seconds'), '');
  writeFileSync(
    path.join(programs, 'sleep'),
    `#!/bin/sh\n[ "$1" = 1 ] || exec /bin/sleep "$1"\n` +
      `cd ${programs}\necho $PPID $$ >> seconds\nnumber=$(wc -l < seconds)\n` +
      'until [ -e over-$number ]; do /bin/sleep 0.02; done\n',
    { mode: 0o755 },
  );
});
afterEach(() => {
  endScript();
  for (const one of [directory, programs]) rmSync(one, { recursive: true, force: true });
});

/** Runs the watch next to a program that takes the place of the script, as lxcfs does. */
function watched(run = directory) {
  const script = `${lxcfsHangWatch(1000)}\nset -eu\nexec sleep 1000`;
  const child = spawn('/bin/sh', ['-c', script, 'sh', run], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` },
  });
  const { pid = 0 } = child;
  endScript = () => {
    process.kill(-pid, 'SIGKILL');
  };
  let over = 0;
  const secondsBegun = () => readFileSync(path.join(programs, 'seconds'), 'utf8').trimEnd().split('\n');
  /** Resolves when the watch waits for its next second. */
  const waits = async () => {
    const begun = () => secondsBegun().filter((line) => line !== '').length;
    await expect.poll(begun, { interval: 5 }).toBe(over + 1);
  };
  /** Resolves when its reads have ended: it has no other child than the program that waits. */
  const hasRead = async () => {
    await waits();
    const [watch, sleeping] = secondsBegun().at(-1)?.split(' ') ?? [];
    const children = () => readFileSync(`/proc/${watch}/task/${watch}/children`, 'utf8').trim();
    await expect.poll(children, { interval: 5 }).toBe(sleeping);
  };
  /** Ends its second. */
  const tick = async () => {
    await waits();
    over += 1;
    writeFileSync(path.join(programs, `over-${over}`), '');
  };
  const expectRunning = async () => {
    for (let seconds = 0; seconds < 3; seconds++) {
      await hasRead();
      await tick();
    }
    await waits();
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  };
  return { child, pid, ended: once(child, 'exit'), waits, tick, expectRunning };
}

it('an lxcfs that does not serve two reads in a row is killed, with the reason', async () => {
  // Opening a FIFO that nobody writes to blocks, as reads of a hung lxcfs do.
  execFileSync('mkfifo', [uptime]);
  const { child, pid, ended, tick } = watched();
  const logged = text(child.stderr);
  // The first one begins after a second.
  for (let seconds = 0; seconds < 3; seconds++) await tick();
  expect((await ended)[1]).toBe('SIGKILL');
  // Its death ends the reads, and with them the output.
  writeFileSync(uptime, '1.00 1.00\n');
  expect(await logged).toBe(`lxcfs (pid ${pid}) hangs; it is killed and started again\n`);
  endScript = () => undefined;
});

it('an lxcfs that is late once is not killed', async () => {
  execFileSync('mkfifo', [uptime]);
  const { tick, waits, expectRunning } = watched();
  await tick();
  await tick();
  // The first read was late, and the second one has begun.
  await waits();
  const writer = openSync(uptime, constants.O_RDWR);
  rmSync(uptime);
  writeFileSync(uptime, '1.00 1.00\n');
  closeSync(writer);
  await expectRunning();
});

it('an lxcfs is not read before the mount of its predecessor, which may hang, is gone', async () => {
  execFileSync('mkfifo', [uptime]);
  const { waits, expectRunning } = watched();
  await waits();
  // Nobody has the FIFO open, or is opening it.
  expect(() => openSync(uptime, constants.O_WRONLY | constants.O_NONBLOCK)).toThrow('ENXIO');
  rmSync(uptime);
  await expectRunning();
});

it('an lxcfs whose directory does not exist yet, as after a boot, is not', async () => {
  rmSync(directory, { recursive: true });
  await watched().expectRunning();
});

it('an lxcfs whose response cannot be noted, as on a full file system, is not', async () => {
  await watched('/proc/none').expectRunning();
});

it.each([['serves reads', true] as const, ['is not mounted', false] as const])(
  'an lxcfs that %s is not',
  async (_, isMounted) => {
    if (isMounted) writeFileSync(uptime, '1.00 1.00\n');
    await watched().expectRunning();
  },
);
