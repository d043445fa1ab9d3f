import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { Notice } from '../../components/error-panel.tsx';
import { noticeAbovePage } from '../../components/page.tsx';
import { ensureSentence, joinSentences } from '../../i18n/lists.ts';
import { translateError } from '../../i18n/translate.ts';
import { useAppPart } from '../../state/context.tsx';

/** Shown on every page while the user's preferences cannot be written. */
export function UnsavedPreferencesNotice() {
  const { t } = useTranslation();
  const problem = useAppPart((app) => app.preferencesError);
  if (problem === null) return null;
  const { reason, hint } = translateError(problem);
  return (
    <Box sx={noticeAbovePage}>
      <Notice tone="warn" live="polite" title={t('frame.notKept.title')}>
        {joinSentences(t, [
          t('frame.notKept.body'),
          ...[reason, hint].flatMap((text) => (text === undefined ? [] : [ensureSentence(t, text)])),
        ])}
      </Notice>
    </Box>
  );
}
