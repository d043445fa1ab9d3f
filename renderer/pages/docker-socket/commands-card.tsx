import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import InputAdornment from '@mui/material/InputAdornment';
import OutlinedInput from '@mui/material/OutlinedInput';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useDraft, useStore } from '../../state/context.tsx';
import { useMissing } from '../../state/missing.ts';
import { Card } from '../../components/card.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { InfoIcon, SearchIcon } from '../../theme/icons.ts';
import { withCode } from '../../components/mono.tsx';
import { LockedNote, withLock } from '../../components/setting-row.tsx';
import { useNumber } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import {
  dockerCommands,
  namedCommands,
  unsupportedCommands,
  type DockerCommand,
} from '../../../shared/settings/index.ts';
import {
  commandsOf,
  entriesOf,
  groupEdited,
  groupKeys,
  setEntries,
  setMarked,
  type GroupKey,
} from './command-entries.ts';
import { defaultList, ownLists, writeCommands, writeType } from './document.ts';
import { GroupRow } from './group-row.tsx';
import { ListChooser, OwnListRow, RemovedLists } from './own-lists.tsx';
import { UnreadEntries } from './unread-entries.tsx';
import { translateMessage } from '../../i18n/translate.ts';

const unsupportedNames = Object.keys(unsupportedCommands);
const whyUnsupported = (name: string): string => {
  const reason = unsupportedCommands[name];
  return reason === undefined ? '' : translateMessage(reason);
};
/** Columns beside the chips, px; the first is narrower where the page is. */
const names = { wide: 136, narrow: 116, below: 726 } as const;
const sums = 104,
  padding = 32;

