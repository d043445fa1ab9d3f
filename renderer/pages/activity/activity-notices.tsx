import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { useAppPart } from '../../state/context.tsx';
import { color } from '../../theme/tokens.ts';
import type { AppError } from '../../../shared/result.ts';

/** Notice that only repeats of one line are shown, with a button that shows all. */
export function OnlyRepeats({
  count,
  onShowAll,
}: {
  readonly count: number;
  readonly onShowAll: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 1,
        marginBottom: 2,
        flexShrink: 0,
        color: color.text2,
      }}
    >
      {t('activity.onlyRepeats', { count })}
      <Button size="small" variant="text" onClick={onShowAll}>
        {t('activity.showGrouped')}
      </Button>
    </Box>
  );
}

const AboveList = ({ children }: { readonly children: ReactNode }) => (
  <Box sx={{ marginBottom: 2, flexShrink: 0 }}>{children}</Box>
);

/** Notice that the log cannot be read, with the reason. */
export function UnreadableNotice() {
  const { t } = useTranslation();
  const state = useAppPart((app) => app.activity.state);
  if (state.kind !== 'unreadable') return null;
  return (
    <AboveList>
      <Notice
        tone="warn"
        live="polite"
        title={state.why === 'rights' ? t('activity.noRights') : t('activity.unreadable')}
      >
        {state.why === 'rights' ? t('activity.noRightsWhy', { path: state.path }) : state.message}
      </Notice>
    </AboveList>
  );
}

/** Notice that the log no longer has the linked entry. */
export function GoneNotice({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <AboveList>
      <Notice
        tone="neutral"
        live="polite"
        title={t('activity.gone')}
        action={
          <Button size="small" onClick={onClose}>
            {t('button.close')}
          </Button>
        }
      >
        {t('activity.goneWhy')}
      </Notice>
    </AboveList>
  );
}

/** Notice that reading the log failed. */
export function ReadError({ error, onRetry }: { readonly error: AppError; readonly onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <AboveList>
      <ErrorPanel error={error} action={<Button onClick={onRetry}>{t('button.tryAgain')}</Button>} />
    </AboveList>
  );
}
