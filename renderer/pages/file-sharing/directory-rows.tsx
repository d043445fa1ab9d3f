import type { ReactNode } from 'react';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Switch from '@mui/material/Switch';
import type { TableEntry } from '../../components/data-table.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { MoreIcon } from '../../theme/icons.ts';
import { PathText, Tag, withCode } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import type { ShareContext } from '../../../shared/settings/index.ts';
import { HostCell } from './host-cell.tsx';
import { EditDirectory } from './path-forms.tsx';
import type { Resolved } from './resolved.ts';
import { judge, ShareNotice } from './share-notice.tsx';
import { listPointer, undoRow, type Share, type ShareList, type ShareRow } from './shares.ts';
import { lockedName } from '../../i18n/lists.ts';

interface RowContext {
  readonly t: TFunction;
  readonly list: ShareList;
  readonly found: ReadonlyMap<string, Resolved>;
  readonly judgeContext: ShareContext;
  readonly lockedBy: string | undefined;
  /** "Shared by default" has a meaning on this engine. */
  readonly usesDefault: boolean;
  /** Index of the share whose path is being edited. */
  readonly editing: number | null;
  readonly onEdit: (row: ShareRow) => void;
  readonly onCancelEdit: () => void;
  readonly onWrite: (shares: readonly Share[]) => void;
  readonly onRemove: (row: ShareRow) => void;
  readonly onDefault: (row: ShareRow, on: boolean) => void;
  readonly onMenu: (row: ShareRow, anchor: HTMLElement) => void;
}

/** The table's rows: listed directories, and removed ones that can be restored. */
export function directoryRows(context: RowContext): readonly TableEntry[] {
  // A row keeps its key, and so its focus, when its mark changes.
  const times = new Map<string, number>();
  const keyOf = (row: ShareRow): string => {
    const name = `${row.kind === 'removed' ? 'removed' : 'listed'} ${row.share.path}`;
    times.set(name, (times.get(name) ?? 0) + 1);
    return `${name} ${times.get(name) ?? 0}`;
  };
  return context.list.rows.map((row) => {
    const key = keyOf(row);
    return row.kind === 'removed' ? removedRow(key, row, context) : listedRow(key, row, context);
  });
}

function undoButton(row: ShareRow, { list, lockedBy, onWrite }: RowContext): ReactNode {
  const { path } = row.share;
  return lockedBy !== undefined ? null : (
    <UndoChange
      name={path}
      onUndo={() => {
        onWrite(undoRow(list.shares, row));
      }}
    />
  );
}

function removedRow(key: string, row: ShareRow, context: RowContext): TableEntry {
  const { path } = row.share;
  return {
    key,
    sortTexts: { written: path },
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
      undoButton(row, context),
    ],
  };
}

/** Below a row: the form that edits its path, or its problems. */
function belowRow(row: ShareRow, context: RowContext): ReactNode {
  const { list, found, lockedBy, editing, onEdit, onCancelEdit, onWrite, onRemove } = context;
  const { shares } = list;
  const { path } = row.share;
  const readOnly = lockedBy !== undefined;
  const isEditing = editing === row.index && !readOnly;
  const judgement = judge(path, found.get(path), context.judgeContext);
  if (isEditing)
    return (
      <Box sx={{ display: 'flex', paddingTop: 1 }}>
        <EditDirectory
          path={path}
          others={shares.flatMap((share, index) => (index === row.index ? [] : [share.path]))}
          onCancel={onCancelEdit}
          onSave={(next) => {
            onWrite(shares.with(row.index, { ...row.share, path: next }));
          }}
        />
      </Box>
    );
  return judgement === null ? undefined : (
    <ShareNotice
      judgement={judgement}
      readOnly={readOnly}
      onEdit={() => {
        onEdit(row);
      }}
      onRemove={() => {
        onRemove(row);
      }}
    />
  );
}

function listedRow(key: string, row: ShareRow, context: RowContext): TableEntry {
  const { t, list, found, onMenu } = context;
  const { path } = row.share;
  const below = belowRow(row, context);
  const real = found.get(path)?.real ?? null;
  return {
    key,
    sortTexts: { written: path, ...(real === null ? {} : { host: real }) },
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
      <DefaultCell key="default" row={row} context={context} />,
      row.kind === 'same' ? (
        <IconButton
          key="actions"
          aria-label={t('files.list.menu', { path })}
          aria-haspopup="menu"
          onClick={(event) => {
            onMenu(row, event.currentTarget);
          }}
        >
          <MoreIcon />
        </IconButton>
      ) : (
        undoButton(row, context)
      ),
    ],
  };
}

/** Whether the directory is shared by default; words where that has no meaning, and so can't be changed. */
function DefaultCell({ row, context }: { readonly row: ShareRow; readonly context: RowContext }) {
  const { t, lockedBy, usesDefault, onDefault } = context;
  const { path, sharedByDefault = false } = row.share;
  if (!usesDefault)
    return (
      <Box component="span" sx={{ color: color.text3 }}>
        {t(`files.list.byDefaultIs.${sharedByDefault ? 'yes' : 'no'}`)}
      </Box>
    );
  const name = t('files.list.byDefault', { path });
  return (
    <Switch
      checked={sharedByDefault}
      disabled={lockedBy !== undefined}
      onChange={(_, on) => {
        onDefault(row, on);
      }}
      slotProps={{
        input: {
          role: 'switch',
          'aria-label': lockedBy === undefined ? name : lockedName(t, name, lockedBy),
        },
      }}
    />
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
