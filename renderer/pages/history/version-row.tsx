import { useEffect, useRef, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import { describeChange } from '../../components/describe-change.ts';
import { useAppPart } from '../../state/context.tsx';
import { AppliedIcon, ErrorIcon } from '../../theme/icons.ts';
import { useFormats } from '../../i18n/format.ts';
import { firstNames } from '../../i18n/lists.ts';
import { color, toneText } from '../../theme/tokens.ts';
import type { HistoryItem } from '../../../shared/settings/history.ts';
import { versionState, versionTone, type VersionState } from './version-state.ts';

/** With two lines of caption: the names of two settings rarely fit in one. */
export const versionRowHeight = 76;

/** Author and cause of a version; '' while an apply of ours is creating it. */
export function authorText(t: TFunction, item: HistoryItem, state: VersionState | null): string {
  if (state === 'applying' || state === 'rollingBack') return '';
  switch (item.how) {
    case 'apply':
      return t('history.by', { user: item.user });
    case 'found':
      return t('history.found');
    case 'none':
      return t(item.version === 0 ? 'history.none' : 'history.deleted');
    case 'unrecorded':
      return t('history.unrecorded');
    case 'unreadable':
      return t('history.unreadable');
  }
}

/** The earlier version with the same text, whether it was rolled back to or not; '' for none. */
export const earlierText = (t: TFunction, { earlierVersion }: HistoryItem): string =>
  earlierVersion === undefined ? '' : t('history.earlier', { version: earlierVersion });

/** Names of changed settings that a row has room for. */
const shownNames = 2;

/** Summary of a version's changes, with the names of so many settings; null if not known. */
function changeSummary(t: TFunction, item: HistoryItem, atMost: number): string | null {
  if (item.changes === null) return item.how === 'unreadable' ? null : t('history.notCounted');
  if (item.changes === 0) return item.how === 'none' ? null : t('history.formatting');
  const names = [
    ...new Set(item.changed.map((change) => describeChange(t, { ...change, needs: 'nothing' }).setting)),
  ];
  return t('history.changed', { count: item.changes, names: firstNames(t, names, atMost) });
}

/** Parts of a caption in a row, which starts with a capital. */
export function captionOf(parts: readonly string[]): string {
  const text = parts.filter((part) => part !== '').join(' · ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const oneLine = { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' } as const;
const twoLines = {
  display: '-webkit-box',
  WebkitLineClamp: 2,
  WebkitBoxOrient: 'vertical',
  overflow: 'hidden',
  overflowWrap: 'anywhere',
} as const;

/**
 * One version in the list: number, time, author, and its changes. `focusSelected`: the selected row takes the
 * focus when it is first rendered.
 */
export function VersionRow({
  item,
  selected,
  focusSelected,
  onSelect,
}: {
  readonly item: HistoryItem;
  readonly selected: boolean;
  readonly focusSelected: RefObject<boolean>;
  readonly onSelect: () => void;
}) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!selected || !focusSelected.current) return;
    focusSelected.current = false;
    button.current?.focus();
  }, [selected, focusSelected]);
  const formats = useFormats();
  const state = useAppPart((app) => versionState(app, item));
  const captionWith = (names: number) =>
    captionOf([authorText(t, item, state), earlierText(t, item), changeSummary(t, item, names) ?? '']);
  return (
    <Box
      role="listitem"
      sx={{ height: versionRowHeight, boxSizing: 'border-box', borderBottom: `1px solid ${color.border}` }}
    >
      <ButtonBase
        ref={button}
        onClick={onSelect}
        aria-current={selected ? 'true' : undefined}
        sx={{
          width: '100%',
          height: '100%',
          padding: '0 16px',
          display: 'grid',
          gridTemplateColumns: 'minmax(0, 1fr) auto',
          columnGap: 1,
          alignContent: 'center',
          textAlign: 'left',
          font: 'inherit',
          background: selected ? color.navSelected : 'transparent',
          '&:hover': { background: selected ? color.navSelected : color.hover },
          '&:focus-visible': { outlineOffset: -2 },
          '@media (forced-colors: active)': selected ? { outline: '2px solid' } : {},
        }}
      >
        <Box sx={{ display: 'flex', gap: 1, minWidth: 0, fontSize: 13, lineHeight: '20px' }}>
          <Box sx={{ fontWeight: 600, color: color.text, ...oneLine }}>
            {t('history.version', { version: item.version })}
          </Box>
          <RowState item={item} state={state} />
        </Box>
        <Box sx={{ fontSize: 12, lineHeight: '20px', color: color.text2, whiteSpace: 'nowrap' }}>
          {item.at === null ? '' : formats.dateTime(item.at)}
        </Box>
        <Box
          sx={{ gridColumn: '1 / -1', fontSize: 12, lineHeight: '16px', color: color.text2, ...twoLines }}
          title={captionWith(Infinity)}
        >
          {captionWith(shownNames)}
        </Box>
      </ButtonBase>
    </Box>
  );
}

/** The state of a version, or that it is unreadable. */
function RowState({ item, state }: { readonly item: HistoryItem; readonly state: VersionState | null }) {
  const { t } = useTranslation();
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: '4px',
        fontSize: 12,
        lineHeight: '20px',
        color: state === null ? color.text2 : toneText[versionTone[state]],
        fontWeight: state === null ? 400 : 500,
        whiteSpace: 'nowrap',
      }}
    >
      {state !== null && versionTone[state] === 'ok' && <AppliedIcon aria-hidden sx={{ fontSize: 16 }} />}
      {(item.how === 'unreadable' || (state !== null && versionTone[state] === 'danger')) && (
        <ErrorIcon aria-hidden sx={{ fontSize: 16, color: color.danger }} />
      )}
      {state !== null && t(`history.state.${state}`)}
    </Box>
  );
}
