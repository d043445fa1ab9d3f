import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import List from '@mui/material/List';
import ListItemButton from '@mui/material/ListItemButton';
import Typography from '@mui/material/Typography';
import { Dot } from '../../components/edited-mark.tsx';
import { color, lowForLists, narrow, visuallyHidden, size } from '../../theme/tokens.ts';
import { useDraftPart } from '../../state/context.tsx';
import { useListedPages } from './listed-pages.ts';
import type { NavigationEntry, NavigationGroup } from '../../state/page-manifest.ts';
import { hrefFor, useRoute } from '../../state/router.ts';
import { useSettingPage } from '../../state/setting-page.ts';
import { EngineSwitcher } from './engine-switcher.tsx';

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
        [narrow]: {
          width: 56,
          overflowX: 'hidden',
          scrollbarWidth: 'none',
          // Icons only, in one column, centred in their buttons.
          '& .label': visuallyHidden,
          '& .MuiButtonBase-root': { justifyContent: 'center', paddingInline: 0 },
          '& .changed': { position: 'absolute', right: 3, bottom: 3 },
          '& .count': {
            position: 'absolute',
            right: 0,
            top: -3,
            padding: '0 3px',
            borderRadius: '7px',
            background: color.shell,
            lineHeight: '14px',
            fontSize: '11px !important',
            '& svg': { display: 'none' },
          },
        },
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
  return (
    <Box component="li" sx={{ listStyle: 'none', '& + &': { marginTop: '2px' } }}>
      <ListItemButton
        component="a"
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
          {t(`frame.page.${entry.id}`)}
        </Box>
        {changed && (
          <Box component="span" className="changed" sx={{ display: 'flex' }}>
            <Dot label={t('frame.hasChanges')} />
          </Box>
        )}
        {Badge !== undefined && <Badge />}
      </ListItemButton>
    </Box>
  );
}
