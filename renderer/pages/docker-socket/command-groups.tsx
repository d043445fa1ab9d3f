import { useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useDraft, useStore } from '../../state/context.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { withCode } from '../../components/mono.tsx';
import { translateMessage } from '../../i18n/translate.ts';
import { InfoIcon } from '../../theme/icons.ts';
import { color, tableColumnsFrom } from '../../theme/tokens.ts';
import { namedCommands, unsupportedCommands, type DockerCommand } from '../../../shared/settings/index.ts';
import {
  commandsOf,
  entriesOf,
  groupEdited,
  groupKeys,
  setEntries,
  setMarked,
  type GroupKey,
} from './command-entries.ts';
import { writeCommands, type ListPlace } from './document.ts';
import { GroupRow } from './group-row.tsx';
import { UnreadEntries } from './unread-entries.tsx';

const unsupportedNames = Object.keys(unsupportedCommands);
const whyUnsupported = (name: string): string => {
  const reason = unsupportedCommands[name];
  return reason === undefined ? '' : translateMessage(reason);
};
/** Columns beside the chips, px; the first is narrower in a narrow page. */
const names = { wide: 136, narrow: 116, below: 726 } as const;
const sums = 104,
  padding = 32;

/** The groups of commands, with those marked in a list; only those that match the filter. */
export function CommandGroups({
  place,
  text,
  lockedBy,
  onClear,
}: {
  readonly place: ListPlace;
  /** The filter's text. */
  readonly text: string;
  readonly lockedBy: string | undefined;
  /** Clears the filter. */
  readonly onClear: () => void;
}) {
  const store = useStore();
  const draft = useDraft();
  const { box, width } = useWidth();
  const first = width !== null && width < names.below ? names.narrow : names.wide;
  const isStacked = width !== null && width < tableColumnsFrom;
  const entries = place.now.commands ?? [];
  // A new list is marked as a whole; there is nothing to compare its parts with.
  const applied = place.before === null ? entries : (place.before.commands ?? []);
  const marked = namedCommands(entries);
  const write = (next: readonly string[]) => {
    writeCommands(store, draft, place, next);
  };

  const query = text.trim().toLowerCase();
  const matching = (group: GroupKey): readonly DockerCommand[] | null =>
    query === '' ? null : commandsOf(group).filter((command) => matches(command, query));
  const groups = groupKeys
    .map((group) => ({ group, shown: matching(group) }))
    .filter(({ shown }) => shown === null || shown.length > 0);
  const unlistable =
    query === '' ? [] : unsupportedNames.filter((name) => name.startsWith(query.replace(/^docker /, '')));
  return (
    <Box ref={box} sx={{ '--socket-row': `${first}px minmax(0, 1fr) ${sums}px` }}>
      {width !== null &&
        groups.map(({ group, shown }) => (
          <GroupRow
            key={`${place.pointer} ${group}`}
            group={group}
            marked={marked}
            type={place.now.type ?? 'deny'}
            edited={groupEdited(applied, entries, group)}
            lockedBy={lockedBy}
            shown={shown}
            width={isStacked ? width - padding : width - first - sums - padding}
            onSet={(names) => {
              write(setMarked(entries, applied, group, names));
            }}
            onUndo={() => {
              write(setEntries(entries, applied, group, entriesOf(applied, group)));
            }}
          />
        ))}
      {unlistable.map((name) => (
        <UnlistableCommand key={name} name={name} />
      ))}
      {groups.length === 0 && unlistable.length === 0 && <NoneFound text={text.trim()} onClear={onClear} />}
      <UnreadEntries
        place={place}
        entries={entries}
        applied={applied}
        readOnly={lockedBy !== undefined}
        onWrite={write}
      />
    </Box>
  );
}

/** A command that command lists cannot name, and why. */
function UnlistableCommand({ name }: { readonly name: string }) {
  const { t } = useTranslation();
  return (
    <EmptyState>
      {withCode(t('socket.commands.cantList', { command: name, why: whyUnsupported(name) }))}
    </EmptyState>
  );
}

function NoneFound({ text, onClear }: { readonly text: string; readonly onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <EmptyState action={<Button onClick={onClear}>{t('button.clear')}</Button>}>
      {t('socket.commands.noneFound', { text })}
    </EmptyState>
  );
}

/** Number of commands that command lists cannot name, with examples. */
export function UnlistableCommandsNote() {
  const { t } = useTranslation();
  const [a = '', b = '', c = ''] = ['compose', 'scout', 'trust'].filter((name) =>
    unsupportedNames.includes(name),
  );
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'flex-start',
        gap: '6px',
        padding: '8px 16px',
        fontSize: 12,
        lineHeight: '16px',
        color: color.text2,
      }}
    >
      <InfoIcon aria-hidden sx={{ fontSize: 16 }} />
      <span>
        {withCode(t('socket.commands.unsupported', { a, b, c, count: unsupportedNames.length - 3 }))}
      </span>
    </Box>
  );
}

function matches(command: DockerCommand, query: string): boolean {
  const names = [command.name, ...command.aliases, command.group ?? ''].join('\n');
  return query
    .replace(/^docker /, '')
    .split(/\s+/)
    .every(
      (word) =>
        names.includes(word) ||
        command.description.text.toLowerCase().includes(word) ||
        translateMessage(command.description).includes(word),
    );
}

/**
 * Width of the rows, px; null until it is measured, which is before the first frame: a command that does not
 * fit is never rendered. Unlimited if there is no layout.
 */
function useWidth(): { readonly box: RefObject<HTMLDivElement | null>; readonly width: number | null } {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState<number | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    setWidth(element.clientWidth > 0 ? element.clientWidth : Number.POSITIVE_INFINITY);
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  return { box, width };
}
