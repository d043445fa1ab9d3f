import { useTranslation } from 'react-i18next';
import ButtonBase from '@mui/material/ButtonBase';
import Tooltip from '@mui/material/Tooltip';
import { withLock } from '../../components/setting-row.tsx';
import { labelled } from '../../i18n/lists.ts';
import { translateMessage } from '../../i18n/translate.ts';
import { CheckIcon, DeniedIcon } from '../../theme/icons.ts';
import { color, fontMono } from '../../theme/tokens.ts';
import type { DockerCommand } from '../../../shared/settings/index.ts';
import { shortName } from './command-entries.ts';

/** One command of a group, to be marked and unmarked. */
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
    <ButtonBase
      aria-pressed={marked}
      aria-label={withLock(t, command.name, lockedBy)}
      disabled={readOnly}
      onClick={onToggle}
      sx={{
        height: 22,
        padding: '0 8px',
        gap: '4px',
        borderRadius: '4px',
        borderWidth: '1px',
        borderStyle: readOnly ? 'dashed' : 'solid',
        borderColor: marked && !readOnly ? color.accentText : color.border,
        boxSizing: 'border-box',
        whiteSpace: 'nowrap',
        background: readOnly ? 'transparent' : marked ? color.accentSoft : color.card,
        color: readOnly ? (marked ? color.text : color.text3) : marked ? color.accentText : color.text2,
        fontFamily: fontMono,
        fontVariantLigatures: 'none',
        fontSize: 12,
        lineHeight: '16px',
        fontWeight: marked ? 600 : 400,
        '&:hover': {
          borderColor: marked ? color.accentText : color.control,
          color: marked ? color.accentText : color.text,
        },
      }}
    >
      {marked && <Icon aria-hidden sx={{ fontSize: 14 }} />}
      {shortName(command)}
    </ButtonBase>
  );
  // A disabled button has no tooltip; what it does is then of less use.
  return readOnly ? (
    chip
  ) : (
    <Tooltip title={labelled(t, command.name, translateMessage(command.description))} describeChild>
      {chip}
    </Tooltip>
  );
}
