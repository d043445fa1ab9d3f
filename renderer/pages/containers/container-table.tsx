import { useCallback, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { SortableHead } from './sortable-head.tsx';
import type { Sort, SortKey } from './container-filter.ts';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import { VirtualRows, type VirtualRowsHandle } from '../../components/virtual-rows.tsx';
import { color, size } from '../../theme/tokens.ts';
import { isUnprotected, type Container } from '../../../shared/containers/protection.ts';
import { ContainerMenu } from './container-menu.tsx';
import { ContainerRow, grid, heightOfRow, type RowActions } from './container-row.tsx';
import { emptySelection, extendTo, moveTo, toggle, toggleAll, type Selection } from './selection.ts';

/**
 * The list as a grid: arrows move, Space selects, Shift selects a range, Right and Left open and close,
 * Delete asks for removal.
 */
export function ContainerTable({
  containers,
  eci,
  selection,
  onSelect,
  sort,
  onSort,
  recreation,
  onRecreate,
  onRemove,
}: {
  readonly containers: readonly Container[];
  readonly eci: boolean;
  readonly selection: Selection;
  readonly onSelect: (change: (before: Selection) => Selection) => void;
  readonly sort: Sort;
  readonly onSort: (by: SortKey) => void;
  /** Recreating those that are not protected is offered here. */
  readonly recreation: boolean;
  /** Undefined where it can't be done now. */
  readonly onRecreate: ((container: Container) => void) | undefined;
  /** Undefined where containers can't be removed. */
  readonly onRemove: ((containers: readonly Container[]) => void) | undefined;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [menu, setMenu] = useState<{ readonly container: Container; readonly anchor: HTMLElement } | null>(
    null,
  );
  const handle = useRef<VirtualRowsHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const order = useMemo(() => containers.map((c) => c.id), [containers]);
  const latest = useRef({ order, containers, onRecreate });
  latest.current = { order, containers, onRecreate };

  const setRow = useCallback((id: string, opened: boolean) => {
    setOpen((before) => {
      const next = new Set(before);
      if (opened) next.add(id);
      else next.delete(id);
      return next;
    });
  }, []);
  const actions = useMemo(
    (): RowActions => ({
      onToggle: (id, range) => {
        onSelect((before) => (range ? extendTo(before, latest.current.order, id) : toggle(before, id)));
      },
      onOpen: (id) => {
        setOpen((before) => {
          const next = new Set(before);
          if (!next.delete(id)) next.add(id);
          return next;
        });
      },
      onActivate: (id) => {
        onSelect((before) => moveTo(before, id));
      },
      onMenu: (id, anchor) => {
        const container = latest.current.containers.find((c) => c.id === id);
        if (container !== undefined) setMenu({ container, anchor });
      },
      onRecreate: (id) => {
        const container = latest.current.containers.find((c) => c.id === id);
        if (container !== undefined) latest.current.onRecreate?.(container);
      },
    }),
    [onSelect],
  );

  const activeIndex = Math.max(0, order.indexOf(selection.active ?? ''));
  const go = (index: number, extend: boolean) => {
    const id = order[Math.max(0, Math.min(order.length - 1, index))];
    if (id === undefined) return;
    onSelect((before) =>
      extend
        ? extendTo(before.anchor === null ? moveTo(before, order[activeIndex] ?? id) : before, order, id)
        : moveTo(before, id),
    );
    handle.current?.scrollTo(order.indexOf(id));
    // The row may be drawn only after the scroll; focus follows on the next frame.
    requestAnimationFrame(() => {
      [...(box.current?.querySelectorAll<HTMLElement>('[data-row-id]') ?? [])]
        .find((row) => row.dataset['rowId'] === id)
        ?.focus();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target instanceof HTMLElement ? event.target.dataset['rowId'] : undefined;
    const id = order[activeIndex];
    if (id === undefined) return;
    const handled = (act: () => void) => {
      event.preventDefault();
      event.stopPropagation();
      act();
    };
    // Keys of controls inside a row (a checkbox's Space, a button's Enter) are theirs; arrows and Delete are
    // the list's.
    switch (event.key) {
      case 'ArrowDown':
        handled(() => {
          go(activeIndex + 1, event.shiftKey);
        });
        return;
      case 'ArrowUp':
        handled(() => {
          go(activeIndex - 1, event.shiftKey);
        });
        return;
      case 'PageDown':
        handled(() => {
          go(activeIndex + 10, event.shiftKey);
        });
        return;
      case 'PageUp':
        handled(() => {
          go(activeIndex - 10, event.shiftKey);
        });
        return;
      case 'Home':
        handled(() => {
          go(0, event.shiftKey);
        });
        return;
      case 'End':
        handled(() => {
          go(order.length - 1, event.shiftKey);
        });
        return;
      case 'ArrowRight':
        handled(() => {
          setRow(id, true);
        });
        return;
      case 'ArrowLeft':
        handled(() => {
          setRow(id, false);
        });
        return;
      case 'Delete':
        handled(() => {
          const chosen = containers.filter((c) => selection.chosen.has(c.id));
          onRemove?.(chosen.length > 0 ? chosen : containers.slice(activeIndex, activeIndex + 1));
        });
        return;
      case 'Escape':
        if (selection.chosen.size > 0)
          handled(() => {
            onSelect(() => emptySelection);
          });
        return;
      default:
        break;
    }
    if (row === undefined) return;
    if (event.key === ' ')
      handled(() => {
        onSelect((before) => toggle(before, id));
      });
    else if (event.key === 'Enter')
      handled(() => {
        actions.onOpen(id);
      });
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey))
      handled(() => {
        onSelect((before) => toggleAll(before, order));
      });
  };

  const heightOf = useCallback(
    (index: number) => {
      const container = containers[index];
      return container === undefined
        ? 0
        : heightOfRow(container, open.has(container.id), recreation && isUnprotected(container));
    },
    [containers, open, recreation],
  );
  const shownChosen = order.filter((id) => selection.chosen.has(id)).length;

  return (
    <Box
      ref={box}
      role="treegrid"
      aria-label={t('containers.title')}
      aria-multiselectable
      aria-rowcount={containers.length + 1}
      onKeyDown={onKeyDown}
      sx={{
        background: color.card,
        border: `1px solid ${color.border}`,
        borderRadius: `${size.radiusCard}px`,
        overflow: 'hidden',
        display: 'flex',
        flexDirection: 'column',
        minHeight: 0,
        '& [role="presentation"]:last-child > [role="row"]': { borderBottomColor: 'transparent' },
      }}
    >
      <Box
        role="row"
        aria-rowindex={1}
        sx={{
          ...grid,
          paddingRight: 'calc(16px + var(--rows-scrollbar, 0px))',
          height: size.tableHead,
          flexShrink: 0,
          background: color.subtle,
          borderBottom: `1px solid ${color.border}`,
          fontSize: 12,
          fontWeight: 500,
          color: color.text3,
        }}
      >
        <Box role="columnheader">
          <Checkbox
            sx={{ marginLeft: '-4px' }}
            checked={shownChosen > 0 && shownChosen === order.length}
            indeterminate={shownChosen > 0 && shownChosen < order.length}
            onChange={() => {
              onSelect((before) => toggleAll(before, order));
            }}
            slotProps={{ input: { 'aria-label': t('containers.selectAll') } }}
          />
        </Box>
        <Box role="columnheader">
          <span className="visually-hidden">{t('containers.column.select')}</span>
        </Box>
        <SortableHead by="name" sort={sort} onSort={onSort} label={t('containers.column.container')} />
        <SortableHead by="state" sort={sort} onSort={onSort} label={t('containers.column.status')} />
        <SortableHead by="protection" sort={sort} onSort={onSort} label={t('containers.column.protection')} />
        <SortableHead by="reason" sort={sort} onSort={onSort} label={t('containers.column.why')} />
        <Box role="columnheader">
          <span className="visually-hidden">{t('containers.column.actions')}</span>
        </Box>
      </Box>
      <VirtualRows
        count={containers.length}
        heightOf={heightOf}
        handle={handle}
        rowKey={(index) => order[index] ?? String(index)}
        render={(index) => {
          const container = containers[index];
          return container === undefined ? null : (
            <ContainerRow
              container={container}
              index={index}
              chosen={selection.chosen.has(container.id)}
              active={index === activeIndex}
              open={open.has(container.id)}
              eci={eci}
              recreation={
                !recreation || !isUnprotected(container)
                  ? 'no'
                  : onRecreate === undefined
                    ? 'not-now'
                    : 'offered'
              }
              actions={actions}
            />
          );
        }}
      />
      <ContainerMenu
        container={menu?.container ?? null}
        anchor={menu?.anchor ?? null}
        canRecreate={recreation && menu !== null && isUnprotected(menu.container)}
        onClose={() => {
          setMenu(null);
        }}
        onRecreate={onRecreate}
        onRemove={onRemove}
      />
    </Box>
  );
}
