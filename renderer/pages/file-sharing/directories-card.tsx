import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { LockedNote } from '../../components/setting-row.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { AppError } from '../../../shared/result.ts';
import { shareContext } from './check-share.ts';
import { DirectoryMenu, type OpenMenu } from './directory-menu.tsx';
import { directoryRows } from './directory-rows.tsx';
import { AddDirectory } from './path-forms.tsx';
import type { Resolved } from './resolved.ts';
import {
  defaultShares,
  listPointer,
  withDefault,
  writeList,
  writeShares,
  type Share,
  type ShareList,
  type ShareRow,
} from './shares.ts';

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
  /** A path for the input field, and how many were offered before: each new one resets the field. */
  readonly offered: { readonly path: string; readonly count: number };
  readonly eci: boolean;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const [editing, setEditing] = useState<number | null>(null);
  const [menu, setMenu] = useState<OpenMenu | null>(null);

  const readOnly = lockedBy !== undefined;
  const desktop = app.target.capabilities.settingsFormat === 'desktop';
  const { shares, rows } = list;
  const write = (next: readonly Share[]) => {
    setEditing(null);
    writeShares(store, draft, next);
  };
  const edit = (row: ShareRow) => {
    setEditing(row.index);
  };
  const remove = (row: ShareRow) => {
    write(shares.toSpliced(row.index, 1));
  };
  const add = (path: string) => {
    write([...shares, { path, sharedByDefault: false }]);
  };

  const columns = [
    { key: 'written', sorts: t('files.list.column.written'), width: '34%' },
    { key: 'host', sorts: t('files.list.column.host') },
    { key: 'default', label: t('files.list.column.byDefault'), width: 136 },
    {
      key: 'actions',
      label: <span className="visually-hidden">{t('files.list.column.actions')}</span>,
      width: 52,
      align: 'right' as const,
    },
  ];
  const tableRows = directoryRows({
    t,
    list,
    found,
    judgeContext: shareContext(app),
    lockedBy,
    editing,
    onEdit: edit,
    onCancelEdit: () => {
      setEditing(null);
    },
    onWrite: write,
    onRemove: remove,
    onDefault: (row, on) => {
      writeShares(store, draft, shares.with(row.index, withDefault(row, on)));
    },
    onMenu: (row, anchor) => {
      setMenu({ row, anchor });
    },
  });

  const line = { padding: '8px 16px', borderTop: `1px solid ${color.border}` };
  return (
    <Card
      pointer={listPointer}
      title={t('files.list.title')}
      note={formats.number(shares.length)}
      actions={
        list.addedOrRemoved && (
          <>
            <EditedMark kind={list.missing ? 'removed' : 'added'} />
            {!readOnly && (
              <UndoChange
                name={t('files.list.came')}
                onUndo={() => {
                  setEditing(null);
                  writeList(store, draft, draft.appliedValue(listPointer));
                }}
              />
            )}
          </>
        )
      }
    >
      {list.missing && (
        <Box sx={{ borderBottom: `1px solid ${color.border}` }}>
          <EmptyState
            action={
              !readOnly &&
              !list.addedOrRemoved && (
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
            {desktop ? t('files.list.missingDesktop') : t('files.list.missing')}
          </EmptyState>
        </Box>
      )}
      {rows.length > 0 && <DataTable label={t('files.list.title')} columns={columns} rows={tableRows} />}
      {shares.length === 0 && (
        <Box sx={rows.length > 0 ? { borderTop: `1px solid ${color.border}` } : {}}>
          <EmptyState>
            {desktop ? t('files.list.emptyDesktop') : eci ? t('files.list.empty') : t('files.list.emptyOff')}
          </EmptyState>
        </Box>
      )}
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
            onAdd={add}
          />
        </Box>
      )}
      {resolveError !== null && (
        <Box sx={{ padding: '0 16px 16px' }}>
          <ErrorPanel
            error={resolveError}
            title={t('files.list.lookFailed')}
            action={
              <Button size="small" onClick={onRetry}>
                {t('button.tryAgain')}
              </Button>
            }
          />
        </Box>
      )}
      <DirectoryMenu
        menu={menu}
        readOnly={readOnly}
        onClose={() => {
          setMenu(null);
        }}
        onEdit={edit}
        onRemove={remove}
      />
    </Card>
  );
}
