import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import { useApp } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { ProtectedIcon, UnprotectedIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import { hrefFor } from '../../state/router.ts';
import { useFormats } from '../../i18n/format.ts';
import { useAfterPaint } from './after-paint.ts';
import { isUnprotected } from '../../../shared/containers/protection.ts';

// The chart library is the largest part of this page: the rest doesn't wait for it.
const ContainerDonut = lazy(() => import('./container-donut.tsx'));

/** Protected and unprotected containers, as counted by the last scan. */
export function ContainersCard({ eci }: { readonly eci: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const painted = useAfterPaint();
  const { scan, scanError, busy, engine } = useApp();
  if (scan === null) {
    const why = busy.scanning
      ? 'scanning'
      : engine.phase === 'unreachable'
        ? 'noAnswer'
        : engine.phase !== 'ready'
          ? 'notRunning'
          : scanError !== null
            ? 'failed'
            : 'notScanned';
    return (
      <Card title={t('overview.containers.title')} busy={busy.scanning}>
        <EmptyState>{t(`overview.containers.${why}`)}</EmptyState>
      </Card>
    );
  }
  const total = scan.containers.length;
  if (total === 0)
    return (
      <Card title={t('overview.containers.title')}>
        <EmptyState>{t('overview.containers.none')}</EmptyState>
      </Card>
    );
  const unprotectedCount = scan.containers.filter(isUnprotected).length;
  const rows = [
    {
      key: 'protected',
      icon: ProtectedIcon,
      tone: color.ok,
      label: t('state.protected'),
      count: total - unprotectedCount,
    },
    {
      key: 'unprotected',
      icon: UnprotectedIcon,
      tone: eci ? color.danger : color.neutral,
      label: t('state.unprotected'),
      count: unprotectedCount,
    },
  ] as const;
  return (
    <Card title={t('overview.containers.title')}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 3, padding: '12px 16px 12px 12px' }}>
        <Box aria-hidden sx={{ position: 'relative', width: 112, height: 112, flexShrink: 0 }}>
          {painted && (
            <Suspense fallback={null}>
              <ContainerDonut
                protectedCount={total - unprotectedCount}
                unprotectedCount={unprotectedCount}
                eci={eci}
              />
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
      </Box>
    </Card>
  );
}
