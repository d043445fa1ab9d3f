import Box from '@mui/material/Box';
import { AllowedIcon, ErrorIcon, InfoIcon, WarningIcon } from '../theme/icons.ts';
import { color, oneColumn, toneText, type Tone } from '../theme/tokens.ts';
import { withCode } from './mono.tsx';

const icon = {
  ok: AllowedIcon,
  danger: ErrorIcon,
  warn: WarningIcon,
  neutral: InfoIcon,
  accent: InfoIcon,
} as const;

/** A longer text would take more than three lines beside a field of a narrow page. */
const longText = 60;

/**
 * Validation error of the input, or its interpretation: beside the field, or below field and button if it is
 * long and the page narrow.
 */
export function CheckText({
  id,
  check,
  marked,
  width,
}: {
  readonly id: string;
  readonly check: { readonly tone: Tone; readonly text: string };
  /** Whether it has an icon for its tone. */
  readonly marked: boolean;
  /** Width below which the text is under the field, px. */
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
        ...(check.text.length > longText ? { [oneColumn]: { flexBasis: '100%', order: 1 } } : {}),
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
