import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { message } from '../../../shared/messages/message.ts';
import { followProgress, hasContainers, systemdStopMs } from './service-jobs.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const followed = (readProcessorMs: () => Promise<number | null>) =>
  followProgress({ limitMs: 60_000, totalMs: 1_800_000, intervalMs: 5_000, readProcessorMs });

/** An engine that uses `share` of a processor; null: that is not known. */
function follow(share: () => number | null) {
  let usedMs = 0;
  return followed(() => {
    const now = share();
    usedMs += (now ?? 0) * 5_000;
    return Promise.resolve(now === null ? null : usedMs);
  });
}

describe('an engine that starts or stops', () => {
  it('has all the time that it needs while it uses the processor', async () => {
    const { signal, end } = follow(() => 0.05);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(signal.aborted).toBe(false);
    end();
  });

  it.each([
    ['hardly uses the processor', 0.001],
    ['is not accounted for', null],
  ])('is given up after the limit if it %s', async (_, share) => {
    const { signal, reason, end } = follow(() => share);
    await vi.advanceTimersByTimeAsync(55_000);
    expect(signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(signal.aborted).toBe(true);
    expect(reason()).toEqual(message('system.no-progress', { seconds: 60 }));
    end();
  });

  it('is not given up where its processor time cannot be read every time', async () => {
    let checks = 0;
    const { signal, end } = follow(() => (checks++ % 2 === 0 ? 0.5 : null));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(signal.aborted).toBe(false);
    end();
  });

  it('has the whole limit from when it was last busy', async () => {
    let share = 0.5;
    const { signal, end } = follow(() => share);
    await vi.advanceTimersByTimeAsync(100_000);
    share = 0;
    await vi.advanceTimersByTimeAsync(55_000);
    expect(signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(signal.aborted).toBe(true);
    end();
  });

  it.each([
    ['it computes forever', () => Promise.resolve(performance.now())],
    ['its processor time can never be read', () => new Promise<null>(() => undefined)],
  ])('is given up eventually if %s', async (_, readProcessorMs) => {
    const { signal, reason, end } = followed(readProcessorMs);
    await vi.advanceTimersByTimeAsync(1_795_000);
    expect(signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(signal.aborted).toBe(true);
    expect(reason()).toEqual(message('system.not-within', { seconds: 1800 }));
    end();
  });

  it('is checked once at a time, however long that takes', async () => {
    let running = 0;
    let most = 0;
    const { signal, end } = followed(async () => {
      running += 1;
      most = Math.max(most, running);
      const usedMs = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      running -= 1;
      return usedMs;
    });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(signal.aborted).toBe(false);
    expect(most).toBe(1);
    end();
  });
});

describe('the stop of an engine', () => {
  it.each([
    ['1min 30s', 180_000],
    ['5min', 600_000],
    ['2h 500ms', 14_400_000],
    ['', 0],
    ['infinity', 0],
  ])("has the time of systemd's limit, %j", (timeoutStop, limitMs) => {
    expect(systemdStopMs(timeoutStop)).toBe(limitMs);
  });
});

describe('an engine that stops, and waits for its containers without working', () => {
  it('is not given up while they stop, and the wait is reported once', async () => {
    let hasAny = true;
    const onWait = vi.fn();
    const { signal, reason, end } = followProgress({
      ...{ limitMs: 60_000, totalMs: 1_800_000, intervalMs: 5_000, onWait },
      readProcessorMs: () => Promise.resolve(0),
      isWaiting: () => Promise.resolve(hasAny),
    });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(signal.aborted).toBe(false);
    expect(onWait).toHaveBeenCalledTimes(1);
    // What hangs after that is given up as before.
    hasAny = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reason()).toEqual(message('system.no-progress', { seconds: 60 }));
    end();
  });

  it('is given up after half an hour', async () => {
    const { reason, end } = followProgress({
      ...{ limitMs: 60_000, totalMs: 1_800_000, intervalMs: 5_000 },
      readProcessorMs: () => Promise.resolve(null),
      isWaiting: () => Promise.resolve(true),
    });
    await vi.advanceTimersByTimeAsync(1_800_000);
    expect(reason()).toEqual(message('system.not-within', { seconds: 1800 }));
    end();
  });
});

describe("containers of the machine's own engine", () => {
  const shim = (namespace: string, address: string) => [
    '/usr/bin/containerd-shim-runc-v2',
    '-namespace',
    namespace,
    '-id',
    'a',
    '-address',
    address,
  ];

  const own = shim('moby', '/run/containerd/containerd.sock');
  const root = '0\t0\t0\t0';
  it.each([
    [true, own, root],
    [true, shim('moby', '/var/run/docker/containerd/containerd.sock'), root],
    [false, shim('k8s.io', '/run/containerd/containerd.sock'), root],
    [false, shim('moby', '/run/bulkhead/0123456789/containerd/containerd.sock'), root],
    [
      false,
      ['/usr/bin/containerd', '-namespace', 'moby', '-address', '/run/containerd/containerd.sock'],
      root,
    ],
    // Any user can run a program with such arguments, and some of root's.
    [false, own, '1000\t1000\t1000\t1000'],
    [false, own, '1000\t0\t0\t0'],
  ])('run: %s, for a process %j of %j', async (expected, args, uids) => {
    const processes = await mkdtemp(path.join(tmpdir(), 'bulkhead-shims-'));
    await mkdir(path.join(processes, '4711'));
    await mkdir(path.join(processes, 'self'));
    await writeFile(path.join(processes, '4711', 'cmdline'), `${args.join('\0')}\0`);
    await writeFile(path.join(processes, '4711', 'status'), `Name:\ta\nUid:\t${uids}\nGid:\t0\t0\t0\t0\n`);
    expect(await hasContainers(processes)).toBe(expected);
    await rm(processes, { recursive: true });
  });
});
