import type { ContainerChanges } from './use-container-changes.ts';
import { RecreateDialog } from './recreate-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';

/** Confirmation before containers are recreated or removed. `onStart`: called when confirmed. */
export function ChangeDialogs({
  changes: {
    recreating,
    setRecreating,
    recreate,
    noRemoval,
    removalCandidates,
    setRemovalCandidates,
    remove,
  },
  onStart,
}: {
  readonly changes: ContainerChanges;
  readonly onStart: () => void;
}) {
  return (
    <>
      {recreating !== null && (
        <RecreateDialog
          containers={recreating}
          onCancel={() => {
            setRecreating(null);
          }}
          onRemove={
            noRemoval === undefined
              ? (these) => {
                  setRecreating(null);
                  setRemovalCandidates(these);
                }
              : undefined
          }
          onStart={(request) => {
            setRecreating(null);
            onStart();
            void recreate.run(request);
          }}
        />
      )}
      {removalCandidates !== null && (
        <RemoveDialog
          containers={removalCandidates}
          onCancel={() => {
            setRemovalCandidates(null);
          }}
          onRemove={(these, options) => {
            setRemovalCandidates(null);
            onStart();
            void remove.run({ ids: these.map(({ id }) => id), ...options });
          }}
        />
      )}
    </>
  );
}
