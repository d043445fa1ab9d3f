import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileLocks, locksFile } from '../base/file-locks.ts';
import { measureSlownessBy } from '../base/time-limit.ts';
import { ContainerMutex } from './container-mutex.ts';
import { UserLookups } from './user-lookups.ts';
import type { ExecState } from '../engine-api/engine-facts.ts';

const container = 'c'.repeat(64);
let directory: string;
let opened: FileLocks[];
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-lookups-'));
  opened = [];
});
afterEach(async () => {
  vi.useRealTimers();
  measureSlownessBy(() => Promise.resolve(1));
  for (const locks of opened) locks.close();
  await rm(directory, { recursive: true });
});

/** An engine whose execs have the given `states`. */
function engine() {
  const states = new Map<string, ExecState | null>();
  let inspections = 0;
  /** The look-ups of another gateway: it shares nothing with the first but the state directory. */
  const gateway = () => {
    const locks = new FileLocks(locksFile(directory));
    opened.push(locks);
    const lookups = new UserLookups(
      (exec) => {
        inspections++;
        return Promise.resolve(states.get(exec) ?? null);
      },
      locks,
      () => undefined,
    );
    /** As the kernel does with the process's descriptors. */
    const kill = () => {
      locks.close();
    };
    const tries = vi.spyOn(locks, 'tryLock');
    const looks = vi.spyOn(locks, 'isHeldElsewhere');
    /** How often it has tried to get a lock, asked for one, or queried the engine. */
    const polls = () => tries.mock.calls.length + looks.mock.calls.length + inspections;
    return { lookups, kill, polls, looks };
  };
  const first = gateway();
  return { ...first, gateway, states, inspections: () => inspections };
}

/** Whether a promise is settled when the gateway that it waits in has polled several times more. */
async function isDoneSoon(
  promise: Promise<unknown>,
  { polls }: { readonly polls: () => number },
): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  const before = polls();
  await vi.waitUntil(() => done || polls() >= before + 6, { timeout: 20_000, interval: 5 });
  return done || isDone(promise);
}

