import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import Link from '@mui/material/Link';
import { withLock } from '../../components/setting-row.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { color, fontMono, stacked } from '../../theme/tokens.ts';
import type { DockerCommand } from '../../../shared/settings/index.ts';
import { CommandChip } from './command-chip.tsx';
import { commandsOf, shortName, type GroupKey } from './command-entries.ts';

/**
 * Widths in px: a letter of the chips' font, a chip without its text, the gap between two, the button that
 * shows the rest.
 */
const letterWidth = 7.25,
  chipPadding = 18,
  markIcon = 18,
  chipGap = 6,
  moreWidth = 60;

/**
 * The commands that fit into a line of `width` px with the button for the rest: those in `first`, then as
 * many others as fit, in the picker's order; all if all fit. `first`: the initially marked commands, so that
 * clicked chips keep their place.
 */
function commandsThatFit(
  commands: readonly DockerCommand[],
  first: ReadonlySet<string>,
  width: number,
): ReadonlySet<string> {
  const widthOf = (command: DockerCommand) =>
    shortName(command).length * letterWidth +
    chipPadding +
    (first.has(command.name) ? markIcon : 0) +
    chipGap;
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

interface GroupProps {
  readonly group: GroupKey;
  readonly type: 'deny' | 'allow';
  /** File or administrator that locks it: nothing can be marked then, and accessible names include it. */
  readonly lockedBy: string | undefined;
  readonly onSet: (names: ReadonlySet<string>) => void;
}

interface ChipsProps {
  /** The commands that match the filter; null without one. */
  readonly shown: readonly DockerCommand[] | null;
  /** Width available for the chips, px. */
  readonly width: number;
}

/** One group: a checkbox for the whole group, a chip for each command, and a summary. */
export function GroupRow({
  marked,
  edited,
  onUndo,
  ...props
}: GroupProps &
  ChipsProps & {
    /** Canonical names marked in the whole list. */
    readonly marked: ReadonlySet<string>;
    readonly edited: boolean;
    readonly onUndo: () => void;
  }) {
  const { t } = useTranslation();
  const { group, type, lockedBy } = props;
  const all = commandsOf(group);
  const here = new Set(all.flatMap((command) => (marked.has(command.name) ? [command.name] : [])));
  const name = group === 'other' ? t('socket.commands.otherName') : group;
  const sum = sumText(t, type, here.size, all.length);
  return (
    <Box
      role="group"
      aria-label={t('socket.commands.row', { group: name })}
      data-row
      data-edited={edited || undefined}
      sx={{
        display: 'grid',
        gridTemplateColumns: 'var(--socket-row)',
        [stacked]: { gridTemplateColumns: 'minmax(0, 1fr) auto' },
        alignItems: 'start',
        padding: '2px 16px 1px',
        boxSizing: 'border-box',
        background: edited ? color.edited : 'transparent',
        borderBottom: `1px solid ${color.border}`,
      }}
    >
      <GroupCheckbox {...props} marked={here.size} />
      <Chips {...props} here={here} />
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
        {edited && lockedBy === undefined && <UndoChange name={name} onUndo={onUndo} />}
      </Box>
    </Box>
  );
}

/** How many commands of a group are denied or allowed. */
function sumText(t: TFunction, type: 'deny' | 'allow', count: number, total: number): string {
  if (type === 'deny') {
    if (count === 0) return t('socket.commands.group.noneDenied', { count: total });
    return count === total
      ? t('socket.commands.group.allDenied')
      : t('socket.commands.group.someDenied', { count, total });
  }
  if (count === 0) return t('socket.commands.group.noneAllowed', { count: total });
  return count === total
    ? t('socket.commands.group.allAllowed')
    : t('socket.commands.group.someAllowed', { count, total });
}

/** The group's name, and a checkbox for the whole group. `marked`: how many of its commands are. */
function GroupCheckbox({ group, marked, lockedBy, onSet }: GroupProps & { readonly marked: number }) {
  const { t } = useTranslation();
  const all = commandsOf(group);
  const whole = marked === all.length;
  const name = group === 'other' ? t('socket.commands.otherName') : group;
  return (
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
        indeterminate={marked > 0 && !whole}
        disabled={lockedBy !== undefined}
        slotProps={{
          input: { 'aria-label': withLock(t, t('socket.commands.markGroup', { group: name }), lockedBy) },
        }}
        onChange={() => {
          onSet(new Set(whole ? [] : all.map((command) => command.name)));
        }}
      />
      {group === 'other' ? t('socket.commands.other') : group}
    </Box>
  );
}

/** The commands of the group: those that fit, all once it is expanded, or those that match the filter. */
function Chips({
  group,
  type,
  lockedBy,
  onSet,
  shown,
  width,
  here,
}: GroupProps &
  ChipsProps & {
    /** Names of the marked ones. */
    readonly here: ReadonlySet<string>;
  }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const all = commandsOf(group);
  const [first] = useState<ReadonlySet<string>>(here);
  const fit = commandsThatFit(all, first, width);
  const visible = shown ?? (open ? all : all.filter((command) => fit.has(command.name)));
  const rest = shown === null && fit.size < all.length;
  const toggle = (command: string) => {
    onSet(
      here.has(command)
        ? new Set([...here].filter((other) => other !== command))
        : new Set([...here, command]),
    );
  };
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        gap: `4px ${chipGap}px`,
        minHeight: 28,
        [stacked]: { gridColumn: '1 / -1', gridRow: 2, paddingBottom: '6px' },
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
  );
}
