import { createContext, use, useSyncExternalStore, type ReactNode } from 'react';
import type { AppState } from '../../shared/ipc/contract.ts';
import { deriveDraft, type DraftView } from './draft-view.ts';
import type { AppStore, Snapshot } from './store.ts';

const StoreContext = createContext<AppStore | null>(null);

export function StoreProvider({ store, children }: { readonly store: AppStore; readonly children: ReactNode }) {
  return <StoreContext value={store}>{children}</StoreContext>;
}

/** The store itself: requests and draft edits. */
export function useStore(): AppStore {
  const store = use(StoreContext);
  if (store === null) throw new Error('StoreProvider is missing');
  return store;
}

export function useSnapshot(): Snapshot {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.get);
}

/** AppState; only below the frame, which waits for the first answer. */
export function useApp(): AppState {
  const { app } = useSnapshot();
  if (app === null) throw new Error('used before the first state arrived');
  return app;
}

/** The draft, parsed, evaluated, linted and compared with what is applied, plus its edits. */
export function useDraft(): DraftView {
  const store = useStore();
  const snapshot = useSnapshot();
  if (snapshot.app === null) throw new Error('used before the first state arrived');
  return deriveDraft(store, snapshot, snapshot.app);
}
