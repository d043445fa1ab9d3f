import { keepAllContainers } from '../../shared/apply/plan.ts';
import { withdrawsChoices } from './choices.ts';
import type { Snapshot } from './snapshot.ts';

/** The snapshot, and its subscribers. */
export interface SnapshotHolder {
  get(): Snapshot;
  set(part: Partial<Snapshot>): void;
  subscribe(listener: () => void): () => void;
}

/** Holds an empty snapshot at first. */
export function createSnapshotHolder(): SnapshotHolder {
  let snapshot: Snapshot = {
    app: null,
    loadError: null,
    draft: '',
    draftError: null,
    discarded: null,
    undo: [],
    redo: [],
    choices: keepAllContainers,
    changesMode: 'json',
    log: [],
  };
  const listeners = new Set<() => void>();
  return {
    get: () => snapshot,
    set(part) {
      const before = snapshot;
      snapshot = { ...before, ...part };
      if (withdrawsChoices(before, snapshot)) snapshot = { ...snapshot, choices: keepAllContainers };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
