import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { protectionOf } from '../../components/protection.ts';
import { useNow } from '../../i18n/clock.ts';
import { useNumber } from '../../i18n/format.ts';
import { useApp } from '../../state/context.tsx';
import { UnprotectedIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';

/** Number of unprotected containers, beside the page's name in the navigation. */
export function UnprotectedCount() {
  const { t } = useTranslation();
  const number = useNumber();
  const app = useApp();
  const { unprotected, eci } = protectionOf(app, useNow());
  if (unprotected === null || unprotected === 0) return null;
  return (
    <Box
      component="span"
      className="count"
      role="img"
      aria-label={t('frame.unprotectedCount', { count: unprotected })}
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        gap: '5px',
        fontSize: 12,
        fontWeight: eci ? 500 : 400,
        color: eci ? color.danger : color.text3,
      }}
    >
      {eci && <UnprotectedIcon sx={{ fontSize: 14 }} aria-hidden />}
      {number(unprotected)}
    </Box>
  );
}