/** The commands a mounted socket takes, by group; one list for all images, and own lists for single ones. */
export function CommandsCard({
  lockedBy,
  chosen,
  onChoose,
}: {
  readonly lockedBy: string | undefined;
  /** Image of the own list shown; null is the default list. */ readonly chosen: string | null;
  readonly onChoose: (image: string | null) => void;
}) {
  const { t } = useTranslation();
  const number = useNumber();
  const store = useStore();
  const draft = useDraft();
  const [text, setText] = useState('');
  const { box, width } = useWidth();
  const readOnly = lockedBy !== undefined;
  const noLists = useMissing('per-image-lists');

  const { lists, removed } = ownLists(draft);
  const ownIndex = lists.findIndex(({ now }) => now.image === chosen);
  const own = chosen === null ? undefined : lists[ownIndex];
  const place = own ?? defaultList(draft);
  const type = place.now.type ?? 'deny';
  const entries = place.now.commands ?? [];
  // A list that is new as a whole is marked as such; its parts then have nothing to differ from.
  const applied = place.before === null ? entries : (place.before.commands ?? []);
  const marked = namedCommands(entries);
  const typeEdited = place.before !== null && type !== (place.before.type ?? 'deny');
  const write = (next: readonly string[]) => {
    writeCommands(store, draft, place, next);
  };

  const query = text.trim().toLowerCase();
  const matching = (group: GroupKey): readonly DockerCommand[] | null =>
    query === '' ? null : commandsOf(group).filter((command) => matches(command, query));
  const groups = groupKeys
    .map((group) => ({ group, shown: matching(group) }))
    .filter(({ shown }) => shown === null || shown.length > 0);
  const cantList =
    query === '' ? [] : unsupportedNames.filter((name) => name.startsWith(query.replace(/^docker /, '')));
  const [a = '', b = '', c = ''] = ['compose', 'scout', 'trust'].filter((name) =>
    unsupportedNames.includes(name),
  );

  return (
    <Card
      pointer={place.pointer}
      title={t('socket.commands.title')}
      actions={
        noLists !== undefined && lists.length === 0 ? (
          t('target.ownLists')
        ) : (
          <ListChooser
            lists={lists}
            chosen={own === undefined ? null : ownIndex}
            readOnly={readOnly || noLists !== undefined}
            onChoose={(index) => {
              onChoose(index === null ? null : (lists[index]?.now.image ?? null));
            }}
            onAdded={onChoose}
          />
        )
      }
    >
      {own !== undefined && (
        <OwnListRow
          place={own}
          index={ownIndex}
          lockedBy={lockedBy}
          onRemoved={() => {
            onChoose(null);
          }}
        />
      )}
      <RemovedLists removed={removed} readOnly={readOnly} />
      <Box
        data-row
        data-edited={typeEdited || undefined}
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          gap: '8px 12px',
          padding: '8px 16px',
          background: typeEdited ? color.edited : 'transparent',
          borderBottom: `1px solid ${color.border}`,
        }}
      >
        <ToggleButtonGroup
          exclusive
          value={type}
          disabled={readOnly}
          aria-label={withLock(t, t('socket.commands.type.label'), lockedBy)}
          onChange={(_, next: unknown) => {
            if (next === 'deny' || next === 'allow') writeType(store, draft, place, next);
          }}
        >
          <ToggleButton
            value="deny"
            {...(readOnly ? { 'aria-label': withLock(t, t('socket.commands.type.deny'), lockedBy) } : {})}
          >
            {t('socket.commands.type.deny')}
          </ToggleButton>
          <ToggleButton
            value="allow"
            {...(readOnly ? { 'aria-label': withLock(t, t('socket.commands.type.allow'), lockedBy) } : {})}
          >
            {t('socket.commands.type.allow')}
          </ToggleButton>
        </ToggleButtonGroup>
        <Box role="status" sx={{ fontSize: 12, color: color.text2 }}>
          {type === 'deny'
            ? t('socket.commands.denied', { count: marked.size, total: number(dockerCommands.length) })
            : t('socket.commands.allowed', { count: marked.size, total: number(dockerCommands.length) })}
        </Box>
        {typeEdited && <EditedMark />}
        {typeEdited && !readOnly && (
          <UndoChange
            name={t('socket.commands.type.label')}
            onUndo={() => {
              writeType(store, draft, place, place.before?.type ?? 'deny');
            }}
          />
        )}
        {lockedBy !== undefined && <LockedNote by={lockedBy} />}
        <OutlinedInput
          value={text}
          placeholder={t('socket.commands.find')}
          onChange={(event) => {
            setText(event.target.value);
          }}
          sx={{ width: 168, marginLeft: 'auto' }}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text !== '') {
              event.stopPropagation();
              setText('');
            }
          }}
          inputProps={{ 'aria-label': t('socket.commands.find'), 'data-filter': true, type: 'search' }}
          startAdornment={
            <InputAdornment position="start">
              <SearchIcon />
            </InputAdornment>
          }
        />
      </Box>
      <Box
        ref={box}
        sx={{
          '--socket-row': `${width < names.below ? names.narrow : names.wide}px minmax(0, 1fr) ${sums}px`,
        }}
      >
        {groups.map(({ group, shown }) => (
          <GroupRow
            key={`${place.pointer} ${group}`}
            group={group}
            marked={marked}
            type={type}
            edited={groupEdited(applied, entries, group)}
            lockedBy={lockedBy}
            shown={shown}
            width={width - (width < names.below ? names.narrow : names.wide) - sums - padding}
            onSet={(names) => {
              write(setMarked(entries, applied, group, names));
            }}
            onUndo={() => {
              write(setEntries(entries, applied, group, entriesOf(applied, group)));
            }}
          />
        ))}
        {cantList.map((name) => (
          <EmptyState key={name}>
            {withCode(t('socket.commands.cantList', { command: name, why: whyUnsupported(name) }))}
          </EmptyState>
        ))}
        {groups.length === 0 && cantList.length === 0 && (
          <EmptyState
            action={
              <Button
                onClick={() => {
                  setText('');
                }}
              >
                {t('button.clear')}
              </Button>
            }
          >
            {t('socket.commands.noneFound', { text: text.trim() })}
          </EmptyState>
        )}
        <UnreadEntries
          place={place}
          entries={entries}
          applied={applied}
          readOnly={readOnly}
          onWrite={write}
        />
      </Box>
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
    </Card>
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

/** Width of the rows, px; unlimited until it was measured. */
function useWidth(): { readonly box: React.RefObject<HTMLDivElement | null>; readonly width: number } {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
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
