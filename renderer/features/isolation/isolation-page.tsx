import { useTranslation } from 'react-i18next';
import { Page } from '../../components/page.tsx';

export default function IsolationPage() {
  const { t } = useTranslation();
  return <Page title={t('frame.page.isolation')}>{null}</Page>;
}
