import { useEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import List from '@mui/material/List';
import ListItemButton from '@mui/material/ListItemButton';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import useMediaQuery from '@mui/material/useMediaQuery';
import { Dot } from '../../components/edited-mark.tsx';
import { color, lowForLists, narrow, visuallyHidden, size } from '../../theme/tokens.ts';
import { useDraftPart } from '../../state/context.tsx';
import { useListedPages } from './listed-pages.ts';
import type { NavigationEntry, NavigationGroup } from '../../state/page-manifest.ts';
import { hrefFor, useRoute } from '../../state/router.ts';
import { useSettingPage } from '../../state/setting-page.ts';
import { EngineSwitcher } from './engine-switcher.tsx';

/** Style of the navigation in a narrow window: icons only. */
const rail = {
  width: 56,
  overflowX: 'hidden',
  // The thumb shows that there are more pages than icons in view.
  paddingRight: '2px',
  scrollbarGutter: 'stable',
  '&::-webkit-scrollbar': { width: 6 },
  '&::-webkit-scrollbar-thumb': { borderWidth: '1px' },
  // The engine stays in view, and does not cover the icon that is scrolled to.
  scrollPaddingBlock: '60px 8px',
  '& > [data-engine-switcher]': { position: 'sticky', top: 0, zIndex: 1 },
  // Icons only, in one column, centred in their buttons, with a number below.
  '& .label': visuallyHidden,
  '& .MuiButtonBase-root': {
    flexDirection: 'column',
    justifyContent: 'center',
    gap: 0,
    paddingInline: 0,
  },
  '& .MuiListItemButton-root:has(.count)': { height: 46 },
  '& .changed': { position: 'absolute', right: 3, top: 5 },
  '& .count': {
    position: 'absolute',
    insetInline: 0,
    bottom: '1px',
    justifyContent: 'center',
    textAlign: 'center',
    fontSize: '11px !important',
    lineHeight: '14px',
    '& svg': { display: 'none' },
  },
} as const;

/** Left side: the open engine and its state, then the pages by group. */
export function Navigation() {
  const { t } = useTranslation();
  const listed = useListedPages();
  const group = (name: NavigationGroup) => listed.filter((entry) => entry.group === name);
  return (
    <Box
      component="nav"
      aria-label={t('frame.navigation')}
      data-region="navigation"
      tabIndex={-1}
      sx={{
        width: size.navigation,
        flexShrink: 0,
        display: 'flex',
        flexDirection: 'column',
        padding: '0 8px 8px',
        boxSizing: 'border-box',
        overflowY: 'auto',
        position: 'relative',
        [narrow]: rail,
      }}
    >
      <EngineSwitcher />
      <List disablePadding sx={{ marginTop: 2 }}>
        {group('top').map((entry) => (
          <PageItem key={entry.id} entry={entry} />
        ))}
      </List>
      {(['protect', 'observe', 'document'] as const).map((name) => {
        const entries = group(name);
        if (entries.length === 0) return null;
        return (
          <Box key={name} sx={{ marginTop: '20px', [lowForLists]: { marginTop: '12px' } }}>
            <Typography
              variant="caption"
              component="h2"
              className="label"
              id={`nav-${name}`}
              sx={{ color: color.text3, padding: '0 10px', margin: '0 0 6px', fontWeight: 400 }}
            >
              {t(`frame.group.${name}`)}
            </Typography>
            <List disablePadding aria-labelledby={`nav-${name}`}>
              {entries.map((entry) => (
                <PageItem key={entry.id} entry={entry} />
              ))}
            </List>
          </Box>
        );
      })}
      <List disablePadding sx={{ marginTop: 'auto', paddingTop: 2 }}>
        {group('bottom').map((entry) => (
          <PageItem key={entry.id} entry={entry} />
        ))}
      </List>
    </Box>
  );
}

function PageItem({ entry }: { readonly entry: NavigationEntry }) {
  const { t } = useTranslation();
  const { page } = useRoute();
  const pageOf = useSettingPage();
  const selected = page === entry.id;
  const changed = useDraftPart(({ changes }) =>
    changes.some((change) => pageOf(change.pointer) === entry.id),
  );
  const { icon: Icon, Badge } = entry;
  const isNarrow = useMediaQuery(narrow, { noSsr: true });
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (selected) link.current?.scrollIntoView({ block: 'nearest' });
  }, [selected, isNarrow]);
  const name = t(`frame.page.${entry.id}`);
  return (
    <Box component="li" sx={{ listStyle: 'none', '& + &': { marginTop: '2px' } }}>
      <NameBeside name={isNarrow ? name : null}>
        <ListItemButton
          component="a"
          ref={link}
          href={hrefFor(entry.id)}
          selected={selected}
          aria-current={selected ? 'page' : undefined}
          sx={{
            height: 32,
            padding: '0 10px',
            gap: '10px',
            borderRadius: '6px',
            color: color.text2,
            fontSize: 13,
            fontWeight: 500,
            '& > svg': { fontSize: 18 },
            '&:hover': { background: color.navHover },
            '&.Mui-selected, &.Mui-selected:hover': {
              background: color.navSelected,
              color: color.text,
              fontWeight: 600,
              '& > svg': { color: color.accentText },
            },
            '@media (forced-colors: active)': { '&.Mui-selected': { outline: '2px solid' } },
          }}
        >
          <Icon aria-hidden />
          <Box
            component="span"
            className="label"
            sx={{ flex: 1, minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
          >
            {name}
          </Box>
          {changed && (
            <Box component="span" className="changed" sx={{ display: 'flex' }}>
              <Dot label={t('frame.hasChanges')} />
            </Box>
          )}
          {Badge !== undefined && <Badge />}
        </ListItemButton>
      </NameBeside>
    </Box>
  );
}

/** Shows the name beside an icon that has no other; it is the link's accessible name already. */
function NameBeside({ name, children }: { readonly name: string | null; readonly children: ReactElement }) {
  return (
    <Tooltip title={name === null ? '' : <>{name}</>} describeChild placement="right">
      {children}
    </Tooltip>
  );
}
