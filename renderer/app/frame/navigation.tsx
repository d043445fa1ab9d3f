import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import List from '@mui/material/List';
import ListItemButton from '@mui/material/ListItemButton';
import Typography from '@mui/material/Typography';
import { Dot } from '../../components/edited-mark.tsx';
import { UnprotectedIcon } from '../../theme/icons.ts';
import { color, narrow, onlySpoken, size } from '../../theme/tokens.ts';
import { useNumber } from '../../i18n/format.ts';
import { useNow } from '../../i18n/clock.ts';
import { useApp, useAppPart, useDraftPart } from '../../state/context.tsx';
import { pageEntries, type PageEntry } from '../../pages/pages.ts';
import { protectionOf } from '../../components/protection.ts';
import { hrefFor, useRoute } from '../../state/router.ts';
import { EngineSwitcher } from './engine-switcher.tsx';

/** Left side: the engine and its state, always visible, then the pages by group. */
export function Navigation() {
  const { t } = useTranslation();
  const group = (name: PageEntry['group']) => pageEntries.filter((entry) => entry.group === name);
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
          '& .words': onlySpoken,
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
          <Box key={name} sx={{ marginTop: '20px' }}>
            <Typography
              variant="caption"
              component="h2"
              className="words"
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

function PageItem({ entry }: { readonly entry: PageEntry }) {
  const { t } = useTranslation();
  const { page } = useRoute();
  const selected = page === entry.id;
  const changed = useDraftPart(
    ({ changes }) => entry.changes !== undefined && changes.some((change) => change.page === entry.changes),
  );
  const Icon = entry.icon;
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
          className="words"
          sx={{ flex: 1, minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
        >
          {t(`frame.page.${entry.id}`)}
        </Box>
        {changed && <Dot label={t('frame.hasChanges')} />}
        {entry.id === 'containers' && <UnprotectedCount />}
        {entry.id === 'activity' && <UnseenCount />}
      </ListItemButton>
    </Box>
  );
}

/** Denials nobody looked at yet. */
function UnseenCount() {
  const { t } = useTranslation();
  const number = useNumber();
  const unseen = useAppPart(({ activity }) => activity.unseen);
  if (unseen === 0) return null;
  return (
    <Box
      component="span"
      className="count"
      role="img"
      aria-label={t('frame.unseenDenials', { count: unseen })}
      sx={{ fontSize: 12, color: color.text2 }}
    >
      {unseen > 9999 ? `${number(9999)}+` : number(unseen)}
    </Box>
  );
}

function UnprotectedCount() {
  const { t } = useTranslation();
  const number = useNumber();
  const app = useApp();
  const { unprotected, eci } = protectionOf(app, useNow());
  if (unprotected === null || unprotected === 0) return null;
  return (
    <Box
      component="span"
      className="count"
      role="img"
      aria-label={t('frame.unprotectedCount', { count: unprotected })}
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        gap: '5px',
        fontSize: 12,
        fontWeight: eci ? 500 : 400,
        color: eci ? color.danger : color.text3,
      }}
    >
      {eci && <UnprotectedIcon sx={{ fontSize: 14 }} aria-hidden />}
      {number(unprotected)}
    </Box>
  );
}
