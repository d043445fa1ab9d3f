import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { Notice } from '../../components/error-panel.tsx';
import { noticeAbovePage } from '../../components/page.tsx';
import { useApp, useStore } from '../../state/context.tsx';
import { navigate, useRoute } from '../../state/router.ts';
import { names as joined } from '../../i18n/lists.ts';

/** Names shown; more are counted. */
const namesAtMost = 3;

/**
 * Shown on every page after an unprotected container appeared while ECI is on, until the user acknowledges
 * it. Not modal.
 */
export function UnprotectedNotice() {
  const { t } = useTranslation();
  const store = useStore();
  const { appeared, scan } = useApp();
  const { page } = useRoute();
  const names =
    appeared === null || scan === null
      ? []
      : scan.containers.filter(({ id }) => appeared.ids.includes(id)).map(({ name }) => name);
  // Not shown during a review.
  if (names.length === 0 || page === 'review') return null;
  const acknowledge = () => {
    void store.request('containers:acknowledge', undefined);
  };
  const some =
    names.length <= namesAtMost
      ? joined(t, names)
      : t('list.more', { names: joined(t, names.slice(0, namesAtMost)), count: names.length - namesAtMost });
  return (
    <Box sx={noticeAbovePage}>
      <Notice
        tone="danger"
        live="polite"
        title={t('frame.appeared.title', { count: names.length, names: some })}
        action={
          <Box sx={{ display: 'flex', gap: 1, flexShrink: 0 }}>
            <Button variant="text" onClick={acknowledge}>
              {t('frame.appeared.keep')}
            </Button>
            <Button
              onClick={() => {
                acknowledge();
                navigate('containers', {
                  show: 'unprotected',
                  ...(names.length === 1 && names[0] !== undefined ? { find: names[0] } : {}),
                });
              }}
            >
              {t('frame.appeared.review')}
            </Button>
          </Box>
        }
      >
        {t('frame.appeared.body', { count: names.length })}
      </Notice>
    </Box>
  );
}
