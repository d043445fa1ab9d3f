import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { Notice } from '../../components/error-panel.tsx';
import { noticeAbovePage } from '../../components/page.tsx';
import { ensureSentence } from '../../i18n/lists.ts';
import { translateText } from '../../i18n/translate.ts';
import { useAppPart } from '../../state/context.tsx';

/** Shown on every page while the engine's directory is missing: what still runs, and what to do. */
export function MissingRootNotice() {
  const { t } = useTranslation();
  const { missingRoot: root, phase, problem } = useAppPart(({ engine }) => engine);
  if (root === undefined) return null;
  return (
    <Box sx={noticeAbovePage}>
      <Notice tone="danger" live="assertive" title={t('frame.missingRoot.title')}>
        {phase === 'unreachable' && problem !== null
          ? ensureSentence(t, translateText(problem.message, problem.sentence))
          : t('frame.missingRoot.body', { root })}
      </Notice>
    </Box>
  );
}
