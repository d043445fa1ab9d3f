import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useDraft } from '../../state/context.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { Mono } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import { entriesOf, groupEdited, groupOfEntry, setEntries } from './command-entries.ts';
import type { ListPlace } from './document.ts';
import { FindingNotice } from './finding-notice.tsx';
import { labelled, names } from '../../i18n/lists.ts';

/** Entries of a list that name no command: why, and what to do; also when the draft has just removed them. */
export function UnreadEntries({
  place,
  entries,
  applied,
  readOnly,
  onWrite,
}: {
  readonly place: ListPlace;
  readonly entries: readonly string[];
  readonly applied: readonly string[];
  readonly readOnly: boolean;
  readonly onWrite: (next: readonly string[]) => void;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const now = entries.flatMap((entry, index) => (groupOfEntry(entry) === null ? [{ entry, index }] : []));
  const before = entriesOf(applied, null);
  const edited = groupEdited(applied, entries, null);
  if (now.length === 0 && before.length === 0) return null;
  return (
    <Box
      role="group"
      aria-label={t('socket.commands.unread')}
      data-row
      data-edited={edited || undefined}
      sx={{
        display: 'grid',
        gap: 1,
        padding: '8px 16px',
        background: edited ? color.edited : 'transparent',
        borderBottom: `1px solid ${color.border}`,
      }}
    >
      {edited && (
        <Change
          lost={before.filter((entry) => !entries.includes(entry))}
          kind={now.length === 0 ? 'removed' : 'edited'}
          {...(readOnly
            ? {}
            : {
                onUndo: () => {
                  onWrite(setEntries(entries, applied, null, before));
                },
              })}
        />
      )}
      {now.map(({ entry, index }) =>
        draft.findings
          .filter((finding) => finding.pointer === `${place.pointer}/commands/${index}`)
          .map((finding) => (
            <FindingNotice
              key={`${entry}-${index}`}
              finding={finding}
              readOnly={readOnly}
              remove={{
                label: t('socket.commands.unreadRemove'),
                run: () => {
                  onWrite(entries.toSpliced(index, 1));
                },
              }}
            />
          )),
      )}
    </Box>
  );
}

/** Notice of a change of these entries, with the removed ones. */
function Change({
  lost,
  kind,
  onUndo,
}: {
  readonly lost: readonly string[];
  readonly kind: 'removed' | 'edited';
  readonly onUndo?: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: '4px',
        fontSize: 12,
        color: color.text2,
        minHeight: 28,
      }}
    >
      <Box sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
        {t('socket.commands.unread')}
        {lost.length > 0 && (
          <>
            {labelled(t, '', '')}
            <del>
              <Mono>{names(t, lost)}</Mono>
            </del>
          </>
        )}
      </Box>
      <EditedMark kind={kind} />
      {onUndo !== undefined && <UndoChange name={t('socket.commands.unread')} onUndo={onUndo} />}
    </Box>
  );
}
