import { useTranslation } from 'react-i18next';
import IconButton from '@mui/material/IconButton';
import { MoreIcon } from '../../theme/icons.ts';

/** Opens the menu of a row. Its label is translated on render: only some rows of a long list are rendered. */
export function ImageMenuButton({
  image,
  onOpen,
}: {
  readonly image: string;
  readonly onOpen: (anchor: HTMLElement) => void;
}) {
  const { t } = useTranslation();
  return (
    <IconButton
      aria-label={t('socket.images.menu', { image })}
      aria-haspopup="menu"
      onClick={(event) => {
        onOpen(event.currentTarget);
      }}
    >
      <MoreIcon />
    </IconButton>
  );
}
