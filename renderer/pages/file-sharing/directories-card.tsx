import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useAppPart, useDraft, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import type { DraftEci } from '../../components/draft-eci.ts';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { LockedNote } from '../../components/setting-row.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { AppError } from '../../../shared/result.ts';
import { DirectoryTable } from './directory-table.tsx';
import { AddDirectory } from './path-forms.tsx';
import type { Resolved } from './resolved.ts';
import { defaultShares, listPointer, writeList, writeShares, type Share, type ShareList } from './shares.ts';

/** A line at the end of the card. */
const line = { padding: '8px 16px', borderTop: `1px solid ${color.border}` };

/** The shared directories: path as written, path on this host, whether shared by default, and warnings. */
export function DirectoriesCard({
  list,
  found,
  resolveError,
  onRetry,
  lockedBy,
  offered,
  eci,
}: {
  readonly list: ShareList;
  readonly found: ReadonlyMap<string, Resolved>;
  readonly resolveError: AppError | null;
  readonly onRetry: () => void;
  readonly lockedBy: string | undefined;
  /** A path for the input field, and how many were proposed before: each new one resets the field. */
  readonly offered: { readonly path: string; readonly count: number };
  readonly eci: DraftEci;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const store = useStore();
  const draft = useDraft();
  const [editing, setEditing] = useState<number | null>(null);
  const readOnly = lockedBy !== undefined;
  const { shares, rows } = list;
  const write = (next: readonly Share[]) => {
    setEditing(null);
    writeShares(store, draft, next);
  };
  return (
    <Card
      pointer={listPointer}
      title={t('files.list.title')}
      note={formats.number(shares.length)}
      actions={
        list.addedOrRemoved && (
          <WholeListChange
            list={list}
            readOnly={readOnly}
            onUndo={() => {
              setEditing(null);
              writeList(store, draft, draft.appliedValue(listPointer));
            }}
          />
        )
      }
    >
      {list.missing && <MissingList eci={eci} canWrite={!readOnly && !list.addedOrRemoved} />}
      {rows.length > 0 && (
        <DirectoryTable
          list={list}
          found={found}
          lockedBy={lockedBy}
          editing={editing}
          onEdit={setEditing}
          onWrite={write}
        />
      )}
      {shares.length > 0 && <ByDefaultNote />}
      {shares.length === 0 && <EmptyList eci={eci === 'on'} below={rows.length > 0} />}
      {readOnly ? (
        <Box sx={line}>
          <LockedNote by={lockedBy} />
        </Box>
      ) : (
        <Box sx={{ ...line, display: 'flex' }}>
          <AddDirectory
            key={offered.count}
            initial={offered.path}
            listed={shares.map((share) => share.path)}
            onAdd={(path) => {
              write([...shares, { path, sharedByDefault: false }]);
            }}
          />
        </Box>
      )}
      {resolveError !== null && <DirectoriesUnresolved error={resolveError} onRetry={onRetry} />}
    </Card>
  );
}

/** The list as a whole was added to, or removed from, the file. */
function WholeListChange({
  list,
  readOnly,
  onUndo,
}: {
  readonly list: ShareList;
  readonly readOnly: boolean;
  readonly onUndo: () => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <EditedMark kind={list.missing ? 'removed' : 'added'} />
      {!readOnly && <UndoChange name={t('files.list.subject')} onUndo={onUndo} />}
    </>
  );
}

/** Explains what it means that the file has no list. */
function MissingList({ eci, canWrite }: { readonly eci: DraftEci; readonly canWrite: boolean }) {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  const desktop = useIsDesktopFormat();
  const isLost = eci === 'retained' || eci === 'unknown';
  return (
    <Box sx={{ borderBottom: `1px solid ${color.border}` }}>
      <EmptyState
        action={
          canWrite && (
            <Button
              onClick={() => {
                writeList(store, draft, defaultShares);
              }}
            >
              {t('files.list.write')}
            </Button>
          )
        }
      >
        {t(`files.list.${isLost ? 'missingRetained' : desktop ? 'missingDesktop' : 'missing'}`)}
      </EmptyState>
    </Box>
  );
}

/** Explains what it means that the list is empty. `below`: under the rows of removed entries. */
function EmptyList({ eci, below }: { readonly eci: boolean; readonly below: boolean }) {
  const { t } = useTranslation();
  const desktop = useIsDesktopFormat();
  return (
    <Box sx={below ? { borderTop: `1px solid ${color.border}` } : {}}>
      <EmptyState>
        {desktop ? t('files.list.emptyDesktop') : eci ? t('files.list.empty') : t('files.list.emptyOff')}
      </EmptyState>
    </Box>
  );
}

/** Explains the column "Shared by default". */
function ByDefaultNote() {
  const { t } = useTranslation();
  const desktop = useIsDesktopFormat();
  return (
    <Box sx={{ ...line, fontSize: 12, lineHeight: '16px', color: color.text2 }}>
      {desktop ? t('files.list.byDefaultDesktop') : t('files.list.byDefaultHere')}
    </Box>
  );
}

const useIsDesktopFormat = (): boolean =>
  useAppPart(({ target }) => target.capabilities.settingsFormat === 'desktop');

function DirectoriesUnresolved({
  error,
  onRetry,
}: {
  readonly error: AppError;
  readonly onRetry: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Box sx={{ padding: '0 16px 16px' }}>
      <ErrorPanel
        error={error}
        title={t('files.list.unresolved')}
        action={
          <Button size="small" onClick={onRetry}>
            {t('button.tryAgain')}
          </Button>
        }
      />
    </Box>
  );
}
