import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import InputAdornment from '@mui/material/InputAdornment';
import OutlinedInput from '@mui/material/OutlinedInput';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useDraft, useStore } from '../../state/context.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { LockedNote, withLock } from '../../components/setting-row.tsx';
import { useNumber } from '../../i18n/format.ts';
import { SearchIcon } from '../../theme/icons.ts';
import { color, stacked } from '../../theme/tokens.ts';
import { dockerCommands, namedCommands } from '../../../shared/settings/index.ts';
import { allowsReadingOnly, writeReadingOnly, writeType, type ListPlace } from './document.ts';

/** Whether a list denies or allows, how many commands are marked, and a filter for the groups below. */
export function ListTypeRow({
  place,
  lockedBy,
  text,
  onText,
}: {
  readonly place: ListPlace;
  readonly lockedBy: string | undefined;
  readonly text: string;
  readonly onText: (text: string) => void;
}) {
  const { t } = useTranslation();
  const number = useNumber();
  const store = useStore();
  const draft = useDraft();
  const type = place.now.type ?? 'deny';
  const counts = {
    count: namedCommands(place.now.commands ?? []).size,
    total: number(dockerCommands.length),
  };
  const typeEdited = place.before !== null && type !== (place.before.type ?? 'deny');
  return (
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
      <TypeChoice place={place} type={type} lockedBy={lockedBy} />
      <Box role="status" sx={{ fontSize: 12, color: color.text2 }}>
        {type === 'deny' ? t('socket.commands.denied', counts) : t('socket.commands.allowed', counts)}
      </Box>
      {typeEdited && (
        <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: '4px' }}>
          <EditedMark />
          {lockedBy === undefined && (
            <UndoChange
              name={t('socket.commands.type.label')}
              onUndo={() => {
                writeType(store, draft, place, place.before?.type ?? 'deny');
              }}
            />
          )}
        </Box>
      )}
      {lockedBy !== undefined && <LockedNote by={lockedBy} />}
      {lockedBy === undefined && !allowsReadingOnly(place) && (
        <Button
          size="small"
          variant="text"
          onClick={() => {
            writeReadingOnly(store, draft, place);
          }}
        >
          {t('socket.commands.readingOnly')}
        </Button>
      )}
      <CommandFilter text={text} onText={onText} />
    </Box>
  );
}

function TypeChoice({
  place,
  type,
  lockedBy,
}: {
  readonly place: ListPlace;
  readonly type: 'deny' | 'allow';
  readonly lockedBy: string | undefined;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  const readOnly = lockedBy !== undefined;
  return (
    <ToggleButtonGroup
      exclusive
      value={type}
      disabled={readOnly}
      sx={{ [stacked]: { height: 'auto', maxWidth: '100%', flexWrap: 'wrap' } }}
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
  );
}

function CommandFilter({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <OutlinedInput
      value={text}
      placeholder={t('socket.commands.find')}
      onChange={(event) => {
        onText(event.target.value);
      }}
      sx={{ width: 168, marginLeft: 'auto', [stacked]: { width: '100%' } }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && text !== '') {
          event.stopPropagation();
          onText('');
        }
      }}
      inputProps={{ 'aria-label': t('socket.commands.find'), 'data-filter': true, type: 'search' }}
      startAdornment={
        <InputAdornment position="start">
          <SearchIcon />
        </InputAdornment>
      }
    />
  );
}
