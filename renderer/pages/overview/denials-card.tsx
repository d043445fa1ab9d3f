import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import { useNow } from '../../i18n/clock.ts';
import { useApp, useAppPart } from '../../state/context.tsx';
import { hrefFor } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import { lastDays, localDay } from '../../../shared/audit/activity.ts';
import { missingBecause } from '../../../shared/targets/capabilities.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { useAfterPaint } from '../../components/after-paint.ts';

// The chart library is the largest part of this page: the rest doesn't wait for it.
const DenialBars = lazy(() => import('./denial-bars.tsx'));

/**
 * Denials of the last days, as bars and as a table. For days without a log it shows that nothing is known.
 */
export function DenialsCard() {
  const { t } = useTranslation();
  const formats = useFormats();
  const { activity, target } = useApp();
  const painted = useAfterPaint();
  const { since, rotatedAway } = activity;
  const days = useDays();
  const denied = days.reduce((sum, day) => sum + day.denied, 0);
  const would = days.reduce((sum, day) => sum + day.wouldDeny, 0);
  const known =
    rotatedAway && since !== null && (localDay(since) ?? '') > (days[0]?.day ?? '') ? since : null;
  const title = t('overview.denials.title');
  const note =
    known === null
      ? t('overview.denials.days', { count: days.length })
      : t('overview.denials.since', { date: formats.date(known) });

  if (activity.state.kind === 'unreadable')
    return (
      <Card title={title}>
        <EmptyState>
          {activity.state.why === 'rights'
            ? t('overview.denials.noRights')
            : t('overview.denials.unreadable')}
        </EmptyState>
      </Card>
    );
  if (denied + would === 0)
    return (
      <Card title={title} note={note}>
        <EmptyState>{t(`overview.denials.${emptyReason(activity, target)}`)}</EmptyState>
      </Card>
    );
  return (
    <Card
      title={title}
      note={note}
      actions={
        <Link
          href={hrefFor('activity', { filter: denied > 0 ? 'denied' : 'wouldDeny' })}
          sx={{ fontSize: 12, fontWeight: 400, color: color.text2 }}
        >
          {t('overview.denials.total', { count: denied > 0 ? denied : would })}
        </Link>
      }
    >
      <Box aria-hidden sx={{ height: 128, padding: '4px 0 0', '& svg': { display: 'block' } }}>
        {painted ? (
          <Suspense fallback={<LoadingRows rows={3} height={40} />}>
            <DenialBars days={days} />
          </Suspense>
        ) : (
          <LoadingRows rows={3} height={40} />
        )}
      </Box>
      {would > 0 && <WouldDenyLegend count={would} />}
      <DenialsTable days={days} />
    </Card>
  );
}

/** The last days with their denials. */
function useDays() {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  const counted = useAppPart((app) => app.activity.days);
  const today = localDay(now) ?? '';
  return useMemo(
    () =>
      lastDays(new Date(`${today}T12:00:00`).getTime()).map((day) => {
        const counts = counted.find((one) => one.day === day);
        return {
          day,
          label: day === today ? t('overview.denials.today') : formats.date(`${day}T12:00:00`),
          denied: counts?.denied ?? 0,
          wouldDeny: counts?.wouldDeny ?? 0,
        };
      }),
    [counted, today, t, formats],
  );
}

/** Why there are no denials. */
function emptyReason(activity: AppState['activity'], { capabilities }: AppState['target']) {
  if (activity.state.kind === 'reading') return 'reading';
  return missingBecause(capabilities, 'decision-log') === null ? 'none' : 'noGateway';
}

/** The colour of what would have been denied, and how much that is. */
function WouldDenyLegend({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: '6px',
        padding: '6px 16px 10px',
        fontSize: 12,
        lineHeight: '16px',
        color: color.text2,
      }}
    >
      <Box
        component="span"
        aria-hidden
        sx={{ width: 10, height: 10, borderRadius: '2px', background: color.control }}
      />
      {t('overview.denials.would', { count })}
    </Box>
  );
}

/** The same as the bars, for a screen reader. */
function DenialsTable({ days }: { readonly days: ReturnType<typeof useDays> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <table className="visually-hidden">
      <caption>{t('overview.denials.title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('overview.denials.day')}</th>
          <th scope="col">{t('outcome.denied')}</th>
          <th scope="col">{t('outcome.wouldDeny')}</th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day.day}>
            <th scope="row">{day.label}</th>
            <td>{formats.number(day.denied)}</td>
            <td>{formats.number(day.wouldDeny)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
