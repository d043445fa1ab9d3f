import type { ComponentType, ReactNode } from 'react';
import type { TFunction } from 'i18next';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import type { useApp, useDraft } from '../../state/context.tsx';
import type { Protection } from '../../components/protection.ts';
import type { useFormats } from '../../i18n/format.ts';
import type { Tone } from '../../theme/tokens.ts';

/** One suggestion of the overview, with the one button, if any, that does it or opens its page. */
export interface NextStep {
  readonly key: string;
  readonly icon: ComponentType<SvgIconProps>;
  readonly tone: Tone;
  readonly title: ReactNode;
  readonly why: ReactNode;
  /** Missing where nothing can be done from the window. */
  readonly action?: string;
  readonly run?: () => void;
  readonly busy?: boolean;
}

/** The input of the suggestions, and what their buttons do. */
export interface NextStepContext {
  readonly t: TFunction;
  readonly formats: ReturnType<typeof useFormats>;
  readonly app: ReturnType<typeof useApp>;
  readonly applied: ReturnType<typeof useDraft>['applied'];
  readonly appliedFindings: ReturnType<typeof useDraft>['findings'];
  readonly protection: Protection;
  /** Settings can be applied to this engine; the machine's own engine is only shown. */
  readonly canApply: boolean;
  readonly starting: boolean;
  readonly onVerify: () => void;
  readonly onResults: () => void;
  readonly onStart: () => void;
  readonly onRestart: () => void;
  /** Makes a version of history the draft, and opens its review. */
  readonly onRestore: (version: number) => void;
  readonly restoring: boolean;
}
