import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Typography from '@mui/material/Typography';
import { canForget, type DiscoveredTarget } from '../../../shared/targets/target.ts';
import type { AppError } from '../../../shared/result.ts';
import { CheckIcon, CloseIcon, UndoIcon } from '../../theme/icons.ts';
import { color, fontMono } from '../../theme/tokens.ts';
import { engineTitle, rootsOf } from '../../components/engine-title.ts';
import { useApp, useStore } from '../../state/context.tsx';

export const oneLine = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;

/** Two columns: an engine, and the button that removes it from the list. */
export const engineListLayout = { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) auto' } as const;
const wholeRow = { gridColumn: '1 / -1' } as const;

const rowHeight = 48;
const row = { minHeight: rowHeight, '@media (min-width:600px)': { minHeight: rowHeight } } as const;

/** Number of engines that the menu shows without scrolling; the remaining height is its border and margin. */
const rowsThatFit = (): number => Math.max(3, Math.floor((window.innerHeight - 112) / rowHeight));

interface EngineRows {
  readonly rows: readonly ReactElement[];
  /** Collapses the list and drops engines that were removed from it. */
  readonly reset: () => void;
}

interface EngineRowOptions {
  readonly targets: readonly DiscoveredTarget[];
  readonly onChoose: (target: DiscoveredTarget) => void;
  readonly onError: (error: AppError) => void;
}

/**
 * The rows of the menu: the open engine first, then running ones; at most as many as fit, and the others on
 * demand.
 */
export function useEngineRows({ targets, onChoose, onError }: EngineRowOptions): EngineRows {
  const { t } = useTranslation();
  const store = useStore();
  const openId = useApp().target.id;
  const [all, setAll] = useState(false);
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  /** The engine whose row gets the focus once it is rendered. */
  const [focusId, setFocusId] = useState<string | null>(null);
  const [fits, setFits] = useState(rowsThatFit);

  const remove = async (id: string) => {
    const result = await store.request('targets:forget', { id });
    if (result.ok) setRemoved((before) => new Set([...before, id]));
    else onError(result.error);
  };
  const undo = async (id: string) => {
    const result = await store.request('targets:remember', { id });
    if (!result.ok) {
      onError(result.error);
      return;
    }
    setFocusId(id);
    setRemoved((before) => new Set([...before].filter((one) => one !== id)));
  };
  const reset = () => {
    setFits(rowsThatFit());
    setAll(false);
    setRemoved(new Set());
    setFocusId(null);
  };

  const ordered = targets.toSorted((a, b) => rank(a, openId) - rank(b, openId));
  const folded = !all && ordered.length > fits;
  const shown = folded ? ordered.slice(0, fits - 1) : ordered;
  const rows = shown.flatMap((target) => {
    const title = engineTitle(t, target, rootsOf(targets));
    if (removed.has(target.id))
      return [<RemovedRow key={target.id} title={title} onUndo={() => void undo(target.id)} />];
    const removable = canForget(target, openId);
    const onRemove = removable ? () => void remove(target.id) : undefined;
    return [
      <EngineRow
        key={target.id}
        target={target}
        title={title}
        current={target.id === openId}
        autoFocus={target.id === focusId}
        onChoose={() => {
          onChoose(target);
        }}
        onRemove={onRemove}
      />,
      ...(onRemove === undefined
        ? []
        : [<RemoveRow key={`remove ${target.id}`} title={title} onRemove={onRemove} />]),
    ];
  });
  if (!folded) return { rows, reset };
  const showAll = (
    <MenuItem
      key="all"
      onClick={() => {
        setFocusId(ordered[shown.length]?.id ?? null);
        setAll(true);
      }}
      sx={{ ...row, ...wholeRow, paddingLeft: '38px', color: color.accentText }}
    >
      {t('frame.engine.showAll', { count: ordered.length })}
    </MenuItem>
  );
  return { rows: [...rows, showAll], reset };
}

function rank(target: DiscoveredTarget, openId: string): number {
  if (target.id === openId) return 0;
  return target.phase === 'ready' ? 1 : 2;
}

interface EngineRowProps {
  readonly target: DiscoveredTarget;
  readonly title: string;
  readonly current: boolean;
  readonly autoFocus: boolean;
  readonly onChoose: () => void;
  /** Undefined for an engine that stays in the list. */
  readonly onRemove: (() => void) | undefined;
}

// MUI's menu passes more props to its items than these.
function EngineRow({ target, title, current, onChoose, onRemove, ...rest }: EngineRowProps) {
  const { t } = useTranslation();
  return (
    <MenuItem
      {...rest}
      role="menuitemradio"
      aria-checked={current}
      aria-keyshortcuts={onRemove === undefined ? undefined : 'Delete'}
      selected={current}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key === 'Delete') onRemove?.();
      }}
      sx={{
        ...row,
        ...(onRemove === undefined ? wholeRow : { gridColumn: 1 }),
        gap: '10px',
        alignItems: 'center',
      }}
    >
      <CheckIcon
        sx={{ fontSize: 18, color: color.accentText, visibility: current ? 'visible' : 'hidden' }}
        aria-hidden
      />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography sx={{ fontWeight: 500, ...oneLine }}>{title}</Typography>
        <Typography
          variant="caption"
          component="div"
          sx={{
            color: color.text3,
            ...oneLine,
            direction: 'rtl',
            textAlign: 'left',
            fontFamily: fontMono,
            fontSize: 11,
          }}
        >
          <bdi>{target.place}</bdi>
        </Typography>
      </Box>
      <Typography variant="caption" sx={{ color: color.text2, flexShrink: 0 }}>
        {t(`frame.engine.phase.${target.phase}`)}
        {target.version === null ? '' : ` · ${target.version}`}
      </Typography>
    </MenuItem>
  );
}

/** A menu item of its own, so that the arrow keys reach it. */
function RemoveRow({ title, onRemove, ...rest }: { readonly title: string; readonly onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <MenuItem
      {...rest}
      aria-label={t('frame.engine.removeNamed', { name: title })}
      title={t('frame.engine.remove')}
      onClick={onRemove}
      sx={{ ...row, gridColumn: 2, color: color.text2 }}
    >
      <CloseIcon sx={{ fontSize: 18 }} aria-hidden />
    </MenuItem>
  );
}

function RemovedRow({ title, onUndo, ...rest }: { readonly title: string; readonly onUndo: () => void }) {
  const { t } = useTranslation();
  return (
    <MenuItem {...rest} autoFocus onClick={onUndo} sx={{ ...row, ...wholeRow, gap: '10px' }}>
      <UndoIcon sx={{ fontSize: 18, color: color.text2 }} aria-hidden />
      <Box sx={{ flex: 1, minWidth: 0, whiteSpace: 'normal', paddingBlock: '4px' }}>
        <Typography sx={oneLine}>{t('frame.engine.removed', { name: title })}</Typography>
        <Typography variant="caption" component="div" sx={{ color: color.text2 }}>
          {t('frame.engine.removedNote')}
        </Typography>
      </Box>
      <Typography component="span" sx={{ color: color.accentText, fontWeight: 500, flexShrink: 0 }}>
        {t('button.undo')}
      </Typography>
    </MenuItem>
  );
}
