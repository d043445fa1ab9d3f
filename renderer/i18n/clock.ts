import { useSyncExternalStore } from 'react';

/** One clock for all ages on screen: a tick every 10 s while there are subscribers. */
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Sets the clock to now. Called when facts arrive: a verification must never seem to be in the future. */
export function tick(): void {
  now = Date.now();
  for (const each of listeners) each();
}

/** Ms since the epoch, advancing in steps of at most 10 s. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    // A first reader after a pause must not get an old time; within a render pass the value does not change.
    if (Date.now() - now > 10_000) now = Date.now();
    return now;
  });
}
