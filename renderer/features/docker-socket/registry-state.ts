import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from '../../app/context.tsx';
import type { EntryAnswer } from '../../../shared/ipc/registry.ts';

/** What is known of an entry's registry: an answer, or that one is on its way. */
export type RegistryState = EntryAnswer | { readonly kind: 'asking' };

export interface Registry {
  /** Undefined: never asked. */
  stateOf(reference: string): RegistryState | undefined;
  /** Asks once; later calls for the same reference do nothing. */
  ask(reference: string): void;
  /** Asks for everything again, past every memory. */
  again(): void;
  readonly asked: number;
  readonly answered: number;
}

const nobody: Registry = { stateOf: () => undefined, ask: () => undefined, again: () => undefined, asked: 0, answered: 0 };
export const RegistryContext = createContext<Registry>(nobody);

/** Requests under way at once; main and its client keep their own limits for each registry. */
const atOnce = 4;

/** Asks registries for entries as they come into view, and keeps what was answered while the page is open. */
export function useRegistryAnswers(): Registry {
  const store = useStore();
  const [states, setStates] = useState<ReadonlyMap<string, RegistryState>>(new Map());
  const known = useRef({ asked: new Set<string>(), waiting: [] as { reference: string; again: boolean }[], running: 0, open: true });
  useEffect(() => {
    const { current } = known;
    current.open = true;
    return () => { current.open = false; };
  }, []);
  const pump = useCallback(() => {
    const { current } = known;
    while (current.running < atOnce) {
      const next = current.waiting.shift();
      if (next === undefined || !current.open) return;
      current.running++;
      void store.request('registry:resolve', { references: [next.reference], again: next.again }).then((answer) => {
        current.running--;
        if (!current.open) return;
        const got: RegistryState = answer.ok ? answer.value[0] ?? { kind: 'not-asked' } : { kind: 'unavailable', why: answer.error.reason ?? answer.error.message };
        setStates((before) => new Map(before).set(next.reference, got));
        pump();
      });
    }
  }, [store]);
  const put = useCallback((references: readonly string[], again: boolean) => {
    if (references.length === 0) return;
    known.current.waiting.push(...references.map((reference) => ({ reference, again })));
    setStates((before) => new Map([...before, ...references.map((reference) => [reference, { kind: 'asking' }] as const)]));
    pump();
  }, [pump]);
  const ask = useCallback((reference: string) => {
    if (known.current.asked.has(reference)) return;
    known.current.asked.add(reference);
    put([reference], false);
  }, [put]);
  const again = useCallback(() => {
    const waiting = new Set(known.current.waiting.map(({ reference }) => reference));
    put([...known.current.asked].filter((reference) => !waiting.has(reference)), true);
  }, [put]);
  return useMemo(() => ({
    stateOf: (reference) => states.get(reference), ask, again,
    asked: states.size, answered: [...states.values()].filter(({ kind }) => kind !== 'asking').length,
  }), [states, ask, again]);
}

/** What is known of one entry; asked for as soon as it is shown. Null asks for nothing. */
export function useRegistryState(reference: string | null): RegistryState | undefined {
  const registry = useContext(RegistryContext);
  const { ask } = registry;
  useEffect(() => { if (reference !== null) ask(reference); }, [ask, reference]);
  return reference === null ? undefined : registry.stateOf(reference);
}

/** `sha256:4f2a…` as people compare it: its first and last digits. */
export const shortDigest = (digest: string): string => {
  const hex = digest.slice(digest.indexOf(':') + 1);
  return `${hex.slice(0, 4)}…${hex.slice(-4)}`;
};
