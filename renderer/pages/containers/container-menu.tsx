import { useTranslation } from 'react-i18next';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useStore } from '../../state/context.tsx';
import { color } from '../../theme/tokens.ts';
import type { Container } from '../../../shared/containers/protection.ts';

/** Actions of one container. */
export function ContainerMenu({
  container,
  anchor,
  canRecreate,
  onClose,
  onRecreate,
  onRemove,
}: {
  /** Null while the menu is closed. */
  readonly container: Container | null;
  /** The element that the menu is anchored to. */
  readonly anchor: HTMLElement | null;
  /** Recreating it would protect it. */
  readonly canRecreate: boolean;
  readonly onClose: () => void;
  /** Undefined while it is not possible. */
  readonly onRecreate: ((container: Container) => void) | undefined;
  /** Undefined if containers can't be removed. */
  readonly onRemove: ((containers: readonly Container[]) => void) | undefined;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const choose = (act: (container: Container) => void) => () => {
    if (container !== null) act(container);
    onClose();
  };
  const copy = (text: string) => {
    void store.request('clipboard:write', { text });
  };
  return (
    <Menu open={container !== null} anchorEl={anchor} onClose={onClose}>
      <MenuItem
        onClick={choose(({ id }) => {
          copy(id);
        })}
      >
        {t('containers.menu.copyId')}
      </MenuItem>
      <MenuItem
        onClick={choose(({ name }) => {
          copy(name);
        })}
      >
        {t('containers.menu.copyName')}
      </MenuItem>
      {canRecreate && onRecreate !== undefined && (
        <MenuItem onClick={choose(onRecreate)}>{t('recreate.action')}</MenuItem>
      )}
      {onRemove !== undefined && (
        <MenuItem
          sx={{ color: color.danger }}
          onClick={choose((one) => {
            onRemove([one]);
          })}
        >
          {t('containers.menu.remove')}
        </MenuItem>
      )}
    </Menu>
  );
}
