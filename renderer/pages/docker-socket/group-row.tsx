import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Checkbox from '@mui/material/Checkbox';
import Link from '@mui/material/Link';
import Tooltip from '@mui/material/Tooltip';
import { withLock } from '../../components/setting-row.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { CheckIcon, DeniedIcon } from '../../theme/icons.ts';
import { color, fontMono } from '../../theme/tokens.ts';
import { labelled } from '../../i18n/lists.ts';
import { translateMessage } from '../../i18n/translate.ts';
import type { DockerCommand } from '../../../shared/settings/index.ts';
import { commandsOf, shortName, type GroupKey } from './command-entries.ts';

/**
 * Widths in px: a letter of the chips' font, what a chip has beside its letters, the gap between two, the
 * word that shows the rest.
 */
const letter = 7.25,
  chipPadding = 18,
  markIcon = 18,
  chipGap = 6,
  moreWidth = 60;

/**
 * The commands a line of `width` px shows beside the word for the rest: those in `first`, then as many others
 * as fit, in the picker's order; all if all fit. `first` are the marks a row came with, not those of the
 * moment: a chip that is clicked stays where it is.
 */
function fitting(
  commands: readonly DockerCommand[],
  first: ReadonlySet<string>,
  width: number,
): ReadonlySet<string> {
  const widthOf = (command: DockerCommand) =>
    shortName(command).length * letter + chipPadding + (first.has(command.name) ? markIcon : 0) + chipGap;
  const all = new Set(commands.map((command) => command.name));
  if (commands.reduce((sum, command) => sum + widthOf(command), 0) <= width) return all;
  const shown = new Set<string>();
  let used = moreWidth;
  for (const command of commands.toSorted((a, b) => Number(first.has(b.name)) - Number(first.has(a.name)))) {
    used += widthOf(command);
    if (used > width && shown.size > 0) break;
    shown.add(command.name);
  }
  return shown;
}

/** One group: a checkbox for all of it, a chip for each command, what it comes to. */
export function GroupRow({
  group,
  marked,
  type,
  edited,
  lockedBy,
  shown,
  width,
  onSet,
  onUndo,
}: {
  readonly group: GroupKey;
  /** Canonical names marked in the whole list. */
  readonly marked: ReadonlySet<string>;
  readonly type: 'deny' | 'allow';
  readonly edited: boolean;
  /** File or administrator that fixes it: nothing can be marked then, and the names say so. */
  readonly lockedBy: string | undefined;
  /** The commands a filter leaves; null without one. */
  readonly shown: readonly DockerCommand[] | null;
  /** Room for the chips, px. */
  readonly width: number;
  readonly onSet: (names: ReadonlySet<string>) => void;
  readonly onUndo: () => void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const readOnly = lockedBy !== undefined;
  const all = commandsOf(group);
  const here = new Set(all.flatMap((command) => (marked.has(command.name) ? [command.name] : [])));
  const whole = here.size === all.length;
  const name = group === 'other' ? t('socket.commands.otherName') : group;
  const [first] = useState<ReadonlySet<string>>(here);
  const fit = fitting(all, first, width);
  const visible = shown ?? (open ? all : all.filter((command) => fit.has(command.name)));
  const rest = shown === null && fit.size < all.length;
  const sum =
    type === 'deny'
      ? here.size === 0
        ? t('socket.commands.group.noneDenied', { count: all.length })
        : whole
          ? t('socket.commands.group.allDenied')
          : t('socket.commands.group.someDenied', { count: here.size, total: all.length })
      : here.size === 0
        ? t('socket.commands.group.noneAllowed', { count: all.length })
        : whole
          ? t('socket.commands.group.allAllowed')
          : t('socket.commands.group.someAllowed', { count: here.size, total: all.length });
  const toggle = (command: string) => {
    onSet(
      here.has(command)
        ? new Set([...here].filter((other) => other !== command))
        : new Set([...here, command]),
    );
  };
  return (
    <Box
      role="group"
      aria-label={t('socket.commands.row', { group: name })}
      data-row
      data-edited={edited || undefined}
      sx={{
        display: 'grid',
        gridTemplateColumns: 'var(--socket-row)',
        alignItems: 'start',
        padding: '2px 16px 1px',
        boxSizing: 'border-box',
        background: edited ? color.edited : 'transparent',
        borderBottom: `1px solid ${color.border}`,
      }}
    >
      <Box
        component="label"
        sx={{
          display: 'flex',
          alignItems: 'center',
          minHeight: 28,
          gap: '5px',
          fontSize: 12,
          fontFamily: group === 'other' ? 'inherit' : fontMono,
          fontVariantLigatures: 'none',
          fontWeight: 500,
          color: color.text,
        }}
      >
        <Checkbox
          sx={{ marginLeft: '-4px' }}
          checked={whole}
          indeterminate={here.size > 0 && !whole}
          disabled={readOnly}
          slotProps={{
            input: { 'aria-label': withLock(t, t('socket.commands.markGroup', { group: name }), lockedBy) },
          }}
          onChange={() => {
            onSet(new Set(whole ? [] : all.map((command) => command.name)));
          }}
        />
        {group === 'other' ? t('socket.commands.other') : group}
      </Box>
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          gap: `4px ${chipGap}px`,
          minHeight: 28,
        }}
      >
        {visible.map((command) => (
          <CommandChip
            key={command.name}
            command={command}
            marked={here.has(command.name)}
            type={type}
            lockedBy={lockedBy}
            onToggle={() => {
              toggle(command.name);
            }}
          />
        ))}
        {rest && (
          <Link
            component="button"
            aria-expanded={open}
            sx={{ fontSize: 12, padding: '0 2px' }}
            onClick={() => {
              setOpen(!open);
            }}
          >
            {open ? t('socket.commands.less') : t('socket.commands.more', { count: all.length - fit.size })}
          </Link>
        )}
      </Box>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          justifyContent: 'flex-end',
          gap: '4px',
          minHeight: 28,
          fontSize: 12,
          color: color.text2,
          whiteSpace: 'nowrap',
        }}
      >
        {edited ? <EditedMark /> : <span>{sum}</span>}
        {edited && <span className="visually-hidden">{sum}</span>}
        {edited && !readOnly && <UndoChange name={name} onUndo={onUndo} />}
      </Box>
    </Box>
  );
}

function CommandChip({
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
