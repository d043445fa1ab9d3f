import { use, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Switch from '@mui/material/Switch';
import { useDraft, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { AddIcon, MoreIcon, RefreshIcon } from '../../theme/icons.ts';
import { Mono, withCode } from '../../components/mono.tsx';
import { leadsHere, placeOf } from '../../components/pointed.ts';
import { LockedNote, withLock } from '../../components/setting-row.tsx';
import { useNumber } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import { parseImageReference, type EffectiveSettings } from '../../../shared/settings/index.ts';
import { AddImage, EditImage } from './add-image.tsx';
import {
  derivedPointer,
  imagesPointer,
  ownLists,
  stringsOf,
  writeDerived,
  writeImages,
  type ListPlace,
} from './document.ts';
import { FindingNotice } from './finding-notice.tsx';
import { CommandsCell, HereCell, saidInCell, TrustCell } from './image-cells.tsx';
import { listRows, undoRow, type ListRow } from './list-changes.ts';
import { useLocalImages } from './local-images.ts';
import { RegistryContext, useKnownState, useRegistryProgress, type RegistryState } from './registry-state.ts';

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
  const chosenState = useKnownState(menu?.row.value ?? null);
  const card = useRef<HTMLDivElement>(null);
  const afterMenu = useRef<(() => void) | null>(null);

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

  const derivedEdited = draft.isEdited(derivedPointer);
  const columns = [
    { key: 'image', label: t('socket.images.column.image') },
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
    if (row.kind === 'removed') {
      return {
        key,
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
    const findings = draft.findings.filter((finding) => finding.pointer === `${imagesPointer}/${row.index}`);
    const notices = findings.filter((finding) => !saidInCell(finding));
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
      pointer: `${imagesPointer}/${row.index}`,
      edited: row.kind !== 'same',
      ...(below === undefined ? {} : { below }),
      cells: [
        <Marked key="image" {...(row.kind === 'same' ? {} : { mark: row.kind })}>
          {name}
        </Marked>,
        <TrustCell key="trust" image={row.value} findings={findings} />,
        <HereCell key="here" image={row.value} local={local} />,
        <CommandsCell key="commands" image={row.value} lists={lists} onOpen={onOpenList} />,
        row.kind === 'same' ? (
          <RowActions key="actions" place={row.index}>
            <IconButton
              aria-label={t('socket.images.menu', { image: row.value })}
              aria-haspopup="menu"
              onClick={(event) => {
                setMenu({ row, anchor: event.currentTarget });
              }}
            >
              <MoreIcon />
            </IconButton>
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
  const close = (then: ((row: ListRow) => void) | null) => {
    afterMenu.current =
      then === null || menu === null
        ? null
        : () => {
            then(menu.row);
          };
    setMenu(null);
  };
  return (
    <Card
      pointer={imagesPointer}
      title={t('socket.images.title')}
      note={number(images.length)}
      actions={
        <>
          {lockedBy !== undefined && <LockedNote by={lockedBy} />}
          {derivedEdited && <EditedMark />}
          {derivedEdited && !readOnly && (
            <UndoChange
              name={t('socket.images.derivedName')}
              onUndo={() => {
                writeDerived(store, draft, draft.appliedValue(derivedPointer) !== false);
              }}
            />
          )}
          <Box
            component="label"
            htmlFor="derived-images"
            sx={{ color: readOnly ? color.text3 : color.text2, fontSize: 12, textAlign: 'right' }}
          >
            {withCode(t('socket.images.derived'))}
          </Box>
          <Switch
            {...placeOf(derivedPointer)}
            id="derived-images"
            checked={settings.socket.allowDerivedImages}
            disabled={readOnly}
            onChange={(_, on) => {
              writeDerived(store, draft, on);
            }}
            slotProps={{
              input: { role: 'switch', 'aria-label': withLock(t, t('socket.images.derivedName'), lockedBy) },
            }}
          />
        </>
      }
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
      {/* What takes the focus waits until the menu has given it back. */}
      <Menu
        open={menu !== null}
        anchorEl={menu?.anchor ?? null}
        onClose={() => {
          close(null);
        }}
        slotProps={{
          transition: {
            onExited: () => {
              afterMenu.current?.();
              afterMenu.current = null;
            },
          },
        }}
      >
        {!readOnly && (
          <MenuItem
            onClick={() => {
              close((row) => {
                setEditing({ index: row.index });
              });
            }}
          >
            {t('socket.images.edit')}
          </MenuItem>
        )}
        {pinnedForm !== null && (
          <MenuItem
            onClick={() => {
              close((row) => {
                setEditing({ index: row.index, proposed: pinnedForm });
              });
            }}
          >
            {t('socket.images.pin')}
          </MenuItem>
        )}
        <MenuItem
          onClick={() => {
            close((row) => {
              void store.request('clipboard:write', { text: row.value });
            });
          }}
        >
          {t('socket.images.copy')}
        </MenuItem>
        {!readOnly && (
          <MenuItem
            onClick={() => {
              close((row) => {
                write(images.toSpliced(row.index, 1));
                stopEditing(row.index);
              });
            }}
          >
            {t('socket.images.remove')}
          </MenuItem>
        )}
      </Menu>
    </Card>
  );
}

/**
 * The entry as it would name what its registry serves now, and nothing that is pushed later; null where that
 * is not known or said already.
 */
export function pinned(written: string, state: RegistryState | undefined): string | null {
  const parsed = parseImageReference(written);
  if (!parsed.ok || parsed.value.kind !== 'image' || parsed.value.digest !== null || state?.kind !== 'served')
    return null;
  return `${parsed.value.tagWritten ? written.slice(0, written.lastIndexOf(':')) : written}@${state.digest}`;
}

/** The column's name; how far the registries were asked, and the way to ask them again. */
function TrustHead() {
  const { t } = useTranslation();
  const { again } = use(RegistryContext);
  const { asked, answered } = useRegistryProgress();
  return (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: '4px' }}>
      {t('socket.images.column.trust')}
      {asked > 0 && answered === asked && (
        <IconButton
          size="small"
          aria-label={t('socket.registry.again')}
          title={t('socket.registry.again')}
          onClick={again}
          sx={{ width: 22, height: 22, margin: '-4px 0', '& svg': { fontSize: 14 } }}
        >
          <RefreshIcon />
        </IconButton>
      )}
      <Box component="span" role="status" sx={{ fontWeight: 400 }}>
        {answered < asked ? t('socket.registry.progress', { done: answered, total: asked }) : ''}
      </Box>
    </Box>
  );
}

/** What a row can do; `place` finds it again when the list has changed. */
function RowActions({ place, children }: { readonly place: number; readonly children: React.ReactNode }) {
  return <span data-place={place}>{children}</span>;
}

/** A reference as written; it breaks before its parts rather than within them. */
function Reference({ text }: { readonly text: string }) {
  return (
    <Mono>
      {text.split(/(?=[/@])/).flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, part]))}
    </Mono>
  );
}

function Marked({
  mark,
  children,
}: {
  readonly mark?: 'added' | 'edited' | 'removed';
  readonly children: React.ReactNode;
}) {
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        columnGap: '12px',
        padding: '6px 0',
        lineHeight: '18px',
      }}
    >
      <span>{children}</span>
      {mark !== undefined && <EditedMark kind={mark} />}
    </Box>
  );
}
