import { useTranslation } from 'react-i18next';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { Card, CardBody } from '../../components/card.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SettingRow } from '../../components/setting-row.tsx';

const kinds = ['notifyDenied', 'notifyUnprotected', 'notifyProtection'] as const;

/** Which notifications are shown; a desktop without notifications has no switches. */
export function NotificationsCard() {
  const { t } = useTranslation();
  const { preferences, desktop } = useApp();
  const { run, error } = useRequest('preferences:set');
  return (
    <Card title={t('preferences.notifications.title')} note={t('preferences.notifications.note')}>
      {error !== null && (
        <CardBody>
          <ErrorPanel error={error} />
        </CardBody>
      )}
      {kinds.map((kind) => (
        <SettingRow
          key={kind}
          name={t(`preferences.notifications.${kind}.name`)}
          description={t(`preferences.notifications.${kind}.text`)}
          checked={preferences[kind]}
          unavailable={desktop.notifications ? undefined : t('preferences.notifications.none')}
          onChange={(on) => {
            void run({ [kind]: on });
          }}
        />
      ))}
    </Card>
  );
}

/** What closing the window does, and starting with the session. */
export function WindowCard() {
  const { t } = useTranslation();
  const { preferences, desktop } = useApp();
  const set = useRequest('preferences:set');
  const login = useRequest('desktop:start-at-login');
  const error = set.error ?? login.error;
  return (
    <Card title={t('preferences.window.title')}>
      {error !== null && (
        <CardBody>
          <ErrorPanel error={error} />
        </CardBody>
      )}
      <SettingRow
        name={t('preferences.window.login.name')}
        description={
          desktop.tray ? t('preferences.window.login.hidden') : t('preferences.window.login.shown')
        }
        checked={desktop.startsAtLogin}
        unavailable={desktop.canStartAtLogin ? undefined : t('preferences.window.login.none')}
        onChange={(on) => {
          void login.run({ on });
        }}
      />
      <SettingRow
        name={t('preferences.window.tray.name')}
        description={
          preferences.closeToTray ? t('preferences.window.tray.on') : t('preferences.window.tray.off')
        }
        checked={preferences.closeToTray}
        unavailable={desktop.tray ? undefined : t('preferences.window.tray.none')}
        onChange={(on) => {
          void set.run({ closeToTray: on });
        }}
      />
    </Card>
  );
}
