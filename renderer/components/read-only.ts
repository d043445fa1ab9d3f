import { useTranslation } from 'react-i18next';
import { useDraft } from '../app/context.tsx';

/** By whom or what editing is locked now, for LockedNote and SettingRow; undefined when it isn't. */
export function useReadOnlyReason(): string | undefined {
  const { t } = useTranslation();
  const { readOnly } = useDraft();
  if (readOnly === null) return undefined;
  return readOnly === 'applying' ? t('locked.applyRun') : readOnly.reason;
}
