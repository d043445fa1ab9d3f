import { useTranslation } from 'react-i18next';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { Card, CardBody, Row, RowText } from '../../components/card.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { availableLanguages } from '../../i18n/index.ts';
import { zoomPercents, type Preferences } from '../../../shared/ipc/user-choices.ts';

const themes = ['system', 'light', 'dark'] as const;
const isTheme = (value: unknown): value is Preferences['theme'] =>
  (themes as readonly unknown[]).includes(value);

/** Theme, language and size. */
export function AppearanceCard() {
  const { t } = useTranslation();
  const { preferences, platform } = useApp();
  const { run, error } = useRequest('preferences:set');
  const set = (part: Partial<Preferences>) => {
    void run(part);
  };
  const choices: readonly Preferences['language'][] = ['system', ...availableLanguages];
  return (
    <Card title={t('preferences.appearance')}>
      {error !== null && (
        <CardBody>
          <ErrorPanel error={error} />
        </CardBody>
      )}
      <Row>
        <RowText primary={t('preferences.theme.name')} secondary={t('preferences.theme.text')} />
        <ToggleButtonGroup
          exclusive
          value={preferences.theme}
          aria-label={t('preferences.theme.name')}
          onChange={(_, value: unknown) => {
            if (isTheme(value)) set({ theme: value });
          }}
        >
          {themes.map((theme) => (
            <ToggleButton key={theme} value={theme}>
              {t(`preferences.theme.${theme}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </Row>
      <Row>
        <RowText primary={t('preferences.language.name')} secondary={t('preferences.language.text')} />
        <Select
          value={choices.includes(preferences.language) ? preferences.language : 'system'}
          inputProps={{ 'aria-label': t('preferences.language.name') }}
          sx={{ width: 176 }}
          onChange={(event) => {
            const language = choices.find((choice) => choice === event.target.value);
            if (language !== undefined) set({ language });
          }}
        >
          {choices.map((choice) => (
            <MenuItem key={choice} value={choice} lang={choice === 'system' ? undefined : choice}>
              {t(`preferences.language.${choice}`)}
            </MenuItem>
          ))}
        </Select>
      </Row>
      <Row>
        <RowText
          primary={t('preferences.zoom.name')}
          secondary={t('preferences.zoom.text', { keys: platform === 'darwin' ? '⌘' : 'Ctrl' })}
        />
        <Select
          value={preferences.zoomPercent}
          inputProps={{ 'aria-label': t('preferences.zoom.name') }}
          sx={{ width: 176 }}
          onChange={(event) => {
            const zoomPercent = zoomPercents.find((percent) => percent === Number(event.target.value));
            if (zoomPercent !== undefined) set({ zoomPercent });
          }}
        >
          {zoomPercents.map((percent) => (
            <MenuItem key={percent} value={percent}>
              {`${percent}%`}
            </MenuItem>
          ))}
        </Select>
      </Row>
    </Card>
  );
}
