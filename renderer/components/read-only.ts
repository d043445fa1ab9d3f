import { useTranslation } from 'react-i18next';
import { told } from '../i18n/translate.ts';
import { useDraftPart } from '../state/context.tsx';
import { useMissing } from '../state/missing.ts';

/** By whom or what editing is locked now, for LockedNote and SettingRow; undefined when it isn't. */
export function useReadOnlyReason(): string | undefined {
  const { t } = useTranslation();
  const readOnly = useDraftPart((draft) => (draft.readOnly === 'applying' ? true : draft.readOnly?.reason));
  const neverApplied = useMissing('apply') !== undefined;
  if (neverApplied) return t('target.machine.lock');
  if (readOnly === undefined) return undefined;
  return readOnly === true ? t('locked.applyRun') : told(readOnly);
}
