import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useApp } from '../../state/context.tsx';
import { Card, CardBody, Facts } from '../../components/card.tsx';
import { openEngineTitle } from '../../components/engine-title.ts';
import { PathText } from '../../components/mono.tsx';
import { Page } from '../../components/page.tsx';
import { AppearanceCard } from './appearance-card.tsx';
import { EngineCard } from './engine-card.tsx';
import { LicencesCard } from './licences-card.tsx';
import { SupportCard } from './support-card.tsx';
import { NotificationsCard, WindowCard } from './desktop-cards.tsx';

export default function PreferencesPage() {
  const { t } = useTranslation();
  const app = useApp();
  const { appVersion, runtime, engine } = app;
  return (
    <Page title={t('preferences.title')} subtitle={t('preferences.subtitle')}>
      <Box sx={{ display: 'grid', gap: 2 }}>
        <AppearanceCard />
        <NotificationsCard />
        <WindowCard />
        <EngineCard />
        <Card title={t('preferences.about.title')}>
          <CardBody>
            <Facts
              items={[
                { label: t('preferences.about.version'), value: appVersion },
                {
                  label: t('preferences.about.runtime'),
                  value: t(
                    `preferences.about.${runtime.fallback ? 'fallbackRuntime' : 'releaseRuntime'}`,
                    runtime,
                  ),
                },
                { label: t('preferences.about.engine'), value: openEngineTitle(t, app) },
                { label: t('preferences.about.socket'), value: <PathText path={engine.socket} /> },
                { label: t('preferences.about.settings'), value: <PathText path={engine.settingsPath} /> },
                { label: t('preferences.about.daemon'), value: <PathText path={engine.daemonJsonPath} /> },
              ]}
            />
          </CardBody>
        </Card>
        <SupportCard />
        <LicencesCard />
      </Box>
    </Page>
  );
}
