import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import InputBase from '@mui/material/InputBase';
import { color } from '../../theme/tokens.ts';
import { BoltIcon, ContainersIcon, PreferencesIcon, SearchIcon } from '../../theme/icons.ts';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { navigationEntries } from '../../pages/pages.ts';
import { navigate } from '../../state/router.ts';
import { searchHits, type FuzzySearch } from './hit-search.ts';
import { usePaletteHits, type Hit } from './use-palette-hits.ts';

const kindIcon = { setting: PreferencesIcon, container: ContainersIcon, command: BoltIcon } as const;
const maxResults = 12;

/** What the palette finds, and the field to search it. */
export function PaletteContent({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [query, setQuery] = useState('');
  const hits = useMatches(query);
  const choose = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    onClose();
    hit.run();
  };
  const { list, active, setActive, onKeyDown } = useActiveHit(hits, choose);
  return (
    <>
      <SearchField>
        <InputBase
          autoFocus
          fullWidth
          value={query}
          placeholder={t('frame.search')}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
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
      </SearchField>
      <Box
        component="ul"
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={t('frame.searchLabel')}
        sx={{ margin: 0, padding: '4px', listStyle: 'none', overflow: 'auto', maxHeight: 420 }}
      >
        {hits.map((hit, index) => (
          <HitOption
            key={hit.key}
            hit={hit}
            id={`${id}-${hit.key}`}
            active={index === active}
            onPoint={() => {
              setActive(index);
            }}
            onChoose={() => {
              choose(hit);
            }}
          />
        ))}
      </Box>
      {hits.length === 0 && (
        <Box role="status" sx={{ padding: '8px 16px 16px', color: color.text2 }}>
          {t('frame.searchEmpty')}
        </Box>
      )}
    </>
  );
}

/** The highlighted hit, which Enter selects; the arrow keys move it, and it is scrolled into view. */
function useActiveHit(hits: readonly Hit[], choose: (hit: Hit | undefined) => void) {
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const onKeyDown = (event: KeyboardEvent) => {
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
  };
  return { list, active, setActive, onKeyDown };
}

/** The hits that match the search text, and a search of the decision log. */
function useMatches(query: string): readonly Hit[] {
  const { t } = useTranslation();
  const all = usePaletteHits();
  const hasLog = useUnavailableReason('decision-log') === undefined;
  const terms = query
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  // The text may be about a decision: the Activity page searches those.
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
  return inLog === null ? matches : [...matches, inLog];
}

function SearchField({ children }: { readonly children: ReactNode }) {
  return (
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
      {children}
    </Box>
  );
}

function HitOption({
  hit,
  id,
  active,
  onPoint,
  onChoose,
}: {
  readonly hit: Hit;
  readonly id: string;
  readonly active: boolean;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}) {
  const { t } = useTranslation();
  const Icon =
    hit.kind === 'page'
      ? (navigationEntries.find((entry) => hit.key === `page-${entry.id}`)?.icon ?? BoltIcon)
      : kindIcon[hit.kind];
  return (
    <Box
      component="li"
      id={id}
      role="option"
      aria-selected={active}
      onMouseMove={onPoint}
      onClick={onChoose}
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: '10px',
        height: 34,
        padding: '0 10px',
        borderRadius: '6px',
        cursor: 'default',
        color: color.text,
        background: active ? color.accentSoft : 'transparent',
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
}

/** Fuzzy search over these hits; null while it is being loaded. */
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
