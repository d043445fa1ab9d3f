import { useTranslation } from 'react-i18next';
import { Page } from '../../components/page.tsx';

export default function FileSharingPage() {
  const { t } = useTranslation();
  return <Page title={t('frame.page.file-sharing')}>{null}</Page>;
}
