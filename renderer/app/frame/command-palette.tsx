import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Dialog from '@mui/material/Dialog';
import InputBase from '@mui/material/InputBase';
import { color } from '../../theme/tokens.ts';
import { BoltIcon, ContainersIcon, PreferencesIcon, SearchIcon } from '../../theme/icons.ts';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { useMissing } from '../../state/missing.ts';
import { manifests } from '../../pages/manifests.ts';
import { navigationEntries } from '../../pages/pages.ts';
import { isListed } from './listed-pages.ts';
import type { SearchableSetting } from '../../state/page-manifest.ts';
import { navigate } from '../../state/router.ts';
import { zoomWindow, type ZoomChange } from '../../state/zoom.ts';
import { searchHits, type FuzzySearch, type SearchableHit } from './hit-search.ts';
import { pageIds, type PageId } from '../../../shared/pages/pages.ts';

interface Hit extends SearchableHit {
  readonly key: string;
  readonly kind: 'page' | 'setting' | 'container' | 'command';
  readonly run: () => void;
}
const kindIcon = { setting: PreferencesIcon, container: ContainersIcon, command: BoltIcon } as const;
const maxResults = 12;

/** Ctrl K: pages, settings, containers and commands by name. */
export function CommandPalette({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      aria-label={t('frame.searchLabel')}
      sx={{ '& .MuiDialog-container': { alignItems: 'flex-start' } }}
      slotProps={{ paper: { sx: { width: 560, maxWidth: 'calc(100% - 32px)', marginTop: '6px' } } }}
    >
      {open && <PaletteContent onClose={onClose} />}
    </Dialog>
  );
}

function PaletteContent({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const all = useHits();
  const hasLog = useMissing('decision-log') === undefined;
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const terms = query
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  // What is typed may be about a decision: those are looked for on their page.
  const inLog: Hit | null =
    terms.length === 0 || !hasLog
      ? null
      : {
          key: 'command-activity',
          kind: 'command',
          label: t('frame.commands.activity', { text: query.trim() }),
          run: () => {
            navigate('activity', { q: query.trim() });
          },
        };
  const fuzzy = useFuzzySearch(all);
  const matches = (
    terms.length === 0
      ? all.filter(({ kind }) => kind !== 'container')
      : searchHits(all, terms, ({ kind }) => t(`frame.searchKinds.${kind}`), fuzzy)
  ).slice(0, inLog === null ? maxResults : maxResults - 1);
  const hits = inLog === null ? matches : [...matches, inLog];
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const choose = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    onClose();
    hit.run();
  };
  return (
    <>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          padding: '0 12px',
          height: 44,
          borderBottom: `1px solid ${color.border}`,
        }}
      >
        <SearchIcon sx={{ fontSize: 20, color: color.text3 }} aria-hidden />
        <InputBase
          autoFocus
          fullWidth
          value={query}
          placeholder={t('frame.search')}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              setActive((n) => Math.min(n + 1, hits.length - 1));
            } else if (event.key === 'ArrowUp') {
              event.preventDefault();
              setActive((n) => Math.max(n - 1, 0));
            } else if (event.key === 'Enter') {
              event.preventDefault();
              choose(hits[active]);
            }
          }}
          sx={{ fontSize: 13, '& input:focus-visible': { outline: 'none' } }}
          slotProps={{
            input: {
              role: 'combobox',
              'aria-label': t('frame.searchLabel'),
              'aria-expanded': true,
              'aria-controls': `${id}-list`,
              'aria-activedescendant': hits[active] === undefined ? undefined : `${id}-${hits[active].key}`,
            },
          }}
        />
      </Box>
      <Box
        component="ul"
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={t('frame.searchLabel')}
        sx={{ margin: 0, padding: '4px', listStyle: 'none', overflow: 'auto', maxHeight: 420 }}
      >
        {hits.map((hit, index) => {
          const Icon =
            hit.kind === 'page'
              ? (navigationEntries.find((entry) => hit.key === `page-${entry.id}`)?.icon ?? BoltIcon)
              : kindIcon[hit.kind];
          return (
            <Box
              component="li"
              key={hit.key}
              id={`${id}-${hit.key}`}
              role="option"
              aria-selected={index === active}
              onMouseMove={() => {
                setActive(index);
              }}
              onClick={() => {
                choose(hit);
              }}
              sx={{
                display: 'flex',
                alignItems: 'center',
                gap: '10px',
                height: 34,
                padding: '0 10px',
                borderRadius: '6px',
                cursor: 'default',
                color: color.text,
                background: index === active ? color.accentSoft : 'transparent',
                '& > svg': { fontSize: 18, color: color.text3 },
              }}
            >
              <Icon aria-hidden />
              <Box
                component="span"
                sx={{ fontWeight: 500, whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' }}
              >
                {hit.label}
              </Box>
              <Box
                component="span"
                sx={{
                  flex: 1,
                  minWidth: 0,
                  fontSize: 12,
                  color: color.text3,
                  whiteSpace: 'nowrap',
                  overflow: 'hidden',
                  textOverflow: 'ellipsis',
                }}
              >
                {hit.detail}
              </Box>
              <Box component="span" sx={{ fontSize: 12, color: color.text3 }}>
                {t(`frame.searchKinds.${hit.kind}`)}
              </Box>
            </Box>
          );
        })}
      </Box>
      {hits.length === 0 && (
        <Box role="status" sx={{ padding: '8px 16px 16px', color: color.text2 }}>
          {t('frame.searchEmpty')}
        </Box>
      )}
    </>
  );
}

