import { isDeepStrictEqual } from 'node:util';
import type { AppState } from '../../shared/ipc/app-state.ts';

/** The state displayed by the window. */
export interface StateStore {
  get(): AppState;
  /** Adds new parts; listeners get those that really changed, in one call. */
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
