import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useRequest } from '../../app/actions.ts';
import { useApp } from '../../app/context.tsx';
import { Card, CardBody, Facts, Row, RowText } from '../../components/card.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { PathText } from '../../components/mono.tsx';
import { Page } from '../../components/page.tsx';
import { availableLanguages } from '../../i18n/index.ts';
import type { Preferences } from '../../../shared/ipc/contract.ts';

const themes = ['system', 'light', 'dark'] as const;
const isTheme = (value: unknown): value is Preferences['theme'] => (themes as readonly unknown[]).includes(value);

export default function PreferencesPage() {
  const { t } = useTranslation();
  const { preferences, appVersion, engine } = useApp();
  const { run, error } = useRequest('preferences:set');
  const set = (part: Partial<Preferences>) => { void run(part); };
  const choices: readonly Preferences['language'][] = ['system', ...availableLanguages];
  return (
    <Page title={t('preferences.title')} subtitle={t('preferences.subtitle')}>
      <Box sx={{ display: 'grid', gap: 2 }}>
        {error !== null && <ErrorPanel error={error} />}
        <Card title={t('preferences.appearance')}>
          <Row>
            <RowText primary={t('preferences.theme.name')} secondary={t('preferences.theme.text')} />
            <ToggleButtonGroup exclusive value={preferences.theme} aria-label={t('preferences.theme.name')} onChange={(_, value: unknown) => { if (isTheme(value)) set({ theme: value }); }}>
              {themes.map((theme) => <ToggleButton key={theme} value={theme}>{t(`preferences.theme.${theme}`)}</ToggleButton>)}
            </ToggleButtonGroup>
          </Row>
          <Row>
            <RowText primary={t('preferences.language.name')} secondary={t('preferences.language.text')} />
            <Select value={choices.includes(preferences.language) ? preferences.language : 'system'} inputProps={{ 'aria-label': t('preferences.language.name') }} sx={{ width: 176 }}
              onChange={(event) => { const language = choices.find((choice) => choice === event.target.value); if (language !== undefined) set({ language }); }}>
              {choices.map((choice) => <MenuItem key={choice} value={choice} lang={choice === 'system' ? undefined : choice}>{t(`preferences.language.${choice}`)}</MenuItem>)}
            </Select>
          </Row>
        </Card>
        <Card title={t('preferences.about.title')}>
          <CardBody>
            <Facts items={[
              { label: t('preferences.about.version'), value: appVersion },
              { label: t('preferences.about.engine'), value: engine.name },
              { label: t('preferences.about.socket'), value: <PathText path={engine.socket} /> },
              { label: t('preferences.about.settings'), value: <PathText path={engine.settingsPath} /> },
              { label: t('preferences.about.daemon'), value: <PathText path={engine.daemonJsonPath} /> },
            ]} />
          </CardBody>
        </Card>
      </Box>
    </Page>
  );
}
