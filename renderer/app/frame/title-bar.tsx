import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import { Kbd } from '../../components/mono.tsx';
import { SearchIcon } from '../../theme/icons.ts';
import { color, narrow, size } from '../../theme/tokens.ts';
import { useStore } from '../../state/context.tsx';
import { ViewMenu } from './view-menu.tsx';

const noDrag = { WebkitAppRegion: 'no-drag' } as const;

/** The title bar: drag area, logo, search, and the window's buttons where the system has none. */
export function TitleBar({
  platform,
  onSearch,
}: {
  readonly platform: string;
  /** Null while there is nothing to search. */ readonly onSearch: (() => void) | null;
}) {
  const { t } = useTranslation();
  const mac = platform === 'darwin';
  return (
    <Box
      component="header"
      sx={{
        height: size.titleBar,
        flexShrink: 0,
        display: 'grid',
        gridTemplateColumns: '1fr minmax(200px, 400px) 1fr',
        columnGap: '12px',
        // At 200 %, less than 200 px are left beside the name and the window's buttons.
        [narrow]: { gridTemplateColumns: '1fr minmax(120px, 400px) 1fr' },
        alignItems: 'center',
        WebkitAppRegion: 'drag',
      }}
    >
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          paddingLeft: mac ? '80px' : 2,
          fontWeight: 600,
          color: color.text,
        }}
      >
        <Logo />
        {t('frame.app')}
        {/* The application menu of macOS has it. */}
        {!mac && onSearch !== null && <ViewMenu />}
      </Box>
      {onSearch === null ? <Box sx={searchBox} /> : <SearchButton mac={mac} onSearch={onSearch} />}
      {mac ? <span /> : <WindowButtons />}
    </Box>
  );
}

/** The outline of the search, as index.html draws it first. */
const searchBox = {
  height: 28,
  width: '100%',
  boxSizing: 'border-box',
  borderRadius: '6px',
  border: `1px solid ${color.border}`,
  background: color.card,
} as const;

/** Opens the search, which includes commands. */
function SearchButton({ mac, onSearch }: { readonly mac: boolean; readonly onSearch: () => void }) {
  const { t } = useTranslation();
  return (
    <ButtonBase
      onClick={onSearch}
      aria-label={t('frame.searchLabel')}
      aria-haspopup="dialog"
      aria-keyshortcuts={mac ? 'Meta+K' : 'Control+K'}
      sx={{
        ...noDrag,
        ...searchBox,
        justifyContent: 'flex-start',
        gap: 1,
        padding: '0 10px',
        color: color.text3,
        fontSize: 13,
        '&:hover': { borderColor: color.borderStrong },
      }}
    >
      <SearchIcon sx={{ fontSize: 18 }} aria-hidden />
      <Box
        component="span"
        sx={{
          flex: 1,
          textAlign: 'left',
          overflow: 'hidden',
          textOverflow: 'ellipsis',
          whiteSpace: 'nowrap',
        }}
      >
        {t('frame.search')}
      </Box>
      {/* A narrow window has room for the text only. */}
      <Box component="span" aria-hidden sx={{ display: 'flex', gap: '5px', [narrow]: { display: 'none' } }}>
        <Kbd>{mac ? '⌘' : 'Ctrl'}</Kbd>
        <Kbd>K</Kbd>
      </Box>
    </ButtonBase>
  );
}

function WindowButtons() {
  const { t } = useTranslation();
  const store = useStore();
  const act = (action: 'minimize' | 'toggle-maximize' | 'close') => () => {
    void store.request('window:action', { action });
  };
  const buttonStyle = {
    ...noDrag,
    width: 44,
    height: 40,
    color: color.text,
    '&:hover': { background: color.navHover },
    '&.Mui-focusVisible': { outlineOffset: -3 },
  } as const;
  return (
    <Box sx={{ display: 'flex', justifyContent: 'flex-end' }}>
      <ButtonBase sx={buttonStyle} onClick={act('minimize')} aria-label={t('frame.window.minimize')}>
        <WindowGlyph d="M0 5.5h10" />
      </ButtonBase>
      <ButtonBase sx={buttonStyle} onClick={act('toggle-maximize')} aria-label={t('frame.window.maximize')}>
        <WindowGlyph d="M.5.5h9v9h-9z" />
      </ButtonBase>
      <ButtonBase
        sx={{ ...buttonStyle, '&:hover': { background: '#C42B1C', color: '#FFFFFF' } }}
        onClick={act('close')}
        aria-label={t('frame.window.close')}
      >
        <WindowGlyph d="M0 0l10 10M10 0L0 10" />
      </ButtonBase>
    </Box>
  );
}

/** Icons of the window's buttons. */
function WindowGlyph({ d }: { readonly d: string }) {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden>
      <path d={d} fill="none" stroke="currentColor" />
    </svg>
  );
}

/** The logo: a bulkhead from the side, two walls and the doors between them. */
function Logo() {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden style={{ flexShrink: 0 }}>
      <rect width="16" height="16" rx="4" fill="#2559D0" />
      <path d="M5 3.5v9M11 3.5v9M2.8 8H6.6M9.4 8h3.8" stroke="#fff" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}
