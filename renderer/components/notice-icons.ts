import type { ComponentType } from 'react';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import type { Tone } from '../theme/tokens.ts';
import { AllowedIcon, ErrorIcon, InfoIcon, WarningIcon } from '../theme/icons.ts';

/** The icon of a notice of a tone. */
export const severityIcon: Record<Tone, ComponentType<SvgIconProps>> = {
  ok: AllowedIcon,
  warn: WarningIcon,
  danger: ErrorIcon,
  neutral: InfoIcon,
  accent: InfoIcon,
};
