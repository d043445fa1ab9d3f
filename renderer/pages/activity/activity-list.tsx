import { useCallback, useEffect, useRef, type KeyboardEvent, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { rowAfterKey } from '../../components/row-keys.ts';
import { distanceFromTop, findScroller } from '../../components/find-scroller.ts';
import { useLowWindow } from '../../components/use-low-window.ts';
import {
  leastHeight,
  listFrame,
  VirtualRows,
  type VirtualRowsHandle,
} from '../../components/virtual-rows.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color, size, stacked } from '../../theme/tokens.ts';
import { SortableHead } from '../../components/sortable-head.tsx';
import { nextSort, type Sort } from './activity-sort.ts';
import { EntryLine, grid, rowHeight } from './entry-line.tsx';
import type { Repeats } from './repeats.ts';

const heightOf = () => rowHeight;
/** Minimum height of the box around a list of this many lines. */
export const listHeight = (count: number): string => (count === 0 ? '0' : leastHeight(count, heightOf));

/** The lines to render as a list, and callbacks. */
interface ActivityListProps {
  readonly lines: readonly Repeats[];
  /** Key of the line whose detail is open. */
  readonly selected: string | null;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly onSelect: (line: Repeats) => void;
  readonly onEnter: (line: Repeats) => void;
  readonly onClose: () => void;
  readonly handle: RefObject<VirtualRowsHandle | null>;
  /** The user has scrolled the list, or the focus is in it. */
  readonly onReading: (how: 'scrolled' | 'focused', yes: boolean) => void;
}

/**
 * The lines as a grid: arrows move, Enter opens the detail, Escape closes it. One line at a time takes part
 * in the tab order.
 */
export function ActivityList(props: ActivityListProps) {
  const { lines, selected, sort, onSort, onSelect, handle, onReading } = props;
  const { t } = useTranslation();
  const formats = useFormats();
  const { box, activeIndex, onKeyDown, onRowFocus } = useListKeys(props);
  const withinPage = useLowWindow();
  useScrollOfPage(box, withinPage, onReading);
  return (
    <Box
      ref={box}
      role="grid"
      aria-label={t('activity.title')}
      aria-rowcount={lines.length + 1}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target instanceof HTMLElement && event.target.matches(':focus-visible'))
          onReading('focused', true);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onReading('focused', false);
      }}
      onScrollCapture={(event) => {
        if (event.target instanceof HTMLElement) onReading('scrolled', event.target.scrollTop > 4);
      }}
      sx={listFrame(withinPage)}
    >
      <ListHead sort={sort} onSort={onSort} />
      <VirtualRows
        count={lines.length}
        heightOf={heightOf}
        handle={handle}
        withinScroller={withinPage}
        rowKey={(index) => lines[index]?.key ?? String(index)}
        render={(index) => {
          const line = lines[index];
          return line === undefined ? null : (
            <EntryLine
              line={line}
              index={index}
              formats={formats}
              selected={line.key === selected}
              tabStop={index === activeIndex}
              onSelect={onSelect}
              onFocus={onRowFocus}
            />
          );
        }}
      />
    </Box>
  );
}

function ListHead({ sort, onSort }: Pick<ActivityListProps, 'sort' | 'onSort'>) {
  const { t } = useTranslation();
  const head = (by: Sort['by']) => (
    <SortableHead
      by={by}
      sort={sort}
      label={t(`activity.column.${by}`)}
      onSort={() => {
        onSort(nextSort(sort, by));
      }}
    />
  );
  return (
    <Box
      role="row"
      aria-rowindex={1}
      sx={{
        ...grid,
        height: size.tableHead,
        flexShrink: 0,
        background: color.subtle,
        borderBottom: `1px solid ${color.border}`,
        borderLeft: '2px solid transparent',
        fontSize: 12,
        fontWeight: 500,
        color: color.text3,
        // Time and outcome over the column that has one below the other.
        [stacked]: { gridTemplateColumns: '44px 68px minmax(0, 1fr)' },
      }}
    >
      {head('time')}
      {head('outcome')}
      {head('request')}
    </Box>
  );
}

/** Reports whether the page has scrolled past the head of the list, where the list scrolls with it. */
function useScrollOfPage(
  box: RefObject<HTMLElement | null>,
  withinPage: boolean,
  onReading: ActivityListProps['onReading'],
): void {
  useEffect(() => {
    const list = box.current;
    if (!withinPage || list === null) return undefined;
    const scroller = findScroller(list);
    const report = () => {
      onReading('scrolled', scroller.scrollTop > distanceFromTop(list, scroller) + 4);
    };
    scroller.addEventListener('scroll', report);
    return () => {
      scroller.removeEventListener('scroll', report);
      onReading('scrolled', false);
    };
  }, [box, withinPage, onReading]);
}

const isInHead = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('[role="columnheader"]') !== null;

/** Keyboard navigation of the list. The active line is the one that has, or last had, the focus. */
function useListKeys({ lines, selected, onSelect, onEnter, onClose, handle }: ActivityListProps) {
  const box = useRef<HTMLDivElement>(null);
  const active = useRef<string | null>(null);
  const activeIndex = Math.max(
    0,
    lines.findIndex((line) => line.key === (active.current ?? selected)),
  );
  const go = (index: number) => {
    const line = lines[Math.max(0, Math.min(lines.length - 1, index))];
    if (line === undefined) return;
    active.current = line.key;
    handle.current?.scrollTo(lines.indexOf(line));
    if (selected !== null) onSelect(line);
    // The row may be rendered only after the scroll; focus follows on the next frame.
    requestAnimationFrame(() => {
      [...(box.current?.querySelectorAll<HTMLElement>('[data-row-id]') ?? [])]
        .find((row) => row.dataset['rowId'] === line.key)
        ?.focus({ preventScroll: true });
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // The keys of a column's header sort.
    if (event.key !== 'Escape' && isInHead(event.target)) return;
    const at = lines.findIndex((line) => line.key === active.current);
    const here = at === -1 ? activeIndex : at;
    const handled = (act: () => void) => {
      event.preventDefault();
      event.stopPropagation();
      act();
    };
    const target = rowAfterKey(event.key, here, lines.length);
    if (target !== null) {
      handled(() => {
        go(target);
      });
    } else if (event.key === 'Enter' || event.key === ' ') {
      const line = lines[here];
      if (line !== undefined)
        handled(() => {
          active.current = line.key;
          onEnter(line);
        });
    } else if (event.key === 'Escape' && selected !== null) {
      handled(onClose);
    }
  };
  const onRowFocus = useCallback((key: string) => {
    active.current = key;
  }, []);
  return { box, activeIndex, onKeyDown, onRowFocus };
}
