import { useTranslation } from 'react-i18next';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useStore } from '../../state/context.tsx';
import type { ShareRow } from './shares.ts';

/** The row whose menu is open, and the button it is anchored to. */
export interface OpenMenu {
  readonly row: ShareRow;
  readonly anchor: HTMLElement;
}

/** Actions of one directory. */
export function DirectoryMenu({
  menu,
  readOnly,
  onClose,
  onEdit,
  onRemove,
}: {
  readonly menu: OpenMenu | null;
  readonly readOnly: boolean;
  readonly onClose: () => void;
  readonly onEdit: (row: ShareRow) => void;
  readonly onRemove: (row: ShareRow) => void;
}) {
  const { t } = useTranslation();
  const store = useStore();
  return (
    <Menu open={menu !== null} anchorEl={menu?.anchor ?? null} onClose={onClose}>
      {!readOnly && (
        <MenuItem
          onClick={() => {
            if (menu !== null) onEdit(menu.row);
            onClose();
          }}
        >
          {t('files.list.edit')}
        </MenuItem>
      )}
      <MenuItem
        onClick={() => {
          if (menu !== null) void store.request('clipboard:write', { text: menu.row.share.path });
          onClose();
        }}
      >
        {t('files.list.copy')}
      </MenuItem>
      {!readOnly && (
        <MenuItem
          onClick={() => {
            if (menu !== null) onRemove(menu.row);
            onClose();
          }}
        >
          {t('files.list.remove')}
        </MenuItem>
      )}
    </Menu>
  );
}
