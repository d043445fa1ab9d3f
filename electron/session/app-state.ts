import { isDeepStrictEqual } from 'node:util';
import type { AppState } from '../../shared/ipc/app-state.ts';

/** The one truth about everything a window shows. */
export interface StateStore {
  get(): AppState;
  /** Takes new parts in; listeners hear of those that really changed, once, together. */
  set(parts: Partial<AppState>): void;
  onChange(listener: (parts: Partial<AppState>) => void): () => void;
}

export function stateStore(initial: AppState): StateStore {
  let state = initial;
  const listeners = new Set<(parts: Partial<AppState>) => void>();
  return {
    get: () => state,
    set(parts) {
      const changed = Object.fromEntries(
        Object.entries(parts).filter(
          ([key, value]) => !isDeepStrictEqual(value, state[key as keyof AppState]),
        ), // keys of a Partial<AppState>
      ) as Partial<AppState>;
      if (Object.keys(changed).length === 0) return;
      state = { ...state, ...changed };
      for (const listener of [...listeners]) listener(changed);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
