import { useEffect, useState } from 'react';
import { useDraft, useStore } from '../state/context.tsx';
import { useUnavailableReason } from '../state/unavailable-reason.ts';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import type { Container } from '../../shared/containers/protection.ts';
import type { RecreateNote } from '../../shared/containers/recreate.ts';

/**
 * Why containers can't be recreated with the settings of a draft, by their ids: an empty list where they can,
 * none while that is not known.
 */
export type Refusals = ReadonlyMap<string, readonly RecreateNote[]>;

const none: Refusals = new Map();
/** The most that a plan recreates. */
const maxRecreated = 1000;

/**
 * Whether a container can be recreated. While its refusals are not known, that is assumed, unless it uses the
 * Docker socket.
 */
export function canRecreate(
  { id, obstacles }: Pick<Container, 'id' | 'obstacles'>,
  refusals: Refusals,
): boolean {
  const known = refusals.get(id);
  return known === undefined ? obstacles.length === 0 : known.length === 0;
}

/** Why these containers can't be recreated with the settings of `text`, by default the draft. */
export function useRecreationRefusals(containers: readonly Container[], text?: string): Refusals {
  const store = useStore();
  const draft = useDraft();
  const [known, setKnown] = useState({ key: '', refusals: none });
  const missing = useUnavailableReason('recreate') !== undefined;
  const candidates = missing ? [] : containers;
  const key = JSON.stringify({
    draft: text ?? draft.text,
    recreate: candidates.map(({ id }) => id).slice(0, maxRecreated),
  });
  useEffect(() => {
    const query = JSON.parse(key) as { draft: string; recreate: string[] }; // made above
    if (query.recreate.length === 0) return;
    let stale = false;
    void store
      .request('plan:make', {
        choices: { ...keepAllContainers, recreate: query.recreate },
        draft: query.draft,
      })
      .then((result) => {
        if (stale || !result.ok) return;
        const items = result.value.recreation?.groups.flat() ?? [];
        setKnown({ key, refusals: new Map(items.map(({ id, blockers }) => [id, blockers])) });
      });
    return () => {
      stale = true;
    };
  }, [store, key]);
  // Those of another draft or list may be wrong.
  return known.key === key ? known.refusals : none;
}
