import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useNumber } from '../../i18n/format.ts';
import { useAppPart } from '../../state/context.tsx';
import { color } from '../../theme/tokens.ts';

/** Number of unseen denials, beside the page's name in the navigation. */
export function UnseenCount() {
  const { t } = useTranslation();
  const number = useNumber();
  const unseen = useAppPart(({ activity }) => activity.unseen);
  if (unseen === 0) return null;
  return (
    <Box
      component="span"
      className="count"
      role="img"
      aria-label={t('frame.unseenDenials', { count: unseen })}
      sx={{ fontSize: 12, color: color.text2 }}
    >
      {unseen > 9999 ? `${number(9999)}+` : number(unseen)}
    </Box>
  );
}
