import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { Notice } from '../../components/error-panel.tsx';
import { noticeAbovePage } from '../../components/page.tsx';
import { protectionOf } from '../../components/protection.ts';
import { useNow } from '../../i18n/clock.ts';
import { joinSentences } from '../../i18n/lists.ts';
import { translateMessage } from '../../i18n/translate.ts';
import { useRequest } from '../../state/actions.ts';
import { useApp, useDraft } from '../../state/context.tsx';
import { navigationFromHere, useRoute } from '../../state/router.ts';
import { enforcementAlarm } from '../../../shared/enforcement/describe.ts';

/**
 * Shown on every page while the settings file is deleted or unusable: what is enforced, what the next start
 * enforces, and the version that can be restored.
 */
export function EnforcementNotice() {
  const { t } = useTranslation();
  const app = useApp();
  const draft = useDraft();
  const { page } = useRoute();
  const read = useRequest('history:read');
  const { enforcement } = protectionOf(app, useNow());
  const alarm = enforcementAlarm(enforcement);
  const isApplying = app.run !== null && app.run.activity !== 'ended';
  if (alarm === null || isApplying) return null;
  const { restorableVersion: version } = enforcement;

  const restore = async (from: number) => {
    const navigate = navigationFromHere();
    // An edited draft is not replaced without confirmation: History shows the version, and rolls back to it.
    if (draft.dirty && app.settings.draft !== '') {
      navigate('history', { version: String(from) });
      return;
    }
    const result = await read.run({ version: from });
    if (!result.ok || result.value.text === null) {
      navigate('history');
      return;
    }
    draft.setText(result.value.text);
    navigate('review');
  };
  return (
    <Box sx={noticeAbovePage}>
      <Notice
        tone="danger"
        live="assertive"
        title={translateMessage(alarm.title)}
        action={
          version !== null &&
          page !== 'review' && (
            <Button
              disabled={read.running}
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
