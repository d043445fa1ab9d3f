import type { KeyboardEvent, RefObject } from 'react';
import { rowAfterKey } from '../../components/row-keys.ts';
import type { VirtualRowsHandle } from '../../components/virtual-rows.tsx';
import { emptySelection, extendTo, moveTo, toggle, toggleAll } from './selection.ts';
import type { ContainerTableProps, useTableRows } from './use-table-rows.ts';

function focusRow(list: HTMLElement | null, id: string): void {
  [...(list?.querySelectorAll<HTMLElement>('[data-row-id]') ?? [])]
    .find((row) => row.dataset['rowId'] === id)
    ?.focus();
}

/**
 * Handles the keys of the list: arrows move, Space selects, Shift selects a range, Right and Left expand and
 * collapse, Delete opens the confirmation for removal.
 */
export function useTableKeys(
  { containers, selection, onSelect, onRemove }: ContainerTableProps,
  { order, setRow, actions }: ReturnType<typeof useTableRows>,
  handle: RefObject<VirtualRowsHandle | null>,
  box: RefObject<HTMLElement | null>,
) {
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
    // The row may be rendered only after the scroll; focus follows on the next frame.
    requestAnimationFrame(() => {
      focusRow(box.current, id);
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
    // Controls inside a row handle their own keys (a checkbox's Space, a button's Enter); arrows and Delete
    // are handled by the list.
    const target = rowAfterKey(event.key, activeIndex, order.length);
    if (target !== null) {
      handled(() => {
        go(target, event.shiftKey);
      });
      return;
    }
    switch (event.key) {
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
  return { activeIndex, onKeyDown };
}
