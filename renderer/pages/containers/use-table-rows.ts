import { useCallback, useMemo, useRef, useState } from 'react';
import type { Container } from '../../../shared/containers/protection.ts';
import type { Sort, SortKey } from './container-filter.ts';
import { extendTo, moveTo, toggle, type Selection } from './selection.ts';

/** The listed containers, which are selected, and their actions. */
export interface ContainerTableProps {
  readonly containers: readonly Container[];
  readonly eci: boolean;
  readonly selection: Selection;
  readonly onSelect: (change: (before: Selection) => Selection) => void;
  readonly sort: Sort;
  readonly onSort: (by: SortKey) => void;
  /** Unprotected containers can be recreated here. */
  readonly recreation: boolean;
  /** Undefined while it is not possible. */
  readonly onRecreate: ((container: Container) => void) | undefined;
  /** Undefined if containers can't be removed. */
  readonly onRemove: ((containers: readonly Container[]) => void) | undefined;
}

/** Actions of a row for its container, by id. */
export interface RowActions {
  readonly onToggle: (id: string, range: boolean) => void;
  readonly onOpen: (id: string) => void;
  readonly onActivate: (id: string) => void;
  readonly onMenu: (id: string, anchor: HTMLElement) => void;
  readonly onRecreate: (id: string) => void;
  /** The details of a row have this height, px. */
  readonly onDetailHeight: (id: string, height: number) => void;
}

/** State of expanded rows and the open menu; `actions` is referentially stable. */
export function useTableRows({
  containers,
  onSelect,
  onRecreate,
}: Pick<ContainerTableProps, 'containers' | 'onSelect' | 'onRecreate'>) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [detailHeights, setDetailHeights] = useState<ReadonlyMap<string, number>>(new Map());
  const [menu, setMenu] = useState<{ readonly container: Container; readonly anchor: HTMLElement } | null>(
    null,
  );
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
      onDetailHeight: (id, height) => {
        setDetailHeights((before) =>
          before.get(id) === height ? before : new Map([...before, [id, height]]),
        );
      },
    }),
    [onSelect],
  );
  const closeMenu = () => {
    setMenu(null);
  };
  return { order, open, detailHeights, setRow, menu, closeMenu, actions };
}
