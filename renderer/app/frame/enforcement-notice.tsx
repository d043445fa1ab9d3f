import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { Notice } from '../../components/error-panel.tsx';
import { noticeAbovePage } from '../../components/page.tsx';
import { protectionOf } from '../../components/protection.ts';
import { useRestoreVersion } from '../../components/restore-version.ts';
import { useNow } from '../../i18n/clock.ts';
import { joinSentences } from '../../i18n/lists.ts';
import { translateMessage } from '../../i18n/translate.ts';
import { useApp } from '../../state/context.tsx';
import { useRoute } from '../../state/router.ts';
import { enforcementAlarm } from '../../../shared/enforcement/describe.ts';

/**
 * Shown on every page while the settings file is deleted or unusable: what is enforced, what the next start
 * enforces, and the version that can be restored.
 */
export function EnforcementNotice() {
  const { t } = useTranslation();
  const app = useApp();
  const { page } = useRoute();
  const { restore, restoring } = useRestoreVersion();
  const { enforcement } = protectionOf(app, useNow());
  const alarm = enforcementAlarm(enforcement);
  const isApplying = app.run !== null && app.run.activity !== 'ended';
  if (alarm === null || isApplying) return null;
  const { restorableVersion: version } = enforcement;

  // There it is the first step of what to do next.
  const isOnPage = page === 'overview' && enforcement.difference === 'deleted';
  return (
    <Box sx={noticeAbovePage}>
      <Notice
        tone="danger"
        live="assertive"
        title={translateMessage(alarm.title)}
        action={
          version !== null &&
          page !== 'review' &&
          !isOnPage && (
            <Button
              disabled={restoring}
              onClick={() => {
                void restore(version);
              }}
            >
              {t('frame.enforcement.restore', { version })}
            </Button>
          )
        }
      >
        {joinSentences(t, [
          ...alarm.details.map(translateMessage),
          version === null && enforcement.difference === 'deleted'
            ? t('frame.enforcement.nothingToRestore')
            : '',
        ])}
      </Notice>
    </Box>
  );
}
