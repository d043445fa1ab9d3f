import { describe, expect, it } from 'vitest';
import { ContainerMutex } from './container-mutex.ts';
import { UserLookups } from './user-lookups.ts';
import type { ExecState } from '../engine-api/engine-facts.ts';

const container = 'c'.repeat(64);

/** An engine whose execs are as far as `states` says. */
function engine() {
  const states = new Map<string, ExecState | null>();
  let inspections = 0;
  const lookups = new UserLookups((exec) => {
    inspections++;
    return Promise.resolve(states.get(exec) ?? null);
  });
  return { lookups, states, inspections: () => inspections };
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

  it('a disconnected client waits no longer', async () => {
    const { lookups } = engine();
    await lookups.beforeCopy(container);
    const disconnect = new AbortController();
    const exec = lookups.beforeExec(container, 'e', disconnect.signal);
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
