import { useState } from 'react';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { applying } from '../../state/lock.ts';
import { useMissing } from '../../state/missing.ts';
import { isUnprotected, type Container } from '../../../shared/containers/protection.ts';

const none: readonly Container[] = [];

/** Recreating and removing containers: which are asked about, what runs, and what can be done now. */
export function useContainerChanges(eci: boolean) {
  const app = useApp();
  const [removalCandidates, setRemovalCandidates] = useState<readonly Container[] | null>(null);
  const [recreating, setRecreating] = useState<readonly Container[] | null>(null);
  const remove = useRequest('containers:remove');
  const recreate = useRequest('recreate:start');
  const noRecreate = useMissing('recreate');
  const noRemoval = useMissing('apply');
  const underApply = applying(app);
  const busy =
    underApply ||
    (app.removal !== null && app.removal.activity !== 'ended') ||
    remove.running ||
    (app.recreation !== null && app.recreation.activity !== 'ended') ||
    recreate.running;
  const canChange = app.engine.phase === 'ready' && !busy;
  // Only what ECI does not hold yet, and only while it is on: else it would be made unprotected anew.
  const recreation = eci && noRecreate === undefined;
  const recreatable = (these: readonly Container[]) => (recreation ? these.filter(isUnprotected) : []);
  const all = app.scan?.containers ?? none;
  const byIds = (ids: readonly string[]) => all.filter(({ id }) => ids.includes(id));
  return {
    /** Asked about: whether to remove them. */
    removalCandidates,
    setRemovalCandidates,
    /** Asked about: whether to recreate them. */
    recreating,
    setRecreating,
    remove,
    recreate,
    /** Why this engine's containers can't be removed. */
    noRemoval,
    underApply,
    canChange,
    recreation,
    recreatable,
    /** For the containers with these ids; undefined where it can't be done now. */
    onRetryRecreate: canChange
      ? (ids: readonly string[]) => {
          const these = recreatable(byIds(ids));
          if (these.length > 0) setRecreating(these);
        }
      : undefined,
    onRetryRemove: canChange
      ? (ids: readonly string[]) => {
          setRemovalCandidates(byIds(ids));
        }
      : undefined,
  };
}

/** What `useContainerChanges` returns. */
export type ContainerChanges = ReturnType<typeof useContainerChanges>;
