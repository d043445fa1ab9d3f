import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { shareContext } from '../../state/share-context.ts';
import { DirectoryMenu, type OpenMenu } from './directory-menu.tsx';
import { directoryRows } from './directory-rows.tsx';
import type { Resolved } from './resolved.ts';
import { withDefault, writeShares, type Share, type ShareList, type ShareRow } from './shares.ts';

/** The directories as a table, each with a menu. */
export function DirectoryTable({
  list,
  found,
  lockedBy,
  editing,
  onEdit,
  onWrite,
}: {
  readonly list: ShareList;
  readonly found: ReadonlyMap<string, Resolved>;
  readonly lockedBy: string | undefined;
  /** Index of the directory whose path is being edited. */
  readonly editing: number | null;
  readonly onEdit: (index: number | null) => void;
  readonly onWrite: (next: readonly Share[]) => void;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const { shares } = list;
  const edit = (row: ShareRow) => {
    onEdit(row.index);
  };
  const remove = (row: ShareRow) => {
    onWrite(shares.toSpliced(row.index, 1));
  };

  const columns = [
    { key: 'written', sorts: t('files.list.column.written'), width: '34%' },
    { key: 'host', sorts: t('files.list.column.host'), caption: t('files.list.column.host') },
    {
      key: 'default',
      label: t('files.list.column.byDefault'),
      width: 136,
      caption: t('files.list.column.byDefault'),
    },
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
    usesDefault: app.target.capabilities.settingsFormat === 'desktop',
    editing,
    onEdit: edit,
    onCancelEdit: () => {
      onEdit(null);
    },
    onWrite,
    onRemove: remove,
    onDefault: (row, on) => {
      writeShares(store, draft, shares.with(row.index, withDefault(row, on)));
    },
    onMenu: (row, anchor) => {
      setMenu({ row, anchor });
    },
  });
  return (
    <>
      <DataTable label={t('files.list.title')} columns={columns} rows={tableRows} />
      <DirectoryMenu
        menu={menu}
        readOnly={lockedBy !== undefined}
        onClose={() => {
          setMenu(null);
        }}
        onEdit={edit}
        onRemove={remove}
      />
    </>
  );
}
