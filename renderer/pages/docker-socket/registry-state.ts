import { createContext, use, useEffect, useState, useSyncExternalStore } from 'react';
import { useStore } from '../../state/context.tsx';
import type { AppStore } from '../../state/snapshot.ts';
import type { EntryLookupResult } from '../../../shared/ipc/registry.ts';

/** State of an entry's registry lookup: its result, or that it is pending. */
export type RegistryState = EntryLookupResult | { readonly kind: 'querying' };

/** Progress of the registry lookups. */
export interface Progress {
  readonly requested: number;
  readonly completed: number;
}

/**
 * Results of registry lookups. A component subscribes to its own entry: a list of hundreds is not rendered
 * again for each result.
 */
export interface Registry {
  subscribe(listener: () => void): () => void;
  /** Undefined: not requested yet. */
  stateOf(reference: string): RegistryState | undefined;
  progress(): Progress;
  /** Starts the lookup once; later calls for the same reference do nothing. */
  load(reference: string): void;
  /** Repeats every lookup without the caches. */
  refresh(): void;
}

const querying: RegistryState = { kind: 'querying' };
const noProgress: Progress = { requested: 0, completed: 0 };
const inactiveRegistry: Registry = {
  subscribe: () => () => undefined,
  stateOf: () => undefined,
  progress: () => noProgress,
  load: () => undefined,
  refresh: () => undefined,
};
export const RegistryContext = createContext<Registry>(inactiveRegistry);

/** Concurrent requests; main and its client have their own limits per registry. */
const atOnce = 4;

/** Looks entries up in their registries as they come into view; results are cached while the page is open. */
export function useRegistry(): Registry {
  const store = useStore();
  const [{ registry, open, close }] = useState(() => registryOf(store));
  useEffect(() => {
    open();
    return close;
  }, [open, close]);
  return registry;
}

function registryOf(store: AppStore): {
  readonly registry: Registry;
  readonly open: () => void;
  readonly close: () => void;
} {
  const states = new Map<string, RegistryState>();
  const listeners = new Set<() => void>();
  const waiting: { readonly reference: string; readonly refresh: boolean }[] = [];
  let progress = noProgress;
  let running = 0;
  let isOpen = true;
  const changed = () => {
    progress = {
      requested: states.size,
      completed: [...states.values()].filter(({ kind }) => kind !== 'querying').length,
    };
    for (const listener of listeners) listener();
  };
  const pump = () => {
    while (isOpen && running < atOnce) {
      const next = waiting.shift();
      if (next === undefined) return;
      running++;
      void store
        .request('registry:resolve', { references: [next.reference], again: next.refresh })
        .then((result) => {
          running--;
          if (!isOpen) return;
          states.set(
            next.reference,
            result.ok
              ? (result.value[0] ?? { kind: 'not-queried' })
              : { kind: 'unavailable', why: result.error.reason ?? result.error.message },
          );
          changed();
          pump();
        });
    }
  };
  const enqueue = (references: readonly string[], refresh: boolean) => {
    if (references.length === 0) return;
    waiting.push(...references.map((reference) => ({ reference, refresh })));
    for (const reference of references) states.set(reference, querying);
    changed();
    pump();
  };
  return {
    registry: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => {
          listeners.delete(listener);
        };
      },
      stateOf: (reference) => states.get(reference),
      progress: () => progress,
      load: (reference) => {
        if (!states.has(reference)) enqueue([reference], false);
      },
      refresh: () => {
        const already = new Set(waiting.map(({ reference }) => reference));
        enqueue(
          [...states.keys()].filter((reference) => !already.has(reference)),
          true,
        );
      },
    },
    open: () => {
      isOpen = true;
      pump();
    },
    close: () => {
      isOpen = false;
    },
  };
}

/** Result of one entry's lookup, without starting one; null: no entry. */
export function useCachedState(reference: string | null): EntryLookupResult | undefined {
  const { subscribe, stateOf } = use(RegistryContext);
  return useSyncExternalStore(subscribe, () => {
    const state = reference === null ? undefined : stateOf(reference);
    return state?.kind === 'querying' ? undefined : state;
  });
}

/**
 * State of one entry, which is looked up as soon as it is shown; null: no entry. Pending from the start, so
 * that no row is rendered again because its lookup begins.
 */
export function useRegistryState(reference: string | null): RegistryState | undefined {
  const { load } = use(RegistryContext);
  useEffect(() => {
    if (reference !== null) load(reference);
  }, [load, reference]);
  const result = useCachedState(reference);
  return reference === null ? undefined : (result ?? querying);
}

export function useRegistryProgress(): Progress {
  const registry = use(RegistryContext);
  return useSyncExternalStore(registry.subscribe, registry.progress);
}

/** `sha256:4f2a…`: its first and last digits, as people compare digests. */
export const shortDigest = (digest: string): string => {
  const hex = digest.slice(digest.indexOf(':') + 1);
  return `${hex.slice(0, 4)}…${hex.slice(-4)}`;
};
