import { useTranslation } from 'react-i18next';
import { Page } from '../../components/page.tsx';

export default function DockerSocketPage() {
  const { t } = useTranslation();
  return <Page title={t('frame.page.docker-socket')}>{null}</Page>;
}
