import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { ChangedIcon, DeniedIcon, WarningIcon } from '../../theme/icons.ts';
import { Toned } from '../../components/state-badge.tsx';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';

/** Outcome of a request. */
export function EntryOutcome({ outcome }: { readonly outcome: ActivityEntry['outcome'] }) {
  const { t } = useTranslation();
  return (
    <Toned
      icon={outcomeIcon[outcome]}
      tone={outcome === 'deny' ? 'danger' : outcome === 'rewrite' ? 'neutral' : 'warn'}
    >
      {outcomeLabel(t, outcome)}
    </Toned>
  );
}

/** The outcome's name, as everywhere in the window; audit mode has its own names. */
export function outcomeLabel(t: TFunction, outcome: ActivityEntry['outcome']): string {
  switch (outcome) {
    case 'deny':
      return t('outcome.denied');
    case 'would-deny':
      return t('outcome.wouldDeny');
    case 'rewrite':
      return t('outcome.changed');
    // Only requests allowed with a warning are logged.
    case 'allow':
      return t('activity.outcome.warned');
  }
}

export const outcomeIcon = {
  deny: DeniedIcon,
  'would-deny': DeniedIcon,
  rewrite: ChangedIcon,
  allow: WarningIcon,
} as const;
