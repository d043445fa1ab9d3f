import Box from '@mui/material/Box';
import { AllowedIcon, ErrorIcon, InfoIcon, WarningIcon } from '../theme/icons.ts';
import { color, toneText, type Tone } from '../theme/tokens.ts';
import { withCode } from './mono.tsx';

const icon = {
  ok: AllowedIcon,
  danger: ErrorIcon,
  warn: WarningIcon,
  neutral: InfoIcon,
  accent: InfoIcon,
} as const;

/** Beside a field: what is wrong with what was typed, or what it comes to. */
export function CheckText({
  id,
  check,
  marked,
  width,
}: {
  readonly id: string;
  readonly check: { readonly tone: Tone; readonly text: string };
  /** With an icon for what the text says. */
  readonly marked: boolean;
  /** Below which the text goes under the field, px. */
  readonly width: number;
}) {
  const Icon = icon[check.tone];
  return (
    <Box
      id={id}
      role="status"
      sx={{
        display: 'flex',
        alignItems: 'flex-start',
        gap: '6px',
        flex: `1 1 ${width}px`,
        minWidth: 0,
        fontSize: 12,
        lineHeight: '16px',
        color: check.tone === 'danger' ? color.danger : color.text2,
        overflowWrap: 'anywhere',
      }}
    >
      {marked && <Icon aria-hidden sx={{ fontSize: 16, flexShrink: 0, color: toneText[check.tone] }} />}
      <span>{withCode(check.text)}</span>
    </Box>
  );
}
