import { useTranslation } from 'react-i18next';
import { told } from '../i18n/told.ts';
import { useApp, useDraft } from '../app/context.tsx';

/** By whom or what editing is locked now, for LockedNote and SettingRow; undefined when it isn't. */
export function useReadOnlyReason(): string | undefined {
  const { t } = useTranslation();
  const { readOnly } = useDraft();
  const { target } = useApp();
  if (target.kind === 'docker-engine') return t('target.machine.lock');
  if (readOnly === null) return undefined;
  return readOnly === 'applying' ? t('locked.applyRun') : told(readOnly.reason);
}
