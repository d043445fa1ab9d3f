import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import { useApp } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { InfoIcon, ProtectedIcon, UnprotectedIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import { hrefFor } from '../../state/router.ts';
import { useFormats } from '../../i18n/format.ts';
import { useAfterPaint } from '../../components/after-paint.ts';
import { countByProtection } from '../../../shared/containers/protection.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';

// The chart library is the largest part of this page: the rest doesn't wait for it.
const ContainerDonut = lazy(() => import('./container-donut.tsx'));

/** Why there is no scan of the containers. */
function unknownReason({ busy, engine, scanError }: AppState) {
  if (busy.scanning) return 'scanning';
  if (engine.phase === 'unreachable') return 'noAnswer';
  if (engine.phase !== 'ready') return 'notRunning';
  return scanError !== null ? 'failed' : 'notScanned';
}

/** Protected and unprotected containers, as counted by the last scan. */
export function ContainersCard({ eci }: { readonly eci: boolean }) {
  const { t } = useTranslation();
  const painted = useAfterPaint();
  const app = useApp();
  const { scan, busy } = app;
  if (scan === null)
    return (
      <Card title={t('overview.containers.title')} busy={busy.scanning}>
        <EmptyState>{t(`overview.containers.${unknownReason(app)}`)}</EmptyState>
      </Card>
    );
  const total = scan.containers.length;
  if (total === 0)
    return (
      <Card title={t('overview.containers.title')}>
        <EmptyState>{t('overview.containers.none')}</EmptyState>
      </Card>
    );
  const counts = countByProtection(scan.containers);
  return (
    <Card title={t('overview.containers.title')}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 3, padding: '12px 16px 12px 12px' }}>
        <Donut total={total} counts={counts} eci={eci} painted={painted} />
        <Counts counts={counts} eci={eci} />
      </Box>
    </Card>
  );
}

interface CountProps {
  readonly counts: ReturnType<typeof countByProtection>;
  readonly eci: boolean;
}

/** `painted`: the page was painted once without it. */
function Donut({
  total,
  counts,
  eci,
  painted,
}: CountProps & { readonly total: number; readonly painted: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Box aria-hidden sx={{ position: 'relative', width: 112, height: 112, flexShrink: 0 }}>
      {painted && (
        <Suspense fallback={null}>
          <ContainerDonut counts={counts} eci={eci} />
        </Suspense>
      )}
      <Box
        sx={{
          position: 'absolute',
          inset: 0,
          display: 'grid',
          placeContent: 'center',
          textAlign: 'center',
          pointerEvents: 'none',
        }}
      >
        <Box sx={{ fontSize: 20, lineHeight: '22px', fontWeight: 600 }}>{formats.number(total)}</Box>
        <Box sx={{ fontSize: 12, lineHeight: '16px', color: color.text3 }}>
          {t('overview.containers.total')}
        </Box>
      </Box>
    </Box>
  );
}

function Counts({ counts, eci }: CountProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const rows = [
    {
      key: 'protected',
      icon: ProtectedIcon,
      tone: color.ok,
      label: t('state.protected'),
      count: counts.protected,
    },
    {
      key: 'unprotected',
      icon: UnprotectedIcon,
      tone: eci ? color.danger : color.neutral,
      label: t('state.unprotected'),
      count: counts.unprotected,
    },
    // Old containers beside the protected ones that replaced them.
    ...(counts.replaced === 0
      ? []
      : [
          {
            key: 'replaced',
            icon: InfoIcon,
            tone: color.neutral,
            label: t('overview.containers.replaced'),
            count: counts.replaced,
          },
        ]),
  ];
  return (
    <Box
      component="ul"
      sx={{ flex: 1, margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: '8px' }}
    >
      {rows.map((row) => (
        <Box component="li" key={row.key} sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
          <row.icon sx={{ fontSize: 16, color: row.tone }} aria-hidden />
          <Link
            href={hrefFor('containers', { show: row.key })}
            sx={{ flex: 1, fontWeight: 400, color: color.text }}
          >
            {row.label}
          </Link>
          <Box component="span" sx={{ fontWeight: 600 }}>
            {formats.number(row.count)}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
