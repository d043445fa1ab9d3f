import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import type { ProtectionState } from '../../shared/verify/claims.ts';
import { toneSoft, toneText, type Tone } from '../theme/tokens.ts';
import {
  AllowedIcon,
  ChangedIcon,
  DeniedIcon,
  ErrorIcon,
  InfoIcon,
  PowerIcon,
  ProtectedIcon,
  ShieldIcon,
  UnprotectedIcon,
  UnverifiedIcon,
  WarningIcon,
} from '../theme/icons.ts';

export type State = ProtectionState | 'unprotected';
type Icon = ComponentType<SvgIconProps>;

export const stateIcon: Record<State, Icon> = {
  protected: ProtectedIcon,
  unprotected: UnprotectedIcon,
  unverified: UnverifiedIcon,
  audit: UnverifiedIcon,
  off: ShieldIcon,
  stopped: PowerIcon,
};
export const stateTone: Record<State, Tone> = {
  protected: 'ok',
  unprotected: 'danger',
  unverified: 'warn',
  audit: 'warn',
  off: 'neutral',
  stopped: 'neutral',
};

export type Outcome = 'denied' | 'changed' | 'allowed' | 'not-allowed';
const outcomeIcon: Record<Outcome, Icon> = {
  denied: DeniedIcon,
  changed: ChangedIcon,
  allowed: AllowedIcon,
  'not-allowed': DeniedIcon,
};
const outcomeTone: Record<Outcome, Tone> = {
  denied: 'danger',
  changed: 'neutral',
  allowed: 'ok',
  'not-allowed': 'neutral',
};

export type Severity = 'error' | 'warning' | 'note';
export const severityIcon: Record<Severity, Icon> = {
  error: ErrorIcon,
  warning: WarningIcon,
  note: InfoIcon,
};
export const severityTone: Record<Severity, Tone> = { error: 'danger', warning: 'warn', note: 'neutral' };

/** Icon and text in a tone; colour is never the only sign. */
export function Toned({
  icon: Icon,
  tone,
  children,
  size = 16,
}: {
  readonly icon: Icon;
  readonly tone: Tone;
  readonly children: React.ReactNode;
  readonly size?: number;
}) {
  return (
    <Box
      component="span"
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        gap: '6px',
        color: toneText[tone],
        fontWeight: 500,
        verticalAlign: 'middle',
        whiteSpace: 'nowrap',
      }}
    >
      <Icon sx={{ fontSize: size }} aria-hidden />
      {children}
    </Box>
  );
}

/**
 * Badge of a protection state, with the same text, icon and tone everywhere. "Unprotected" is neutral while
 * ECI is off.
 */
export function StateBadge({ state, eciOff = false }: { readonly state: State; readonly eciOff?: boolean }) {
  const { t } = useTranslation();
  return (
    <Toned icon={stateIcon[state]} tone={state === 'unprotected' && eciOff ? 'neutral' : stateTone[state]}>
      {t(`state.${state}`)}
    </Toned>
  );
}

export function OutcomeChip({ outcome }: { readonly outcome: Outcome }) {
  const { t } = useTranslation();
  return (
    <Toned icon={outcomeIcon[outcome]} tone={outcomeTone[outcome]}>
      {t(`outcome.${outcome}`)}
    </Toned>
  );
}

/** A state's icon on its tinted background, as in the header of the Overview. */
export function StateTile({ icon: Icon, tone }: { readonly icon: Icon; readonly tone: Tone }) {
  return (
    <Box
      aria-hidden
      data-tone={tone}
      sx={{
        width: 48,
        height: 48,
        flexShrink: 0,
        borderRadius: '8px',
        display: 'grid',
        placeItems: 'center',
        background: toneSoft[tone],
        color: toneText[tone],
      }}
    >
      <Icon sx={{ fontSize: 28 }} />
    </Box>
  );
}
