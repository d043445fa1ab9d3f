import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processLiveness, type ProcessLivenessCheck } from './process-liveness.ts';
import { acquireLock } from './lock.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bh-lock-'));
  file = path.join(directory, 'apply.lock');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** The lock of a process with this one's pid and another start time, as before a restart of the machine. */
async function leaveLock(started: string | null): Promise<void> {
  const owner = JSON.parse(await readFile(file, 'utf8')) as { started: string };
  await writeFile(file, JSON.stringify({ ...owner, started: started ?? owner.started }));
}
const filetime = '133764520131234567';
const windows = (answer: { code: number | null; stdout: string }): ProcessLivenessCheck =>
  processLiveness('win32', () => Promise.resolve(answer));

describe.each([
  // The real ps, whose output on Linux is the same as on macOS.
  ['macOS', processLiveness('darwin'), 'Mon Jan  5 10:00:00 2026'],
  ['Windows (fake)', windows({ code: 0, stdout: `${filetime}\r\n` }), '133000000000000000'],
  ['Linux', processLiveness('linux'), '1'],
])('a lock on %s', (_system, liveness, earlier) => {
  it('excludes others while its process is running', async () => {
    const lock = await acquireLock(file, liveness);
    expect(lock).toMatchObject({ ok: true });
    expect(await acquireLock(file, liveness)).toMatchObject({
      ok: false,
      error: { code: 'apply.in-progress' },
    });
    if (lock.ok) await lock.value.release();
    expect(await acquireLock(file, liveness)).toMatchObject({ ok: true });
  });

  it('is taken over when another process has the pid now', async () => {
    expect(await acquireLock(file, liveness)).toMatchObject({ ok: true });
    await leaveLock(earlier);
    expect(await acquireLock(file, liveness)).toMatchObject({ ok: true });
    expect(await acquireLock(file, liveness)).toMatchObject({ ok: false });
  });

  it('is not taken over if only the pid of the process is known', async () => {
    await writeFile(file, JSON.stringify({ pid: process.ppid, started: '', boot: '', nonce: 'x' }));
    expect(await acquireLock(file, liveness)).toMatchObject({
      ok: false,
      error: { code: 'apply.in-progress' },
    });
    await writeFile(file, JSON.stringify({ pid: 4_194_304, started: '', boot: '', nonce: 'x' }));
    expect(await acquireLock(file, liveness)).toMatchObject({ ok: true });
  });
});

describe('the start time of a process on Windows', () => {
  it('is queried from the framework, and nothing is concluded without a result', async () => {
    const calls: string[] = [];
    const liveness = processLiveness('win32', (program, args) => {
      calls.push([program, ...args].join(' '));
      return Promise.resolve({ code: 0, stdout: filetime });
    });
    expect(await liveness.identify(12)).toEqual({ pid: 12, started: filetime, boot: '' });
    expect(calls[0]).toMatch(
      new RegExp(
        String.raw`^C:\\Windows\\System32\\WindowsPowerShell\\v1\.0\\powershell\.exe ` +
          String.raw`-NoProfile -NonInteractive -Command ` +
          String.raw`try \{ \$p = \[Diagnostics\.Process\]::GetProcessById\(12\) \}`,
      ),
    );
    const mine = { pid: process.pid, started: filetime, boot: '' };
    expect([
      await windows({ code: 0, stdout: 'none' }).isRunning(mine),
      await windows({ code: 1, stdout: '' }).isRunning(mine),
      await windows({ code: null, stdout: '' }).isRunning(mine),
    ]).toEqual([false, true, true]);
  });
});
