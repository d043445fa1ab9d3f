import { useTranslation } from 'react-i18next';
import { useApp } from '../state/context.tsx';
import { Notice } from './error-panel.tsx';

/**
 * Notice: these decisions are simulated with the administrator's settings, without the user's preference that
 * is in force.
 */
export function PreferenceNotice() {
  const { t } = useTranslation();
  const { preference } = useApp().settings;
  if (preference === null || !Object.values(preference.outcomes).includes('in-force')) return null;
  return (
    <Notice
      tone="warn"
      title={t('isolation.preference.notCounted', {
        by: preference.by ?? t('isolation.preference.somebody'),
      })}
    >
      {preference.outcomes.eci === 'in-force'
        ? t('isolation.preference.notCountedOff')
        : t('isolation.preference.notCountedLoad')}
    </Notice>
  );
}
