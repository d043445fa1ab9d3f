import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SupervisorEvents, type SupervisorEvent } from './supervisor-events.ts';

let events: SupervisorEvents;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  events = new SupervisorEvents();
});
afterEach(() => {
  events.close();
  vi.useRealTimers();
});

/** The next event, if there is one within `ms`. */
async function nextWithin(ms: number): Promise<SupervisorEvent | null> {
  let received: SupervisorEvent | null = null;
  void events.next().then((event) => {
    received = event;
  });
  await vi.advanceTimersByTimeAsync(ms);
  return received;
}

it('returns a retry when it is due', async () => {
  events.retryIn(2000);
  expect(await nextWithin(1999)).toBeNull();
  await vi.advanceTimersByTimeAsync(1);
  expect(await nextWithin(0)).toBeNull(); // only the first waiting call got it
});

it('returns no retry once a restart was requested meanwhile', async () => {
  events.retryIn(2000);
  events.push('restart');
  expect(await events.next()).toBe('restart');
  // The engine has started: the retry must not restart it.
  expect(await nextWithin(60_000)).toBeNull();
});

it('returns a restart once, including the events that it supersedes', async () => {
  events.push('engine-ended');
  events.push('restart');
  events.push('restart');
  expect(await events.next()).toBe('restart');
  expect(await nextWithin(0)).toBeNull();
});

it('returns only stop once that was requested, and leaves no timer behind', async () => {
  events.retryIn(30_000);
  events.push('restart');
  events.push('stop');
  expect(await events.next()).toBe('stop');
  expect(await events.next()).toBe('stop');
  expect(vi.getTimerCount()).toBe(0);
});

it('leaves no timer behind when it is closed', () => {
  events.retryIn(30_000);
  events.close();
  expect(vi.getTimerCount()).toBe(0);
});
