import { useTranslation } from 'react-i18next';
import ButtonBase from '@mui/material/ButtonBase';
import Tooltip from '@mui/material/Tooltip';
import { styled } from '@mui/material/styles';
import { withLock } from '../../components/setting-row.tsx';
import { labelled } from '../../i18n/lists.ts';
import { translateMessage } from '../../i18n/translate.ts';
import { CheckIcon, DeniedIcon } from '../../theme/icons.ts';
import { color, fontMono } from '../../theme/tokens.ts';
import type { DockerCommand } from '../../../shared/settings/index.ts';
import { shortName } from './command-entries.ts';

/** Not by `sx`, which would be evaluated for each of the page's many chips. */
const Chip = styled(ButtonBase)({
  height: 22,
  padding: '0 8px',
  gap: '4px',
  borderRadius: '4px',
  borderWidth: '1px',
  borderStyle: 'solid',
  borderColor: color.border,
  boxSizing: 'border-box',
  whiteSpace: 'nowrap',
  background: color.card,
  color: color.text2,
  fontFamily: fontMono,
  fontVariantLigatures: 'none',
  fontSize: 12,
  lineHeight: '16px',
  fontWeight: 400,
  '&:hover': { borderColor: color.control, color: color.text },
  '&[aria-pressed="true"], &[aria-pressed="true"]:hover': {
    borderColor: color.accentText,
    background: color.accentSoft,
    color: color.accentText,
    fontWeight: 600,
  },
  '&:disabled': {
    borderStyle: 'dashed',
    borderColor: color.border,
    background: 'transparent',
    color: color.text3,
  },
  '&:disabled[aria-pressed="true"]': { color: color.text },
});

/** One command of a group, which can be marked and unmarked. */
export function CommandChip({
  command,
  marked,
  type,
  lockedBy,
  onToggle,
}: {
  readonly command: DockerCommand;
  readonly marked: boolean;
  readonly type: 'deny' | 'allow';
  readonly lockedBy: string | undefined;
  readonly onToggle: () => void;
}) {
  const { t } = useTranslation();
  const readOnly = lockedBy !== undefined;
  const Icon = type === 'deny' ? DeniedIcon : CheckIcon;
  const chip = (
    <Chip
      aria-pressed={marked}
      aria-label={withLock(t, command.name, lockedBy)}
      disabled={readOnly}
      onClick={onToggle}
    >
      {marked && <Icon aria-hidden sx={{ fontSize: 14 }} />}
      {shortName(command)}
    </Chip>
  );
  // A disabled button has no tooltip; its action is then less relevant.
  return readOnly ? (
    chip
  ) : (
    <Tooltip title={labelled(t, command.name, translateMessage(command.description))} describeChild>
      {chip}
    </Tooltip>
  );
}
