import { createContext, use, useEffect, useState, useSyncExternalStore } from 'react';
import { useStore } from '../../state/context.tsx';
import type { AppStore } from '../../state/snapshot.ts';
import type { EntryAnswer } from '../../../shared/ipc/registry.ts';

/** What is known of an entry's registry: an answer, or that one is on its way. */
export type RegistryState = EntryAnswer | { readonly kind: 'asking' };

/** How far the registries were asked. */
export interface Progress {
  readonly asked: number;
  readonly answered: number;
}

/**
 * What registries said. Who shows one entry hears of that entry alone: a list of hundreds is not drawn again
 * for each answer.
 */
export interface Registry {
  subscribe(listener: () => void): () => void;
  /** Undefined: never asked. */
  stateOf(reference: string): RegistryState | undefined;
  progress(): Progress;
  /** Asks once; later calls for the same reference do nothing. */
  ask(reference: string): void;
  /** Asks for everything again, past every memory. */
  again(): void;
}

const nothing: Progress = { asked: 0, answered: 0 };
const nobody: Registry = {
  subscribe: () => () => undefined,
  stateOf: () => undefined,
  progress: () => nothing,
  ask: () => undefined,
  again: () => undefined,
};
export const RegistryContext = createContext<Registry>(nobody);

/** Requests under way at once; main and its client keep their own limits for each registry. */
const atOnce = 4;

/** Asks registries for entries as they come into view, and keeps what was answered while the page is open. */
export function useRegistryAnswers(): Registry {
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
  const waiting: { readonly reference: string; readonly again: boolean }[] = [];
  let progress = nothing;
  let running = 0;
  let isOpen = true;
  const changed = () => {
    progress = {
      asked: states.size,
      answered: [...states.values()].filter(({ kind }) => kind !== 'asking').length,
    };
    for (const listener of listeners) listener();
  };
  const pump = () => {
    while (isOpen && running < atOnce) {
      const next = waiting.shift();
      if (next === undefined) return;
      running++;
      void store
        .request('registry:resolve', { references: [next.reference], again: next.again })
        .then((answer) => {
          running--;
          if (!isOpen) return;
          states.set(
            next.reference,
            answer.ok
              ? (answer.value[0] ?? { kind: 'not-asked' })
              : { kind: 'unavailable', why: answer.error.reason ?? answer.error.message },
          );
          changed();
          pump();
        });
    }
  };
  const put = (references: readonly string[], again: boolean) => {
    if (references.length === 0) return;
    waiting.push(...references.map((reference) => ({ reference, again })));
    for (const reference of references) states.set(reference, { kind: 'asking' });
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
      ask: (reference) => {
        if (!states.has(reference)) put([reference], false);
      },
      again: () => {
        const already = new Set(waiting.map(({ reference }) => reference));
        put(
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

/** What is known of one entry, without asking; null is none. */
export function useKnownState(reference: string | null): RegistryState | undefined {
  const registry = use(RegistryContext);
  return useSyncExternalStore(registry.subscribe, () =>
    reference === null ? undefined : registry.stateOf(reference),
  );
}

/** What is known of one entry; asked for as soon as it is shown. Null asks for nothing. */
export function useRegistryState(reference: string | null): RegistryState | undefined {
  const { ask } = use(RegistryContext);
  useEffect(() => {
    if (reference !== null) ask(reference);
  }, [ask, reference]);
  return useKnownState(reference);
}

export function useRegistryProgress(): Progress {
  const registry = use(RegistryContext);
  return useSyncExternalStore(registry.subscribe, registry.progress);
}

/** `sha256:4f2a…` as people compare it: its first and last digits. */
export const shortDigest = (digest: string): string => {
  const hex = digest.slice(digest.indexOf(':') + 1);
  return `${hex.slice(0, 4)}…${hex.slice(-4)}`;
};