/** The search by similar spelling over these; null while it is loaded. */
function useFuzzySearch(hits: readonly Hit[]): FuzzySearch<Hit> | null {
  const [create, setCreate] = useState<((of: readonly Hit[]) => FuzzySearch<Hit>) | null>(null);
  useEffect(() => {
    let current = true;
    void import('./fuzzy-search.ts').then(({ createFuzzySearch }) => {
      if (current) setCreate(() => createFuzzySearch);
    });
    return () => {
      current = false;
    };
  }, []);
  return useMemo(() => create?.(hits) ?? null, [create, hits]);
}

function useHits(): readonly Hit[] {
  const { t } = useTranslation();
  const app = useApp();
  const store = useStore();
  const { dirty } = useDraft();
  const canVerify = useMissing('verify') === undefined;
  const canControl = useMissing('engine-control') === undefined;
  return useMemo(() => {
    const setting = (page: PageId, { name, pointer }: SearchableSetting): Hit => ({
      key: `setting-${page}-${name}`,
      kind: 'setting',
      label: t(`frame.settings.${name}`),
      detail: t(`frame.page.${page}`),
      keywords: t(`frame.settingKeywords.${name}`),
      run: () => {
        navigate(page, pointer === undefined ? {} : { pointer });
      },
    });
    const command = (
      key: 'verify' | 'scan' | 'restart' | 'start' | 'review' | `zoom-${ZoomChange}`,
      run: () => void,
    ): Hit => ({ key: `command-${key}`, kind: 'command', label: t(`frame.commands.${key}`), run });
    const ready = app.engine.phase === 'ready';
    const idle = app.run === null || app.run.activity === 'ended';
    return [
      ...navigationEntries
        .filter(({ id }) => isListed(id, app.target.capabilities))
        .map((entry): Hit => ({
          key: `page-${entry.id}`,
          kind: 'page',
          label: t(`frame.page.${entry.id}`),
          keywords: t(`frame.pageKeywords.${entry.id}`),
          run: () => {
            navigate(entry.id);
          },
        })),
      ...(dirty
        ? [
            command('review', () => {
              navigate('review');
            }),
          ]
        : []),
      ...(ready && idle
        ? [
            ...(canVerify
              ? [
                  command('verify', () => {
                    navigate('overview', { verify: 'now' });
                  }),
                ]
              : []),
            command('scan', () => {
              navigate('containers', { scan: 'now' });
            }),
            ...(canControl
              ? [
                  command('restart', () => {
                    navigate('overview', { ask: 'restart' });
                  }),
                ]
              : []),
          ]
        : []),
      ...(canControl && !ready && idle && app.busy.engine === null
        ? [
            command('start', () => {
              navigate('overview', { start: 'now' });
            }),
          ]
        : []),
      ...(['in', 'out', 'reset'] as const).map((change) =>
        command(`zoom-${change}`, () => {
          void zoomWindow(store, change);
        }),
      ),
      ...pageIds.flatMap((page) =>
        (manifests[page].searchableSettings ?? []).map((one) => setting(page, one)),
      ),
      ...(app.scan?.containers ?? []).map((container): Hit => ({
        key: `container-${container.id}`,
        kind: 'container',
        label: container.name,
        detail: container.image,
        run: () => {
          navigate('containers', { find: container.name });
        },
      })),
    ];
  }, [t, app, store, dirty, canVerify, canControl]);
}
