import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppPart } from '../state/context.tsx';
import { Card } from './card.tsx';
import { EmptyState } from './empty-and-loading.tsx';

/**
 * Shown in place of data from the engine's directory while that is missing; null otherwise. The notice above
 * every page explains what to do.
 */
export function useMissingRoot(what: 'history' | 'settings'): ReactNode {
  const { t } = useTranslation();
  const root = useAppPart(({ engine }) => engine.missingRoot);
  if (root === undefined) return null;
  return (
    <Card>
      <EmptyState>{t(`frame.missingRoot.${what}`, { root })}</EmptyState>
    </Card>
  );
}
