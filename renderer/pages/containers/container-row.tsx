import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import IconButton from '@mui/material/IconButton';
import { ChevronDownIcon, ChevronRightIcon, MoreIcon } from '../../theme/icons.ts';
import { Mono, Tag } from '../../components/mono.tsx';
import { exitCode, statusAge } from '../../components/container-status.ts';
import { StateBadge } from '../../components/state-badge.tsx';
import { formatDuration, useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { Container } from '../../../shared/containers/protection.ts';
import { ContainerDetail, detailHeight, type RecreationOffer } from './container-detail.tsx';
import { containerReason } from './container-reason.ts';
import { oneLine } from './row-fact.tsx';

export const rowHeight = 48;
export const grid = {
  display: 'grid',
  gridTemplateColumns: '30px 30px minmax(0, 1.1fr) 104px 128px minmax(0, 1.4fr) 32px',
  alignItems: 'center',
  padding: '0 16px',
  boxSizing: 'border-box',
} as const;
// Chinese breaks at its commas there, not within a date.
const twoLines = {
  display: '-webkit-box',
  WebkitLineClamp: 2,
  WebkitBoxOrient: 'vertical',
  overflow: 'hidden',
  wordBreak: 'keep-all',
  overflowWrap: 'anywhere',
} as const;

/**
 * Height of a row in px; the list needs it before the row is drawn. `recreation`: recreating it is offered.
 */
export const heightOfRow = (container: Container, open: boolean, recreation: boolean): number =>
  rowHeight + (open ? detailHeight(container, recreation) : 0);

export interface RowActions {
  readonly onToggle: (id: string, range: boolean) => void;
  readonly onOpen: (id: string) => void;
  readonly onActivate: (id: string) => void;
  readonly onMenu: (id: string, anchor: HTMLElement) => void;
  readonly onRecreate: (id: string) => void;
}

/**
 * One container: its state and why; opened, what recreating it would do, where that is offered, and what is
 * known of it. One row at a time takes part in the tab order.
 */
export const ContainerRow = memo(function ContainerRow({
  container,
  index,
  chosen,
  active,
  open,
  eci,
  recreation,
  actions,
}: {
  readonly container: Container;
  readonly index: number;
  readonly chosen: boolean;
  readonly active: boolean;
  readonly open: boolean;
  readonly eci: boolean;
  readonly recreation: RecreationOffer;
  readonly actions: RowActions;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { id, name } = container;
  const reason = containerReason(t, formats, container);
  const age = statusAge(container.status);
  const code = exitCode(container.status);
  const tab = active ? 0 : -1;
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
        height: heightOfRow(container, open, recreation !== 'no'),
        boxSizing: 'border-box',
        borderBottom: `1px solid ${color.border}`,
        background: chosen ? color.edited : 'transparent',
        '&:focus-visible': { outlineOffset: -2 },
        '&:hover': { background: chosen ? color.edited : color.subtle },
      }}
    >
      <Box
        role="presentation"
        sx={{ ...grid, height: rowHeight - 1 }}
        onClick={(event) => {
          if (event.target instanceof Element && event.target.closest('button, input, a') !== null) return;
          if (event.shiftKey) actions.onToggle(id, true);
          else if (event.ctrlKey || event.metaKey) actions.onToggle(id, false);
          else {
            actions.onActivate(id);
            event.currentTarget.parentElement?.focus();
          }
        }}
        onDoubleClick={() => {
          actions.onOpen(id);
        }}
      >
        <Box role="gridcell">
          <Checkbox
            checked={chosen}
            sx={{ marginLeft: '-4px' }}
            slotProps={{ input: { 'aria-label': t('containers.selectOne', { name }), tabIndex: tab } }}
            onChange={(event) => {
              actions.onToggle(id, event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey);
            }}
          />
        </Box>
        <Box role="gridcell">
          <IconButton
            size="small"
            tabIndex={tab}
            aria-label={t('containers.expand', { name })}
            aria-expanded={open}
            onClick={() => {
              actions.onOpen(id);
            }}
            sx={{ width: 24, height: 24, marginLeft: '-4px' }}
          >
            {open ? <ChevronDownIcon /> : <ChevronRightIcon />}
          </IconButton>
        </Box>
        <Box role="gridcell" sx={{ minWidth: 0, paddingRight: 2 }}>
          <Box className="selectable" title={name} sx={{ ...oneLine, fontWeight: 600, lineHeight: '18px' }}>
            {name}
          </Box>
          <Box title={container.image} sx={{ ...oneLine, lineHeight: '16px', color: color.text3 }}>
            <Mono size={11.5} nowrap>
              {container.image}
            </Mono>
          </Box>
        </Box>
        <Box role="gridcell" sx={{ minWidth: 0, paddingRight: 1 }} title={container.status}>
          <Box sx={{ ...oneLine, lineHeight: '18px' }}>
            {t(`containers.state.${container.state}`)}
            {code === null ? '' : ` (${code})`}
          </Box>
          {age !== null && (
            <Box sx={{ ...oneLine, fontSize: 12, lineHeight: '16px', color: color.text3 }}>
              {formatDuration(t, age)}
            </Box>
          )}
        </Box>
        <Box role="gridcell">
          {container.reason === 'replaced' ? (
            <Tag>{t('containers.tag.replaced')}</Tag>
          ) : (
            <StateBadge state={container.protected ? 'protected' : 'unprotected'} eciOff={!eci} />
          )}
        </Box>
        <Box role="gridcell" sx={{ minWidth: 0, display: 'flex', alignItems: 'center', gap: 1 }}>
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Box
              title={reason.first}
              sx={{
                ...(reason.second === null ? twoLines : oneLine),
                lineHeight: '18px',
                color: container.protected ? color.text2 : color.text,
              }}
            >
              {reason.first}
            </Box>
            {reason.second !== null && (
              <Box
                title={reason.second}
                sx={{ ...oneLine, fontSize: 12, lineHeight: '16px', color: color.text3 }}
              >
                {reason.second}
              </Box>
            )}
          </Box>
          {container.protected && container.obstacles.includes('docker-socket') && (
            <Box sx={{ flexShrink: 0, '@container page (max-width: 758.95px)': { display: 'none' } }}>
              <Tag>{t('containers.tag.socket')}</Tag>
            </Box>
          )}
          {container.privileged && (
            <Box sx={{ flexShrink: 0, '@container page (max-width: 758.95px)': { display: 'none' } }}>
              <Tag>
                {container.protected ? t('containers.tag.privileged') : t('containers.tag.privilegedOpen')}
              </Tag>
            </Box>
          )}
        </Box>
        <Box role="gridcell" sx={{ textAlign: 'right' }}>
          <IconButton
            size="small"
            tabIndex={tab}
            aria-label={t('containers.more', { name })}
            aria-haspopup="menu"
            onClick={(event) => {
              actions.onMenu(id, event.currentTarget);
            }}
          >
            <MoreIcon />
          </IconButton>
        </Box>
      </Box>
      {open && (
        <ContainerDetail
          container={container}
          tab={tab}
          recreation={recreation}
          onRecreate={() => {
            actions.onRecreate(id);
          }}
        />
      )}
    </Box>
  );
});
