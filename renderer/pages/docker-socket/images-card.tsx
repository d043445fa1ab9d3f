import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useDraft, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { UndoChange } from '../../components/edited-mark.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { AddIcon } from '../../theme/icons.ts';
import { leadsHere } from '../../components/pointed.ts';
import { useNumber } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import { AddImage, EditImage } from './add-image.tsx';
import { imagesPointer, ownLists, stringsOf, writeImages, type ListPlace } from './document.ts';
import { CommandsCell } from './commands-cell.tsx';
import { DerivedSwitch } from './derived-switch.tsx';
import { FindingNotice } from './finding-notice.tsx';
import { LocalImageCell } from './local-image-cell.tsx';
import { findingsByPointer } from './findings-by-pointer.ts';
import { ImageMenu } from './image-menu.tsx';
import { ImageMenuButton } from './image-menu-button.tsx';
import { Marked, Reference, RowActions } from './image-row.tsx';
import { pinned } from './pin.ts';
import { isShownInCell, TrustCell } from './trust-cell.tsx';
import { TrustHead } from './trust-head.tsx';
import { listRows, undoRow, type ListRow } from './list-changes.ts';
import { useLocalImages } from './local-images.ts';
import { useCachedState } from './registry-state.ts';

/** Below more rows than these nobody finds the field to add one. */
const longList = 20;

/**
 * Images whose containers may mount the socket: the list, a field to add to it, the switch for derived
 * images.
 */
