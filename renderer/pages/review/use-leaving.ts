import { useEffect, useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../../state/context.tsx';
import { firstNames } from '../../i18n/lists.ts';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import type { RecreateItem } from '../../../shared/containers/recreate.ts';
import type { PlanState } from './use-plan.ts';

/** Leaving containers as they are that can't be recreated. */
export interface Leaving {
  readonly leave: (items: readonly RecreateItem[]) => void;
  /** What was left, for screen readers; '' before the first time. */
  readonly announced: string;
}

/**
 * Takes containers out of the plan. The button for it goes with them: `otherwise` gets the focus then, once
 * there is a plan without them.
 */
export function useLeaving({ plan, current }: PlanState, otherwise: RefObject<HTMLElement | null>): Leaving {
  const { t } = useTranslation();
  const store = useStore();
  const [left, setLeft] = useState<readonly string[]>([]);
  const before = useRef<ApplyPlan | null>(null);
  useEffect(() => {
    if (before.current === null || !current || plan === before.current) return;
    before.current = null;
    if (document.activeElement === document.body) otherwise.current?.focus();
  }, [plan, current, otherwise]);
  return {
    leave: (items) => {
      const { choices } = store.get();
      before.current = plan;
      setLeft(items.map(({ name }) => name));
      store.setChoices({
        ...choices,
        recreate: (choices.recreate ?? []).filter((id) => !items.some((item) => item.id === id)),
      });
    },
    announced:
      left.length === 0 ? '' : t('review.blocked.left', { count: left.length, names: firstNames(t, left) }),
  };
}
