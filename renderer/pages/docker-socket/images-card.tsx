import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import type { DraftEci } from '../../components/draft-eci.ts';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { AddIcon } from '../../theme/icons.ts';
import { linkFocusTarget } from '../../components/linked-setting.ts';
import { useNumber } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import { AddImage } from './add-image.tsx';
import { imagesPointer, type ListPlace } from './document.ts';
import { DerivedSwitch } from './derived-switch.tsx';
import { ImageMenu } from './image-menu.tsx';
import { ImageTable } from './image-table.tsx';
import type { ListRow } from './list-changes.ts';
import type { LocalImages } from './local-images.ts';
import { pinned } from './pin.ts';
import { useCachedState } from './registry-state.ts';
import { useImageList, type ImageList } from './use-image-list.ts';
import { useLinkedPin } from './use-linked-pin.ts';

/** Above this number of rows the field to add one is above the list, where it is found. */
const longList = 20;

/**
 * Images whose containers may mount the socket: the list, a field to add to it, the switch for derived
 * images. Memoized: the page renders with every change of the app's state.
 */
export const ImagesCard = memo(function ImagesCard({
  settings,
  eci,
  lockedBy,
  onOpenList,
}: {
  readonly settings: EffectiveSettings;
  readonly eci: DraftEci;
  readonly lockedBy: string | undefined;
  readonly onOpenList: (list: ListPlace) => void;
}) {
  const { t } = useTranslation();
  const number = useNumber();
  const list = useImageList(lockedBy);
  useLinkedPin(list);
  const { images, rows, local, readOnly } = list;
  const [adding, setAdding] = useState(false);
  const [menu, setMenu] = useState<{ readonly row: ListRow; readonly anchor: HTMLElement } | null>(null);

  const long = rows.length > longList;
  const add = !readOnly && (images.length > 0 || adding) && (
    <AddImage
      images={images}
      local={local}
      field={list.field}
      autoFocus={adding && images.length === 0}
      before={long}
      onAdd={(image) => {
        list.write([...images, image]);
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
        <ImageTable
          list={list}
          onOpenList={onOpenList}
          onMenu={(row, anchor) => {
            setMenu({ row, anchor });
          }}
        />
      )}
      {images.length === 0 && (
        <Box sx={rows.length > 0 ? { borderTop: `1px solid ${color.border}` } : {}}>
          <NoImages
            eci={eci}
            onAdd={
              readOnly || adding
                ? undefined
                : () => {
                    setAdding(true);
                  }
            }
          />
        </Box>
      )}
      {!long && add}
      <LocalImagesError local={local} />
      <RowMenu
        list={list}
        menu={menu}
        onClose={() => {
          setMenu(null);
        }}
      />
    </Card>
  );
});

/** `onAdd`: undefined while nothing can be added, or the field is open. */
function NoImages({ eci, onAdd }: { readonly eci: DraftEci; readonly onAdd: (() => void) | undefined }) {
  const { t } = useTranslation();
  const isLost = eci === 'retained' || eci === 'unknown';
  return (
    <EmptyState
      action={
        onAdd !== undefined && (
          <Button {...linkFocusTarget} startIcon={<AddIcon />} onClick={onAdd}>
            {t('socket.add.button')}
          </Button>
        )
      }
    >
      {t(`socket.images.${isLost ? 'emptyLost' : eci === 'on' ? 'empty' : 'emptyOff'}`)}
    </EmptyState>
  );
}

function LocalImagesError({ local }: { readonly local: LocalImages }) {
  const { t } = useTranslation();
  if (local.error === null) return null;
  return (
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
  );
}

/** Actions of an entry. `menu`: the entry whose menu is open. */
function RowMenu({
  list: { images, readOnly, write, setEditing, stopEditing },
  menu,
  onClose,
}: {
  readonly list: ImageList;
  readonly menu: { readonly row: ListRow; readonly anchor: HTMLElement } | null;
  readonly onClose: () => void;
}) {
  const store = useStore();
  const chosenState = useCachedState(menu?.row.value ?? null);
  const pinnedForm = menu === null || readOnly ? null : pinned(menu.row.value, chosenState);
  return (
    <ImageMenu
      anchor={menu?.anchor ?? null}
      readOnly={readOnly}
      canPin={pinnedForm !== null}
      onClose={onClose}
      onEdit={() => {
        if (menu !== null) setEditing({ index: menu.row.index });
      }}
      onPin={() => {
        if (menu !== null && pinnedForm !== null) setEditing({ index: menu.row.index, proposed: pinnedForm });
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
  );
}
