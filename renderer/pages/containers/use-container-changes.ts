import { useState } from 'react';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { applying } from '../../state/lock.ts';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { isUnprotected, type Container } from '../../../shared/containers/protection.ts';

const none: readonly Container[] = [];

/**
 * Recreating and removing containers: the open confirmations, the running changes, and what is possible now.
 */
export function useContainerChanges(eci: boolean) {
  const app = useApp();
  const [removalCandidates, setRemovalCandidates] = useState<readonly Container[] | null>(null);
  const [recreating, setRecreating] = useState<readonly Container[] | null>(null);
  const remove = useRequest('containers:remove');
  const recreate = useRequest('recreate:start');
  const noRecreate = useUnavailableReason('recreate');
  const noRemoval = useUnavailableReason('apply');
  const underApply = applying(app);
  const busy =
    underApply ||
    (app.removal !== null && app.removal.activity !== 'ended') ||
    remove.running ||
    (app.recreation !== null && app.recreation.activity !== 'ended') ||
    recreate.running;
  const canChange = app.engine.phase === 'ready' && !busy;
  // Offered only for unprotected containers while ECI is on; otherwise the new one would be unprotected, too.
  const recreation = eci && noRecreate === undefined;
  const recreatable = (these: readonly Container[]) => (recreation ? these.filter(isUnprotected) : []);
  const all = app.scan?.containers ?? none;
  const byIds = (ids: readonly string[]) => all.filter(({ id }) => ids.includes(id));
  return {
    /** Ids in the open confirmation for removal. */
    removalCandidates,
    setRemovalCandidates,
    /** Ids in the open confirmation for recreation. */
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
    /** For the containers with these ids; undefined while it is not possible. */
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
