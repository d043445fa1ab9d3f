import { useTranslation } from 'react-i18next';
import { translateText } from '../i18n/translate.ts';
import { useDraftPart } from '../state/context.tsx';
import { useUnavailableReason } from '../state/unavailable-reason.ts';

/** What locks editing now, for LockedNote and SettingRow; undefined if nothing does. */
export function useReadOnlyReason(): string | undefined {
  const { t } = useTranslation();
  const readOnly = useDraftPart((draft) => draft.readOnly);
  const neverApplied = useUnavailableReason('apply') !== undefined;
  if (neverApplied) return t('target.machine.lock');
  if (readOnly === null) return undefined;
  return readOnly === 'applying' ? t('locked.applyRun') : translateText(readOnly.reason, readOnly.sentence);
}
