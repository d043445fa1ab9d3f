import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp, useDraft, useStore } from '../../app/context.tsx';
import { Card, Row, RowText } from '../../components/card.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import type { AppError } from '../../../shared/result.ts';

/** The file was changed underneath the draft: both against each other, and the two ways to go on. Nothing is lost by either. */
export function ConflictView() {
  const { t } = useTranslation();
  const store = useStore();
  const { settings } = useApp();
  const draft = useDraft();
  const [error, setError] = useState<AppError | null>(null);
  const settle = async (keep: 'mine' | 'theirs') => {
    const answer = await store.resolveConflict(keep);
    setError(answer.ok ? null : answer.error);
  };
  return (
    <Box sx={{ overflow: 'auto', minHeight: 0, display: 'grid', gap: 2, alignContent: 'start' }}>
      <Notice tone="warn" live="polite" title={t('settingsState.conflict.title')}>{t('settingsState.conflict.body', { path: settings.path })}</Notice>
      {error !== null && <ErrorPanel error={error} />}
      <Card title={t('settingsState.conflict.diff')} note={t('settingsState.conflict.legend')}>
        <DiffView before={settings.applied} after={draft.text} label={t('settingsState.conflict.diff')} maxHeight={360} />
        <Row><RowText primary={t('settingsState.conflict.mine')} secondary={t('settingsState.conflict.mineIs')} /><Button onClick={() => { void settle('mine'); }}>{t('settingsState.conflict.mine')}</Button></Row>
        <Row><RowText primary={t('settingsState.conflict.theirs')} secondary={t('settingsState.conflict.theirsIs')} /><Button onClick={() => { void settle('theirs'); }}>{t('settingsState.conflict.theirs')}</Button></Row>
      </Card>
    </Box>
  );
}
