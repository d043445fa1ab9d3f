import { useCallback, useRef, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { SortableHead } from '../../components/sortable-head.tsx';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import { useLowWindow } from '../../components/use-low-window.ts';
import { useNarrower } from '../../components/use-narrower.ts';
import {
  leastHeight,
  listFrame,
  VirtualRows,
  type VirtualRowsHandle,
} from '../../components/virtual-rows.tsx';
import { color, size, stacked, tableColumnsFrom, visuallyHidden } from '../../theme/tokens.ts';
import { isUnprotected } from '../../../shared/containers/protection.ts';
import { ContainerMenu } from './container-menu.tsx';
import { ContainerRow, heightOfRow } from './container-row.tsx';
import { headGrid, reasonColumnFrom, type RowLayout } from './row-layout.ts';
import { toggleAll } from './selection.ts';
import { useTableKeys } from './use-table-keys.ts';
import { useTableRows, type ContainerTableProps } from './use-table-rows.ts';

/** The list as a grid, with the keys of `useTableKeys`. */
export function ContainerTable(props: ContainerTableProps) {
  const { containers, eci, selection, recreation, onRecreate, onRemove } = props;
  const { t } = useTranslation();
  const handle = useRef<VirtualRowsHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const rows = useTableRows(props);
  const { order, open, detailHeights, menu, actions } = rows;
  const { activeIndex, onKeyDown } = useTableKeys(props, rows, handle, box);
  const layout = useRowLayout(box);
  const heightOf = useRowHeights(props, rows, layout);
  const withinPage = useLowWindow();

  return (
    <Box
      ref={box}
      role="treegrid"
      aria-label={t('containers.title')}
      aria-multiselectable
      aria-rowcount={containers.length + 1}
      onKeyDown={onKeyDown}
      style={withinPage ? {} : { minHeight: leastHeight(containers.length, heightOf) }}
      sx={listFrame(withinPage)}
    >
      <TableHead {...props} order={order} />
      <VirtualRows
        count={containers.length}
        heightOf={heightOf}
        handle={handle}
        withinScroller={withinPage}
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
              layout={layout}
              eci={eci}
              recreation={
                !recreation || !isUnprotected(container)
                  ? 'unavailable'
                  : onRecreate === undefined
                    ? 'blocked'
                    : 'available'
              }
              measured={detailHeights.get(container.id)}
              actions={actions}
            />
          );
        }}
      />
      <ContainerMenu
        container={menu?.container ?? null}
        anchor={menu?.anchor ?? null}
        canRecreate={recreation && menu !== null && isUnprotected(menu.container)}
        onClose={rows.closeMenu}
        onRecreate={onRecreate}
        onRemove={onRemove}
      />
    </Box>
  );
}

/** The heights of rows depend on it. */
function useRowLayout(box: RefObject<HTMLElement | null>): RowLayout {
  const isStacked = useNarrower(box, tableColumnsFrom, 'offsetWidth');
  const isReasonBelow = useNarrower(box, reasonColumnFrom, 'offsetWidth');
  if (isStacked) return 'stacked';
  return isReasonBelow ? 'reason-below' : 'columns';
}

/** Heights of the rows by index, px. */
function useRowHeights(
  { containers, recreation }: Pick<ContainerTableProps, 'containers' | 'recreation'>,
  { open, detailHeights }: Pick<ReturnType<typeof useTableRows>, 'open' | 'detailHeights'>,
  layout: RowLayout,
) {
  return useCallback(
    (index: number) => {
      const container = containers[index];
      return container === undefined
        ? 0
        : heightOfRow(container, {
            open: open.has(container.id),
            recreation: recreation && isUnprotected(container),
            layout,
            measured: detailHeights.get(container.id),
          });
    },
    [containers, open, detailHeights, recreation, layout],
  );
}

function TableHead({
  selection,
  onSelect,
  sort,
  onSort,
  order,
}: Pick<ContainerTableProps, 'selection' | 'onSelect' | 'sort' | 'onSort'> & {
  /** Ids of the listed containers. */
  readonly order: readonly string[];
}) {
  const { t } = useTranslation();
  const shownChosen = order.filter((id) => selection.chosen.has(id)).length;
  return (
    <Box
      role="row"
      aria-rowindex={1}
      sx={{
        ...headGrid,
        paddingRight: 'calc(16px + var(--rows-scrollbar, 0px))',
        minHeight: size.tableHead,
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
      <Box role="columnheader" sx={{ [stacked]: visuallyHidden }}>
        <span className="visually-hidden">{t('containers.column.select')}</span>
      </Box>
      <SortableHead by="name" sort={sort} onSort={onSort} label={t('containers.column.container')} />
      <SortableHead by="state" sort={sort} onSort={onSort} label={t('containers.column.status')} />
      <SortableHead by="protection" sort={sort} onSort={onSort} label={t('containers.column.protection')} />
      <SortableHead by="reason" sort={sort} onSort={onSort} label={t('containers.column.why')} />
      <Box role="columnheader" sx={{ [stacked]: visuallyHidden }}>
        <span className="visually-hidden">{t('containers.column.actions')}</span>
      </Box>
    </Box>
  );
}
