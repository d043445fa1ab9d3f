import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useDraft } from '../../state/context.tsx';
import { DataTable, type TableEntry } from '../../components/data-table.tsx';
import { UndoChange } from '../../components/edited-mark.tsx';
import { color } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/settings/index.ts';
import { EditImage } from './add-image.tsx';
import { CommandsCell } from './commands-cell.tsx';
import { imagesPointer, type ListPlace } from './document.ts';
import { FindingNotice } from './finding-notice.tsx';
import { findingsByPointer } from './findings-by-pointer.ts';
import { ImageMenuButton } from './image-menu-button.tsx';
import { Marked, Reference, RowActions } from './image-row.tsx';
import { imageSortTexts } from './image-sort-texts.ts';
import { undoRow, type ListRow } from './list-changes.ts';
import { LocalImageCell } from './local-image-cell.tsx';
import { LookupProgress } from './lookup-progress.tsx';
import { isShownInCell, TrustCell } from './trust-cell.tsx';
import type { ImageList } from './use-image-list.ts';

interface ImageTableProps {
  readonly list: ImageList;
  readonly onOpenList: (list: ListPlace) => void;
  readonly onMenu: (row: ListRow, anchor: HTMLElement) => void;
}

/** The images of the list, and those that the draft no longer has. */
export function ImageTable(props: ImageTableProps) {
  const { t } = useTranslation();
  const draft = useDraft();
  const { rows, table, editing } = props.list;
  const columns = [
    { key: 'image', sorts: t('socket.images.column.image') },
    {
      key: 'trust',
      sorts: t('socket.images.column.trust'),
      beside: <LookupProgress />,
      width: '26%',
      caption: t('socket.images.column.trust'),
    },
    {
      key: 'here',
      sorts: t('socket.images.column.here'),
      width: '18%',
      caption: t('socket.images.column.here'),
    },
    {
      key: 'commands',
      sorts: t('socket.images.column.commands'),
      width: '16%',
      caption: t('socket.images.column.commands'),
    },
    {
      key: 'actions',
      label: <span className="visually-hidden">{t('socket.images.column.actions')}</span>,
      width: 52,
      align: 'right' as const,
    },
  ];
  // A map, not a search in each row: a thousand images have as many findings.
  const findingsAt = useMemo(() => findingsByPointer(draft.findings), [draft.findings]);
  const entries = rows.map((row) =>
    row.kind === 'removed'
      ? removedEntry(props.list, row)
      : listedEntry(props, row, findingsAt.get(`${imagesPointer}/${row.index}`) ?? []),
  );
  const edited = rows.find(({ kind, index }) => kind !== 'removed' && index === editing?.index);
  return (
    <div ref={table}>
      <DataTable
        label={t('socket.images.title')}
        columns={columns}
        rows={entries}
        revealed={edited === undefined ? undefined : keyOf(edited)}
      />
    </div>
  );
}

const keyOf = (row: ListRow): string => `${row.kind}-${row.index}-${row.value}`;

function removedEntry(list: ImageList, row: ListRow): TableEntry {
  return {
    key: keyOf(row),
    sortTexts: { image: row.value },
    edited: true,
    cells: [
      <Marked key="image" mark="removed">
        <Box component="del" sx={{ color: color.text3 }}>
          <Reference text={row.value} />
        </Box>
      </Marked>,
      null,
      null,
      null,
      <UndoAction key="actions" list={list} row={row} />,
    ],
  };
}

function listedEntry(
  { list, onOpenList, onMenu }: ImageTableProps,
  row: Exclude<ListRow, { readonly kind: 'removed' }>,
  findings: readonly Finding[],
): TableEntry {
  const { editing, readOnly, local, lists } = list;
  const notices = findings.filter((finding) => !isShownInCell(finding));
  const below =
    editing?.index === row.index && !readOnly ? (
      <EditedEntry key={editing.proposed ?? ''} list={list} row={row} proposed={editing.proposed} />
    ) : notices.length > 0 ? (
      <Notices list={list} row={row} notices={notices} />
    ) : undefined;
  return {
    key: keyOf(row),
    pointer: `${imagesPointer}/${row.index}`,
    edited: row.kind !== 'same',
    ...(below === undefined ? {} : { below }),
    // Getters: most rows of a long list are never drawn, and it is seldom sorted.
    get sortTexts() {
      return imageSortTexts(row.value, list);
    },
    get cells() {
      return [
        <Marked key="image" {...(row.kind === 'same' ? {} : { mark: row.kind })}>
          <Reference text={row.value} />
        </Marked>,
        <TrustCell key="trust" image={row.value} findings={findings} />,
        <LocalImageCell key="here" image={row.value} local={local} />,
        <CommandsCell key="commands" image={row.value} lists={lists} onOpen={onOpenList} />,
        row.kind === 'same' ? (
          <RowActions key="actions" place={row.index}>
            <ImageMenuButton
              image={row.value}
              onOpen={(anchor) => {
                onMenu(row, anchor);
              }}
            />
          </RowActions>
        ) : (
          <UndoAction key="actions" list={list} row={row} />
        ),
      ];
    },
  };
}

interface EntryProps {
  readonly list: ImageList;
  readonly row: ListRow;
}

function UndoAction({ list: { readOnly, images, stopEditing, write }, row }: EntryProps) {
  return (
    <RowActions place={row.index}>
      {!readOnly && (
        <UndoChange
          name={row.value}
          onUndo={() => {
            stopEditing(row.index);
            write(undoRow(images, row));
          }}
        />
      )}
    </RowActions>
  );
}

/** The field that edits an entry. `proposed`: its initial text, if not the entry. */
function EditedEntry({
  list: { images, local, write, stopEditing },
  row,
  proposed,
}: EntryProps & { readonly proposed: string | undefined }) {
  return (
    <EditImage
      image={row.value}
      {...(proposed === undefined ? {} : { proposed })}
      others={images.toSpliced(row.index, 1)}
      local={local}
      onCancel={() => {
        stopEditing(row.index);
      }}
      onSave={(image) => {
        write(images.with(row.index, image));
        stopEditing(row.index);
      }}
    />
  );
}

function Notices({
  list: { images, readOnly, write },
  row,
  notices,
}: EntryProps & { readonly notices: readonly Finding[] }) {
  const { t } = useTranslation();
  return (
    <Box sx={{ display: 'grid', gap: 1 }}>
      {notices.map((finding) => (
        <FindingNotice
          key={finding.code}
          finding={finding}
          readOnly={readOnly}
          {...(finding.code === 'socket-image-invalid'
            ? {
                remove: {
                  label: t('socket.images.remove'),
                  run: () => {
                    write(images.toSpliced(row.index, 1));
                  },
                },
              }
            : {})}
        />
      ))}
    </Box>
  );
}