/** Whether a promise is settled once everything that waits for nothing has run. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe('starts of execs and beginnings of copies (A5)', () => {
  it('an exec waits for beginning copies, and precedes later ones', async () => {
    const { lookups } = engine();
    const release = await lookups.beforeCopy(container);
    const exec = lookups.beforeExec(container, 'e');
    const later = lookups.beforeCopy(container);
    expect(await isDone(exec)).toBe(false);
    expect(await isDone(later)).toBe(false);
    release();
    const settled = await exec;
    expect(await isDone(later)).toBe(false);
    settled();
    await expect(later).resolves.toBeTypeOf('function');
  });

  it('a copy waits while the engine looks a user up, and no longer', async () => {
    const { lookups, states } = engine();
    states.set('e', 'starting');
    const settled = await lookups.beforeExec(container, 'e');
    settled();
    const copy = lookups.beforeCopy(container);
    expect(await isDone(copy)).toBe(false);
    states.set('e', 'started');
    await expect(copy).resolves.toBeTypeOf('function');
  });

  it('an exec that was stopped with its container counts until the response to its start', async () => {
    const { lookups } = engine();
    const settled = await lookups.beforeExec(container, 'gone');
    const copy = lookups.beforeCopy(container);
    expect(await isDone(copy)).toBe(false);
    settled();
    await expect(copy).resolves.toBeTypeOf('function');
  });

  it('an exec whose start was refused, or whose client disconnected before, delays nothing', async () => {
    const { lookups, states } = engine();
    states.set('paused', 'created');
    (await lookups.beforeExec(container, 'paused'))();
    await expect(lookups.beforeCopy(container)).resolves.toBeTypeOf('function');
  });

  it('too many execs in their start are refused, after one query of each', async () => {
    const { lookups, states, inspections } = engine();
    for (let i = 0; i < 64; i++) {
      states.set(`e${i}`, 'starting');
      await lookups.beforeExec(container, `e${i}`);
    }
    expect(inspections()).toBe(0);
    await expect(lookups.beforeExec(container, 'one more')).rejects.toThrow('too many commands');
    expect(inspections()).toBe(64);
    await expect(lookups.beforeExec('d'.repeat(64), 'elsewhere')).resolves.toBeTypeOf('function');
  });

  it('an exec waits no longer on a slow machine: its body may hold a turn meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    measureSlownessBy(() => Promise.resolve(20));
    const { lookups } = engine();
    const endCopy = await lookups.beforeCopy(container);
    const refused = lookups.beforeExec(container, 'exec').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(30_000);
    endCopy();
    expect(await refused).toMatchObject({ message: expect.stringContaining('nothing was run') as string });
  });

  it('a disconnected client waits no longer', async () => {
    const { lookups } = engine();
    await lookups.beforeCopy(container);
    const disconnect = new AbortController();
    const exec = lookups.beforeExec(container, 'e', disconnect.signal);
    disconnect.abort();
    await expect(exec).rejects.toThrow();
  });
});

describe.runIf(process.platform === 'linux')('starts of execs and copies by two gateways (A5)', () => {
  it('an exec waits for the beginning copy of the other one', async () => {
    const { lookups, gateway } = engine();
    const other = gateway();
    const release = await lookups.beforeCopy(container);
    const exec = other.lookups.beforeExec(container, 'e');
    expect(await isDoneSoon(exec, other)).toBe(false);
    await expect(other.lookups.beforeExec('d'.repeat(64), 'elsewhere')).resolves.toBeTypeOf('function');
    release();
    await expect(exec).resolves.toBeTypeOf('function');
  });

  it('a copy waits while the engine looks a user up for the other one, and no longer', async () => {
    const { lookups, gateway, states } = engine();
    states.set('e', 'starting');
    await lookups.beforeExec(container, 'e'); // an attached one: it is not settled before its end
    const other = gateway();
    const copy = other.lookups.beforeCopy(container);
    expect(await isDoneSoon(copy, other)).toBe(false);
    states.set('e', 'started');
    await expect(copy).resolves.toBeTypeOf('function');
  });

  it('copies of both wait for each other, and each for its own execs', async () => {
    const { lookups, polls, gateway, states } = engine();
    const other = gateway();
    states.set('e', 'starting');
    await other.lookups.beforeExec(container, 'e');
    const first = other.lookups.beforeCopy(container);
    const second = lookups.beforeCopy(container);
    expect(await isDoneSoon(first, other)).toBe(false);
    states.set('e', 'started');
    const release = await first;
    expect(await isDoneSoon(second, { polls })).toBe(false);
    release();
    await expect(second).resolves.toBeTypeOf('function');
  });

  it('nothing waits for a gateway that was killed', async () => {
    const { lookups, gateway, states } = engine();
    states.set('e', 'starting');
    const starting = gateway();
    await starting.lookups.beforeExec(container, 'e');
    starting.kill();
    const copying = gateway();
    await copying.lookups.beforeCopy(container);
    copying.kill();
    await expect(lookups.beforeCopy(container)).resolves.toBeTypeOf('function');
  });

  it('without another gateway the engine is not asked about execs', async () => {
    const { lookups, looks, states, inspections } = engine();
    states.set('e', 'starting');
    await lookups.beforeExec(container, 'e');
    // It has looked whether a copy of another one waits.
    await expect.poll(() => looks.mock.calls.some(([kind]) => kind === 'beginning')).toBe(true);
    expect(inspections()).toBe(0);
  });

  it('a disconnected client waits no longer for the other one', async () => {
    const { lookups, gateway } = engine();
    await lookups.beforeCopy(container);
    const disconnect = new AbortController();
    const exec = gateway().lookups.beforeExec(container, 'e', disconnect.signal);
    disconnect.abort();
    await expect(exec).rejects.toThrow();
  });
});

describe('copies of one container', () => {
  it('are serialized, whichever client disconnects in between', async () => {
    const mutex = new ContainerMutex();
    const first = await mutex.acquire(container);
    const disconnect = new AbortController();
    const second = mutex.acquire(container, disconnect.signal);
    const third = mutex.acquire(container);
    disconnect.abort();
    await expect(second).rejects.toThrow();
    expect(await isDone(third)).toBe(false);
    await expect(mutex.acquire('other')).resolves.toBeTypeOf('function');
    first();
    first();
    await expect(third).resolves.toBeTypeOf('function');
  });

  it('that fails lets the next one start, and rejects for its own caller only', async () => {
    const mutex = new ContainerMutex();
    const failing = mutex.run(container, () => Promise.reject(new Error('no')));
    const next = mutex.run(container, () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});
