import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import IconButton from '@mui/material/IconButton';
import { ChevronDownIcon, ChevronRightIcon, MoreIcon } from '../../theme/icons.ts';
import { Mono, Tag } from '../../components/mono.tsx';
import { exitCode, useStatusAge } from '../../components/container-status.ts';
import { StateBadge } from '../../components/state-badge.tsx';
import { formatDuration, useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { Container } from '../../../shared/containers/protection.ts';
import { containerReason, usedText } from './container-reason.ts';
import { oneLine } from './row-fact.tsx';
import { reasonBelow } from './row-layout.ts';
import type { RowActions } from './use-table-rows.ts';

// Chinese texts wrap at their commas there, not within a date.
const twoLines = {
  display: '-webkit-box',
  WebkitLineClamp: 2,
  WebkitBoxOrient: 'vertical',
  overflow: 'hidden',
  wordBreak: 'keep-all',
  overflowWrap: 'anywhere',
} as const;

/** The row is too narrow for tags. */
const tooNarrow = '@container page (max-width: 758.95px)';

/** A tag after the reason; not displayed where the reason's column has no room for both. */
const besideReason = {
  flexShrink: 0,
  [tooNarrow]: { display: 'none' },
  [reasonBelow]: { display: 'block' },
} as const;

interface CellProps {
  readonly container: Container;
}

/** `tab`: the row's tabIndex, which its controls share. */
interface ControlProps extends CellProps {
  readonly tab: 0 | -1;
}

export function SelectCell({
  container: { id, name },
  chosen,
  tab,
  onToggle,
}: ControlProps & { readonly chosen: boolean } & Pick<RowActions, 'onToggle'>) {
  const { t } = useTranslation();
  return (
    <Box role="gridcell">
      <Checkbox
        checked={chosen}
        sx={{ marginLeft: '-4px' }}
        slotProps={{ input: { 'aria-label': t('containers.selectOne', { name }), tabIndex: tab } }}
        onChange={(event) => {
          onToggle(id, event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey);
        }}
      />
    </Box>
  );
}

export function ExpandCell({
  container: { id, name },
  open,
  tab,
  onOpen,
}: ControlProps & { readonly open: boolean } & Pick<RowActions, 'onOpen'>) {
  const { t } = useTranslation();
  return (
    <Box role="gridcell">
      <IconButton
        size="small"
        tabIndex={tab}
        aria-label={t('containers.expand', { name })}
        aria-expanded={open}
        onClick={() => {
          onOpen(id);
        }}
        sx={{ width: 24, height: 24, marginLeft: '-4px' }}
      >
        {open ? <ChevronDownIcon /> : <ChevronRightIcon />}
      </IconButton>
    </Box>
  );
}

export function NameCell({ container: { name, image } }: CellProps) {
  return (
    <Box role="gridcell" sx={{ minWidth: 0, paddingRight: 2 }}>
      <Box className="selectable" title={name} sx={{ ...oneLine, fontWeight: 600, lineHeight: '18px' }}>
        {name}
      </Box>
      <Box title={image} sx={{ ...oneLine, lineHeight: '16px', color: color.text3 }}>
        <Mono size={11.5} nowrap>
          {image}
        </Mono>
      </Box>
    </Box>
  );
}

export function StatusCell({ container }: CellProps) {
  const { t } = useTranslation();
  const age = useStatusAge(container);
  const code = exitCode(container.status);
  return (
    <Box role="gridcell" sx={{ minWidth: 0, paddingRight: 1 }} title={container.status}>
      <Box sx={{ ...oneLine, lineHeight: '18px' }}>
        {t(`containerState.${container.state}`)}
        {code === null ? '' : ` (${code})`}
      </Box>
      {age !== null && (
        <Box sx={{ ...oneLine, fontSize: 12, lineHeight: '16px', color: color.text3 }}>
          {formatDuration(t, age)}
        </Box>
      )}
    </Box>
  );
}

export function ProtectionCell({ container, eci }: CellProps & { readonly eci: boolean }) {
  const { t } = useTranslation();
  return (
    <Box role="gridcell">
      {container.reason === 'replaced' ? (
        <Tag>{t('containers.tag.replaced')}</Tag>
      ) : (
        <StateBadge state={container.protected ? 'protected' : 'unprotected'} eciOff={!eci} />
      )}
    </Box>
  );
}

export function ReasonCell({ container }: CellProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const reason = containerReason(t, formats, container);
  const hasSocket = container.protected && container.obstacles.includes('docker-socket');
  return (
    <Box role="gridcell" sx={{ minWidth: 0, display: 'flex', alignItems: 'center', gap: 1 }}>
      <Box
        sx={{
          flex: 1,
          minWidth: 0,
          [reasonBelow]: { display: 'flex', alignItems: 'baseline', columnGap: '8px' },
        }}
      >
        <Box
          title={reason.first}
          sx={{
            ...(reason.second === null ? twoLines : oneLine),
            ...(hasSocket ? { [tooNarrow]: { WebkitLineClamp: 1 } } : {}),
            [reasonBelow]: { ...oneLine, display: 'block' },
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
        {hasSocket && (
          <Box
            sx={{
              ...oneLine,
              display: 'none',
              fontSize: 12,
              lineHeight: '16px',
              color: color.text3,
              [tooNarrow]: { display: 'block' },
              [reasonBelow]: { display: 'none' },
            }}
          >
            {usedText(t, container)}
          </Box>
        )}
      </Box>
      {hasSocket && (
        <Box sx={besideReason}>
          <Tag>{t('containers.tag.socket')}</Tag>
        </Box>
      )}
      {container.privileged && (
        <Box sx={besideReason}>
          <Tag>
            {container.protected ? t('containers.tag.privileged') : t('containers.tag.privilegedOpen')}
          </Tag>
        </Box>
      )}
    </Box>
  );
}

export function MoreCell({
  container: { id, name },
  tab,
  onMenu,
}: ControlProps & Pick<RowActions, 'onMenu'>) {
  const { t } = useTranslation();
  return (
    <Box role="gridcell" sx={{ textAlign: 'right' }}>
      <IconButton
        size="small"
        tabIndex={tab}
        aria-label={t('containers.more', { name })}
        aria-haspopup="menu"
        onClick={(event) => {
          onMenu(id, event.currentTarget);
        }}
      >
        <MoreIcon />
      </IconButton>
    </Box>
  );
}
