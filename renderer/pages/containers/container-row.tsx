import { memo, useCallback } from 'react';
import Box from '@mui/material/Box';
import { color } from '../../theme/tokens.ts';
import type { Container } from '../../../shared/containers/protection.ts';
import { ContainerDetail, detailHeight, type RecreationOffer } from './container-detail.tsx';
import {
  ExpandCell,
  MoreCell,
  NameCell,
  ProtectionCell,
  ReasonCell,
  SelectCell,
  StatusCell,
} from './row-cells.tsx';
import { rowGrid, rowHeights, type RowLayout } from './row-layout.ts';
import type { RowActions } from './use-table-rows.ts';

/**
 * Height of a row in px, which the list needs before it is rendered. `recreation`: with its preview;
 * `measured`: the height of its details, once they are shown.
 */
export const heightOfRow = (
  container: Container,
  look: {
    readonly open: boolean;
    readonly recreation: boolean;
    readonly layout: RowLayout;
    readonly measured: number | undefined;
  },
): number =>
  rowHeights[look.layout] + (look.open ? (look.measured ?? detailHeight(container, look.recreation)) : 0);

interface ContainerRowProps {
  readonly container: Container;
  readonly index: number;
  readonly chosen: boolean;
  readonly active: boolean;
  readonly open: boolean;
  readonly layout: RowLayout;
  readonly eci: boolean;
  readonly recreation: RecreationOffer;
  readonly measured: number | undefined;
  readonly actions: RowActions;
}

/**
 * One container: its state and the reason; expanded, what recreating it would do, if available, and its
 * details. One row at a time takes part in the tab order.
 */
export const ContainerRow = memo(function ContainerRow({
  container,
  index,
  chosen,
  active,
  open,
  layout,
  eci,
  recreation,
  measured,
  actions,
}: ContainerRowProps) {
  const { id } = container;
  const tab = active ? 0 : -1;
  const { onDetailHeight } = actions;
  const onHeight = useCallback(
    (height: number) => {
      onDetailHeight(id, height);
    },
    [onDetailHeight, id],
  );
  return (
    <Box
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      aria-expanded={open}
      tabIndex={tab}
      data-row-id={id}
      onFocus={(event) => {
        if (event.target === event.currentTarget && !active) actions.onActivate(id);
      }}
      sx={{
        height: heightOfRow(container, { open, recreation: recreation !== 'unavailable', layout, measured }),
        boxSizing: 'border-box',
        borderBottom: `1px solid ${color.border}`,
        background: chosen ? color.edited : 'transparent',
        '&:focus-visible': { outlineOffset: -2 },
        '&:hover': { background: chosen ? color.edited : color.subtle },
      }}
    >
      <Box
        role="presentation"
        sx={{ ...rowGrid, height: rowHeights[layout] - 1 }}
        onClick={(event) => {
          if (event.target instanceof Element && event.target.closest('button, input, a') !== null) return;
          if (event.shiftKey) actions.onToggle(id, true);
          else if (event.ctrlKey || event.metaKey) actions.onToggle(id, false);
          else {
            actions.onActivate(id);
            event.currentTarget.parentElement?.focus();
            // A double click's second click, or the end of a text selection, does not toggle the row.
            if (event.detail < 2 && window.getSelection()?.isCollapsed !== false) actions.onOpen(id);
          }
        }}
      >
        <SelectCell container={container} chosen={chosen} tab={tab} onToggle={actions.onToggle} />
        <ExpandCell container={container} open={open} tab={tab} onOpen={actions.onOpen} />
        <NameCell container={container} />
        <StatusCell container={container} />
        <ProtectionCell container={container} eci={eci} />
        <ReasonCell container={container} />
        <MoreCell container={container} tab={tab} onMenu={actions.onMenu} />
      </Box>
      {open && (
        <ContainerDetail
          container={container}
          tab={tab}
          recreation={recreation}
          onRecreate={() => {
            actions.onRecreate(id);
          }}
          onHeight={onHeight}
        />
      )}
    </Box>
  );
});
