import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { Kbd } from '../../components/mono.tsx';
import { useAppPart, useStore } from '../../state/context.tsx';
import { zoomWindow } from '../../state/zoom.ts';
import { color } from '../../theme/tokens.ts';
import { nextZoom, type ZoomChange } from '../../../shared/ipc/user-choices.ts';

const zooms: readonly { readonly change: ZoomChange; readonly key: string; readonly ariaKey: string }[] = [
  { change: 'in', key: '+', ariaKey: 'Control+Plus' },
  { change: 'out', key: '−', ariaKey: 'Control+-' },
  { change: 'reset', key: '0', ariaKey: 'Control+0' },
];

/** The menu of the size of the window's content, where the system has no bar of menus. */
export function ViewMenu() {
  const { t } = useTranslation();
  const store = useStore();
  const percent = useAppPart(({ preferences }) => preferences.zoomPercent);
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
  };
  const changes = (change: ZoomChange): boolean =>
    percent !== (change === 'reset' ? 100 : nextZoom(percent, change));
  return (
    <>
      <ButtonBase
        ref={anchor}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => {
          setOpen(true);
        }}
        sx={{
          WebkitAppRegion: 'no-drag',
          height: 28,
          padding: '0 8px',
          borderRadius: '6px',
          color: color.text2,
          fontSize: 13,
          whiteSpace: 'nowrap',
          flexShrink: 0,
          '&:hover, &[aria-expanded="true"]': { background: color.navHover },
        }}
      >
        {t('frame.view')}
      </ButtonBase>
      <Menu
        open={open}
        anchorEl={anchor.current}
        onClose={close}
        slotProps={{ list: { 'aria-label': t('frame.view') } }}
      >
        {zooms.map(({ change, key, ariaKey }) => (
          <MenuItem
            key={change}
            disabled={!changes(change)}
            aria-keyshortcuts={ariaKey}
            onClick={() => {
              close();
              void zoomWindow(store, change);
            }}
          >
            {t(`frame.commands.zoom-${change}`)}
            <Box component="span" aria-hidden sx={{ display: 'flex', gap: '5px', marginLeft: 'auto', pl: 3 }}>
              <Kbd>Ctrl</Kbd>
              <Kbd>{key}</Kbd>
            </Box>
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