export function ImagesCard({
  settings,
  lockedBy,
  onOpenList,
}: {
  readonly settings: EffectiveSettings;
  readonly lockedBy: string | undefined;
  readonly onOpenList: (list: ListPlace) => void;
}) {
  const { t } = useTranslation();
  const number = useNumber();
  const store = useStore();
  const draft = useDraft();
  const local = useLocalImages();
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<{ readonly index: number; readonly proposed?: string } | null>(null);
  const [menu, setMenu] = useState<{ readonly row: ListRow; readonly anchor: HTMLElement } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const chosenState = useCachedState(menu?.row.value ?? null);
  const card = useRef<HTMLDivElement>(null);

  const readOnly = lockedBy !== undefined;
  const images = stringsOf(draft.value(imagesPointer));
  const rows = listRows(stringsOf(draft.appliedValue(imagesPointer)), images);
  const { lists } = ownLists(draft);
  const write = (next: readonly string[]) => {
    writeImages(store, draft, next);
  };
  /** Closes the field of a row; focus goes to what the row, or the one in its place, can do. */
  const stopEditing = (place: number) => {
    setEditing(null);
    requestAnimationFrame(() => {
      const places = [...(card.current?.querySelectorAll<HTMLElement>('[data-place]') ?? [])];
      const here = places.find((element) => Number(element.dataset['place']) >= place) ?? places.at(-1);
      (here?.querySelector('button') ?? field.current)?.focus();
    });
  };

  const columns = [
    { key: 'image', sorts: t('socket.images.column.image') },
    { key: 'trust', label: <TrustHead />, width: '27%' },
    { key: 'here', label: t('socket.images.column.here'), width: '16%' },
    { key: 'commands', label: t('socket.images.column.commands'), width: '16%' },
    {
      key: 'actions',
      label: <span className="visually-hidden">{t('socket.images.column.actions')}</span>,
      width: 52,
      align: 'right' as const,
    },
  ];
  // Not looked for in each row: a thousand images have as many findings.
  const findingsAt = useMemo(() => findingsByPointer(draft.findings), [draft.findings]);
  const tableRows = rows.map((row) => {
    const key = `${row.kind}-${row.index}-${row.value}`;
    const name = <Reference text={row.value} />;
    const undo = (
      <RowActions key="actions" place={row.index}>
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
    const sortTexts = { image: row.value };
    if (row.kind === 'removed') {
      return {
        key,
        sortTexts,
        edited: true,
        cells: [
          <Marked key="image" mark="removed">
            <Box component="del" sx={{ color: color.text3 }}>
              {name}
            </Box>
          </Marked>,
          null,
          null,
          null,
          undo,
        ],
      };
    }
    const findings = findingsAt.get(`${imagesPointer}/${row.index}`) ?? [];
    const notices = findings.filter((finding) => !isShownInCell(finding));
    const isEditing = editing?.index === row.index && !readOnly;
    const below = isEditing ? (
      <EditImage
        key={editing.proposed ?? ''}
        image={row.value}
        {...(editing.proposed === undefined ? {} : { proposed: editing.proposed })}
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
    ) : notices.length > 0 ? (
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
    ) : undefined;
    return {
      key,
      sortTexts,
      pointer: `${imagesPointer}/${row.index}`,
      edited: row.kind !== 'same',
      ...(below === undefined ? {} : { below }),
      cells: [
        <Marked key="image" {...(row.kind === 'same' ? {} : { mark: row.kind })}>
          {name}
        </Marked>,
        <TrustCell key="trust" image={row.value} findings={findings} />,
        <LocalImageCell key="here" image={row.value} local={local} />,
        <CommandsCell key="commands" image={row.value} lists={lists} onOpen={onOpenList} />,
        row.kind === 'same' ? (
          <RowActions key="actions" place={row.index}>
            <ImageMenuButton
              image={row.value}
              onOpen={(anchor) => {
                setMenu({ row, anchor });
              }}
            />
          </RowActions>
        ) : (
          undo
        ),
      ],
    };
  });

  const pinnedForm = menu === null || readOnly ? null : pinned(menu.row.value, chosenState);
  const long = rows.length > longList;
  const add = !readOnly && (images.length > 0 || adding) && (
    <AddImage
      images={images}
      local={local}
      field={field}
      autoFocus={adding && images.length === 0}
      before={long}
      onAdd={(image) => {
        write([...images, image]);
      }}
      onLeave={() => {
        setAdding(false);
        return images.length === 0;
      }}
    />
  );
  return (
    <Card
      pointer={imagesPointer}
      title={t('socket.images.title')}
      note={number(images.length)}
      actions={<DerivedSwitch on={settings.socket.allowDerivedImages} lockedBy={lockedBy} />}
    >
      {long && add}
      {rows.length > 0 && (
        <div ref={card}>
          <DataTable label={t('socket.images.title')} columns={columns} rows={tableRows} />
        </div>
      )}
      {images.length === 0 && (
        <Box sx={rows.length > 0 ? { borderTop: `1px solid ${color.border}` } : {}}>
          <EmptyState
            action={
              !readOnly &&
              !adding && (
                <Button
                  {...leadsHere}
                  startIcon={<AddIcon />}
                  onClick={() => {
                    setAdding(true);
                  }}
                >
                  {t('socket.add.button')}
                </Button>
              )
            }
          >
            {settings.eci.value ? t('socket.images.empty') : t('socket.images.emptyOff')}
          </EmptyState>
        </Box>
      )}
      {!long && add}
      {local.error !== null && (
        <Box sx={{ padding: '0 16px 16px' }}>
          <ErrorPanel
            error={local.error}
            title={t('socket.images.imagesFailed')}
            action={
              <Button size="small" onClick={local.retry}>
                {t('button.tryAgain')}
              </Button>
            }
          />
        </Box>
      )}
      <ImageMenu
        anchor={menu?.anchor ?? null}
        readOnly={readOnly}
        canPin={pinnedForm !== null}
        onClose={() => {
          setMenu(null);
        }}
        onEdit={() => {
          if (menu !== null) setEditing({ index: menu.row.index });
        }}
        onPin={() => {
          if (menu !== null && pinnedForm !== null)
            setEditing({ index: menu.row.index, proposed: pinnedForm });
        }}
        onCopy={() => {
          if (menu !== null) void store.request('clipboard:write', { text: menu.row.value });
        }}
        onRemove={() => {
          if (menu === null) return;
          write(images.toSpliced(menu.row.index, 1));
          stopEditing(menu.row.index);
        }}
      />
    </Card>
  );
}
