import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { Notice } from '../../components/error-panel.tsx';
import { noticeAbovePage } from '../../components/page.tsx';
import { useApp } from '../../state/context.tsx';
import { navigate, useRoute } from '../../state/router.ts';

/** Shown on every page until a conflict with another program's edit of the file is resolved. */
export function ConflictNotice() {
  const { t } = useTranslation();
  const { settings } = useApp();
  const { page } = useRoute();
  if (!settings.conflict || page === 'json') return null;
  return (
    <Box sx={noticeAbovePage}>
      <Notice
        tone="warn"
        live="polite"
        title={t('settingsState.conflict.title')}
        action={
          <Button
            onClick={() => {
              navigate('json');
            }}
          >
            {t('settingsState.conflict.compare')}
          </Button>
        }
      >
        {t('settingsState.conflict.body', { path: settings.path })}
      </Notice>
    </Box>
  );
}
