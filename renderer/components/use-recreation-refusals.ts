import { useEffect, useState } from 'react';
import { useDraft, useStore } from '../state/context.tsx';
import { useUnavailableReason } from '../state/unavailable-reason.ts';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import type { Container } from '../../shared/containers/protection.ts';
import type { RecreateNote } from '../../shared/containers/recreate.ts';
import { refusalsOf } from './recreate-notes.ts';

/** Why containers can't be recreated under the settings of a draft, by their ids. */
export type Refusals = ReadonlyMap<string, RecreateNote>;

const none: Refusals = new Map();
/** The most that a plan recreates. */
const maxRecreated = 1000;

/**
 * Which of these containers the gateway would not create again under the settings of `text`, by default the
 * draft; none until that is known. Those whose options ECI never allows are not asked about.
 */
export function useRecreationRefusals(containers: readonly Container[], text?: string): Refusals {
  const store = useStore();
  const draft = useDraft();
  const [refusals, setRefusals] = useState(none);
  const missing = useUnavailableReason('recreate') !== undefined;
  const asked = missing ? [] : containers.filter(({ obstacles }) => obstacles.length === 0);
  const key = JSON.stringify({
    draft: text ?? draft.text,
    recreate: asked.map(({ id }) => id).slice(0, maxRecreated),
  });
  useEffect(() => {
    const question = JSON.parse(key) as { draft: string; recreate: string[] }; // made above
    if (question.recreate.length === 0) return;
    let stale = false;
    void store
      .request('plan:make', {
        choices: { ...keepAllContainers, recreate: question.recreate },
        draft: question.draft,
      })
      .then((result) => {
        if (stale || !result.ok) return;
        const items = result.value.recreation?.groups.flat() ?? [];
        setRefusals(
          new Map(
            items.flatMap((item) => {
              const [refusal] = refusalsOf(item);
              return refusal === undefined ? [] : [[item.id, refusal] as const];
            }),
          ),
        );
      });
    return () => {
      stale = true;
    };
  }, [store, key]);
  return refusals;
}
