import { useTranslation } from 'react-i18next';
import { Card } from '../../components/card.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { Page } from '../../components/page.tsx';
import type { TargetFeature } from '../../../shared/targets/capabilities.ts';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import type { PageId } from '../../../shared/pages/pages.ts';

/** Shown in place of a page that the open engine does not support, with the reason. */
export function MissingPage({ id, feature }: { readonly id: PageId; readonly feature: TargetFeature }) {
  const { t } = useTranslation();
  const reason = useUnavailableReason(feature);
  return (
    <Page title={t(`frame.page.${id}`)}>
      <Card>
        <EmptyState>{reason ?? ''}</EmptyState>
      </Card>
    </Page>
  );
}
