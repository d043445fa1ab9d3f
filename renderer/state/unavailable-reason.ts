import { useTranslation } from 'react-i18next';
import { missingBecause, type TargetFeature } from '../../shared/targets/capabilities.ts';
import { useAppPart } from './context.tsx';

/** Why the open engine does not support a feature, shown in place of a control; undefined if it does. */
export function useUnavailableReason(feature: TargetFeature): string | undefined {
  const { t } = useTranslation();
  const reason = missingBecause(
    useAppPart((app) => app.target.capabilities),
    feature,
  );
  return reason === null ? undefined : t(`target.missing.${reason}`);
}
