import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { color } from '../theme/tokens.ts';

/** Empty state: one sentence on what it means, and one action. */
export function EmptyState({
  children,
  action,
}: {
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 2,
        padding: 2,
        minHeight: 56,
        boxSizing: 'border-box',
      }}
    >
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography component="div" sx={{ color: color.text2, maxWidth: 720, overflowWrap: 'anywhere' }}>
          {children}
        </Typography>
      </Box>
      {action}
    </Box>
  );
}

/** True once `ms` have passed since mounting. */
export function useElapsedSinceMount(ms: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setPassed(true);
    }, ms);
    return () => {
      clearTimeout(timer);
    };
  }, [ms]);
  return passed;
}

/** Skeleton rows for a first load, and only `after` some ms: quick responses do not flicker. */
export function LoadingRows({
  rows = 4,
  height = 48,
  after = 200,
}: {
  readonly rows?: number;
  readonly height?: number;
  readonly after?: number;
}) {
  const { t } = useTranslation();
  const late = useElapsedSinceMount(after);
  return (
    <Box role="status" aria-label={t('loading')}>
      {late &&
        Array.from({ length: rows }, (_, index) => (
          <Box
            key={index}
            sx={{
              height,
              display: 'flex',
              alignItems: 'center',
              padding: '0 16px',
              '& + &': { borderTop: `1px solid ${color.border}` },
            }}
          >
            <Skeleton variant="rounded" width={`${60 - (index % 3) * 12}%`} height={12} />
          </Box>
        ))}
    </Box>
  );
}
