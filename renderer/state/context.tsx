import { createContext, use, useSyncExternalStore, type ReactNode } from 'react';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { deriveDraft, sameForDraft, type DraftView } from './draft-view.ts';
import type { AppStore, Snapshot } from './snapshot.ts';

const StoreContext = createContext<AppStore | null>(null);

export function StoreProvider({
  store,
  children,
}: {
  readonly store: AppStore;
  readonly children: ReactNode;
}) {
  return <StoreContext value={store}>{children}</StoreContext>;
}

/** The store itself: requests and draft edits. */
export function useStore(): AppStore {
  const store = use(StoreContext);
  if (store === null) throw new Error('StoreProvider is missing');
  return store;
}

/** One part of the snapshot; re-renders only if the value changed. */
export function useSnapshotPart<T>(part: (snapshot: Snapshot) => T): T {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => part(store.get()));
}

/**
 * AppState; only below the frame, which waits for the first response. Typing alone does not re-render its
 * users.
 */
export function useApp(): AppState {
  return useAppPart((app) => app);
}

/**
 * One part of AppState, or a value derived from it; re-renders only if the value changed. `part` must be
 * pure.
 */
export function useAppPart<T>(part: (app: AppState) => T): T {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => part(arrived(store.get().app)));
}

/**
 * The draft, parsed, evaluated, linted and compared with the applied settings, plus its edits. The same
 * object until one of these changes.
 */
export function useDraft(): DraftView {
  return useDraftPart((draft) => draft);
}

/** One part of the draft; re-renders only if the value changed. */
export function useDraftPart<T>(part: (draft: DraftView) => T): T {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => part(draftNow(store)));
}

function arrived(app: AppState | null): AppState {
  if (app === null) throw new Error('used before the first state arrived');
  return app;
}

const cachedViews = new WeakMap<AppStore, { snapshot: Snapshot; readonly draft: DraftView }>();

/** The current draft, for event handlers; the rendered one follows by `useDraft`. */
export function draftNow(store: AppStore): DraftView {
  const snapshot = store.get();
  const app = arrived(snapshot.app);
  const last = cachedViews.get(store);
  if (last?.snapshot === snapshot) return last.draft;
  if (last !== undefined && sameForDraft(last.snapshot, snapshot)) {
    last.snapshot = snapshot;
    return last.draft;
  }
  const draft = deriveDraft(store, snapshot, app);
  cachedViews.set(store, { snapshot, draft });
  return draft;
}
