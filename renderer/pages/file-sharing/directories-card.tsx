import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Switch from '@mui/material/Switch';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { MoreIcon } from '../../theme/icons.ts';
import { PathText, Tag, withCode } from '../../components/mono.tsx';
import { LockedNote } from '../../components/setting-row.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { AppError } from '../../../shared/result.ts';
import { shareContext } from './check-share.ts';
import { HostCell } from './host-cell.tsx';
import { AddDirectory, EditDirectory } from './path-forms.tsx';
import type { Resolved } from './resolved.ts';
import { judge, ShareNotice } from './share-notice.tsx';
import {
  defaultShares,
  listPointer,
  undoRow,
  withDefault,
  writeList,
  writeShares,
  type Share,
  type ShareList,
  type ShareRow,
} from './shares.ts';
import { lockedName } from '../../i18n/lists.ts';

/**
 * The directories: each as written, where it leads here, its switch; what is dangerous says so in its row.
 */
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
  /** A path for the field, and how many there were: each new one starts the field anew. */
  readonly offered: { readonly path: string; readonly count: number };
  readonly eci: boolean;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const [editing, setEditing] = useState<number | null>(null);
  const [menu, setMenu] = useState<{ readonly row: ShareRow; readonly anchor: HTMLElement } | null>(null);

  const readOnly = lockedBy !== undefined;
  const desktop = app.target.capabilities.settingsFormat === 'desktop';
  const context = shareContext(app);
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
    { key: 'written', label: t('files.list.column.written'), width: '34%' },
    { key: 'host', label: t('files.list.column.host') },
    { key: 'default', label: t('files.list.column.byDefault'), width: 136 },
    {
      key: 'actions',
      label: <span className="visually-hidden">{t('files.list.column.actions')}</span>,
      width: 52,
      align: 'right' as const,
    },
  ];
  // A row stays the same one, focus and all, whatever becomes of its mark.
  const times = new Map<string, number>();
  const keyOf = (row: ShareRow): string => {
    const name = `${row.kind === 'removed' ? 'removed' : 'listed'} ${row.share.path}`;
    times.set(name, (times.get(name) ?? 0) + 1);
    return `${name} ${times.get(name) ?? 0}`;
  };
  const tableRows = rows.map((row) => {
    const { path } = row.share;
    const key = keyOf(row);
    const undo = readOnly ? null : (
      <UndoChange
        name={path}
        onUndo={() => {
          write(undoRow(shares, row));
        }}
      />
    );
    if (row.kind === 'removed')
      return {
        key,
        edited: true,
        cells: [
          <Cell key="written">
            <Box component="del" sx={{ color: color.text3 }}>
              <PathText path={path} />
            </Box>
            <EditedMark kind="removed" />
          </Cell>,
          null,
          null,
          undo,
        ],
      };
    const isEditing = editing === row.index && !readOnly;
    const judgement = judge(path, found.get(path), context);
    const below: ReactNode = isEditing ? (
      <Box sx={{ display: 'flex', paddingTop: 1 }}>
        <EditDirectory
          path={path}
          others={shares.flatMap((share, index) => (index === row.index ? [] : [share.path]))}
          onCancel={() => {
            setEditing(null);
          }}
          onSave={(next) => {
            write(shares.with(row.index, { ...row.share, path: next }));
          }}
        />
      </Box>
    ) : judgement === null ? undefined : (
      <ShareNotice
        judgement={judgement}
        readOnly={readOnly}
        onEdit={() => {
          edit(row);
        }}
        onRemove={() => {
          remove(row);
        }}
      />
    );
    return {
      key,
      pointer: `${listPointer}/${row.index}`,
      edited: row.kind !== 'same',
      ...(below === undefined ? {} : { below }),
      cells: [
        <Cell key="written">
          <PathText path={path} />
          {row.kind !== 'same' && <EditedMark kind={row.kind} />}
          {row.kind === 'edited' && row.before.path !== path && (
            <Box component="span" sx={{ color: color.text3, fontSize: 12 }}>
              {withCode(t('files.list.before', { path: row.before.path }))}
            </Box>
          )}
          {list.missing && <Tag>{t('files.list.defaultTag')}</Tag>}
        </Cell>,
        <HostCell key="host" written={path} found={found.get(path)} />,
        <Switch
          key="default"
          checked={row.share.sharedByDefault === true}
          disabled={readOnly}
          onChange={(_, on) => {
            writeShares(store, draft, shares.with(row.index, withDefault(row, on)));
          }}
          slotProps={{
            input: {
              role: 'switch',
              'aria-label': readOnly
                ? lockedName(t, t('files.list.byDefault', { path }), lockedBy)
                : t('files.list.byDefault', { path }),
            },
          }}
        />,
        row.kind === 'same' ? (
          <IconButton
            key="actions"
            aria-label={t('files.list.menu', { path })}
            aria-haspopup="menu"
            onClick={(event) => {
              setMenu({ row, anchor: event.currentTarget });
            }}
          >
            <MoreIcon />
          </IconButton>
        ) : (
          undo
        ),
      ],
    };
  });

  const close = () => {
    setMenu(null);
  };
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
      <Menu open={menu !== null} anchorEl={menu?.anchor ?? null} onClose={close}>
        {!readOnly && (
          <MenuItem
            onClick={() => {
              if (menu !== null) edit(menu.row);
              close();
            }}
          >
            {t('files.list.edit')}
          </MenuItem>
        )}
        <MenuItem
          onClick={() => {
            if (menu !== null) void store.request('clipboard:write', { text: menu.row.share.path });
            close();
          }}
        >
          {t('files.list.copy')}
        </MenuItem>
        {!readOnly && (
          <MenuItem
            onClick={() => {
              if (menu !== null) remove(menu.row);
              close();
            }}
          >
            {t('files.list.remove')}
          </MenuItem>
        )}
      </Menu>
    </Card>
  );
}

function Cell({ children }: { readonly children: ReactNode }) {
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        columnGap: '12px',
        rowGap: '2px',
        padding: '4px 0',
      }}
    >
      {children}
    </Box>
  );
}
