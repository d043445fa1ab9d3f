import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';

/** Actions of an entry of the list of images. */
export function ImageMenu({
  anchor,
  readOnly,
  canPin,
  onClose,
  onEdit,
  onPin,
  onCopy,
  onRemove,
}: {
  /** The element that the menu is anchored to; null while it is closed. */
  readonly anchor: HTMLElement | null;
  readonly readOnly: boolean;
  /** The digest for pinning the entry is known. */
  readonly canPin: boolean;
  readonly onClose: () => void;
  readonly onEdit: () => void;
  readonly onPin: () => void;
  readonly onCopy: () => void;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation();
  const afterClose = useRef<(() => void) | null>(null);
  // Actions that move the focus run after the menu has restored it.
  const choose = (act: () => void) => () => {
    // Not that of a second click, while the menu closes.
    afterClose.current ??= act;
    onClose();
  };
  return (
    <Menu
      open={anchor !== null}
      anchorEl={anchor}
      onClose={onClose}
      slotProps={{
        transition: {
          onExited: () => {
            afterClose.current?.();
            afterClose.current = null;
          },
        },
      }}
    >
      {!readOnly && <MenuItem onClick={choose(onEdit)}>{t('socket.images.edit')}</MenuItem>}
      {canPin && !readOnly && <MenuItem onClick={choose(onPin)}>{t('socket.images.pin')}</MenuItem>}
      <MenuItem onClick={choose(onCopy)}>{t('socket.images.copy')}</MenuItem>
      {!readOnly && <MenuItem onClick={choose(onRemove)}>{t('socket.images.remove')}</MenuItem>}
    </Menu>
  );
}
