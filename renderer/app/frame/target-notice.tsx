import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { Notice } from '../../components/error-panel.tsx';
import { noticeAbovePage } from '../../components/page.tsx';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { manifests } from '../../pages/manifests.ts';
import { useRoute } from '../../state/router.ts';

/** Shown on every page about an engine without our gateway: what is possible here, and what is not. */
export function TargetNotice() {
  const { t } = useTranslation();
  const neverApplied = useUnavailableReason('apply') !== undefined;
  const { page } = useRoute();
  if (!neverApplied || manifests[page].scope === 'app') return null;
  return (
    <Box component="section" aria-label={t('target.machine.title')} sx={noticeAbovePage}>
      <Notice
        tone="neutral"
        title={t('target.machine.title')}
        action={
          <Button
            onClick={() => {
              document.querySelector<HTMLElement>('[data-engine-switcher]')?.click();
            }}
          >
            {t('target.machine.switch')}
          </Button>
        }
      >
        {t('target.machine.body')}
      </Notice>
    </Box>
  );
}
