import { useTranslation } from 'react-i18next';
import { Card } from '../../components/card.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { Page } from '../../components/page.tsx';
import type { TargetFeature } from '../../../shared/targets/features.ts';
import { useMissing } from '../../state/missing.ts';
import type { PageId } from '../../state/router.ts';

/**
 * Pages that are about the gateway's decisions, as a whole: both are nothing where no gateway of ours
 * decides.
 */
export const pageFeature: Partial<Record<PageId, TargetFeature>> = {
  activity: 'decision-log',
  simulator: 'test-mounts',
};

/** In place of such a page, why there is nothing in it. */
export function MissingPage({ id, feature }: { readonly id: PageId; readonly feature: TargetFeature }) {
  const { t } = useTranslation();
  const why = useMissing(feature);
  return (
    <Page title={t(`frame.page.${id}`)}>
      <Card>
        <EmptyState>{why ?? ''}</EmptyState>
      </Card>
    </Page>
  );
}
