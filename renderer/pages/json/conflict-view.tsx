import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { Card, CardBody, Row, RowText } from '../../components/card.tsx';
import { ChangesModeToggle, ChangesView, type ChangesMode } from '../../components/changes-view.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { LockedNote } from '../../components/setting-row.tsx';
import { color, oneColumn, size } from '../../theme/tokens.ts';
import { diffSettings, mergeSettings, type MergeSide } from '../../../shared/settings/index.ts';
import type { AppError } from '../../../shared/result.ts';
import { OverlapRow } from './overlap-row.tsx';

/**
 * The file was changed underneath the draft: what each side changed since the draft was begun, and the three
 * ways to go on. Nothing is applied and nothing is lost by any of them: undo brings the draft back.
 */
export function ConflictView() {
  const { t } = useTranslation();
  const store = useStore();
  const { settings } = useApp();
  const draft = useDraft();
  const lockedBy = useReadOnlyReason();
  const [mode, setMode] = useState<ChangesMode>('summary');
  const [choices, setChoices] = useState<Readonly<Record<string, MergeSide>>>({});
  const [error, setError] = useState<AppError | null>(null);
  const { base, applied } = settings;
  const mine = draft.text;
  const theirChanges = useMemo(() => diffSettings(base, applied), [base, applied]);
  const myChanges = useMemo(() => diffSettings(base, mine), [base, mine]);
  const merge = useMemo(() => mergeSettings(base, applied, mine, choices), [base, applied, mine, choices]);
  const merged = merge.kind === 'merged' ? merge.text : null;
  const mergedChanges = useMemo(
    () => (merged === null ? [] : diffSettings(applied, merged)),
    [applied, merged],
  );
  const overlaps = merge.kind === 'merged' ? merge.overlaps : [];
  const open = overlaps.filter((overlap) => choices[overlap.key] === undefined).length;

  const settle = async (side: 'mine' | 'theirs') => {
    const result = await store.resolveConflict(side);
    setError(result.ok ? null : result.error);
  };
  const keepMerge = () => {
    if (merged === null) return;
    store.setDraft(merged);
    void settle('mine');
  };
  const toggle = <ChangesModeToggle mode={mode} onChange={setMode} />;
  return (
    <Box
      sx={{
        flex: 1,
        overflow: 'auto',
        scrollbarGutter: 'stable',
        marginRight: `-${size.scrollbar}px`,
        minHeight: 0,
        display: 'grid',
        gap: 2,
        alignContent: 'start',
        gridAutoRows: 'max-content',
      }}
    >
      <Notice tone="warn" live="polite" title={t('settingsState.conflict.title')}>
        {t('settingsState.conflict.body', { path: settings.path })}
      </Notice>
      {error !== null && <ErrorPanel error={error} />}
      <Box
        sx={{
          display: 'grid',
          gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
          gap: 2,
          alignItems: 'start',
          [oneColumn]: { gridTemplateColumns: 'minmax(0, 1fr)' },
        }}
      >
        <Card
          title={t('settingsState.conflict.theirChanges')}
          note={t('review.changes.count', { count: theirChanges.length })}
          actions={toggle}
        >
          <ChangesView
            before={base}
            after={applied}
            changes={theirChanges}
            mode={mode}
            label={t('settingsState.conflict.theirChanges')}
            maxHeight={280}
          />
        </Card>
        <Card
          title={t('settingsState.conflict.myChanges')}
          note={t('review.changes.count', { count: myChanges.length })}
          actions={toggle}
        >
          <ChangesView
            before={base}
            after={mine}
            changes={myChanges}
            mode={mode}
            label={t('settingsState.conflict.myChanges')}
            maxHeight={280}
          />
        </Card>
      </Box>
      {overlaps.length > 0 && (
        <Card
          title={t('settingsState.conflict.overlaps', { count: overlaps.length })}
          note={
            open === 0
              ? t('settingsState.conflict.decided')
              : t('settingsState.conflict.open', { count: open })
          }
        >
          {overlaps.map((overlap) => (
            <OverlapRow
              key={overlap.key}
              overlap={overlap}
              choice={choices[overlap.key] ?? null}
              onChoose={(side) => {
                setChoices({ ...choices, [overlap.key]: side });
              }}
            />
          ))}
        </Card>
      )}
      <Card
        title={t('settingsState.conflict.goOn')}
        actions={lockedBy !== undefined && <LockedNote by={lockedBy} />}
      >
        <Row>
          <RowText
            primary={t('settingsState.conflict.merge')}
            secondary={
              merge.kind === 'unreadable'
                ? t('settingsState.conflict.unmergeable', {
                    side: t(`settingsState.conflict.side.${merge.side}`),
                  })
                : overlaps.length === 0
                  ? t('settingsState.conflict.mergeClean')
                  : open === 0
                    ? t('settingsState.conflict.mergeDecided')
                    : t('settingsState.conflict.mergeOpen')
            }
          />
          <Button
            variant="contained"
            color="primary"
            disabled={merged === null || lockedBy !== undefined}
            onClick={keepMerge}
          >
            {t('settingsState.conflict.merge')}
          </Button>
        </Row>
        <Row>
          <RowText
            primary={t('settingsState.conflict.mine')}
            secondary={t('settingsState.conflict.mineIs')}
          />
          <Button
            disabled={lockedBy !== undefined}
            onClick={() => {
              void settle('mine');
            }}
          >
            {t('settingsState.conflict.mine')}
          </Button>
        </Row>
        <Row>
          <RowText
            primary={t('settingsState.conflict.theirs')}
            secondary={t('settingsState.conflict.theirsIs')}
          />
          <Button
            disabled={lockedBy !== undefined}
            onClick={() => {
              void settle('theirs');
            }}
          >
            {t('settingsState.conflict.theirs')}
          </Button>
        </Row>
      </Card>
      {merged !== null && (
        <Card title={t('settingsState.conflict.result')} note={t('settingsState.conflict.legend')}>
          {merged === applied ? (
            <CardBody>
              <Box sx={{ color: color.text2 }}>{t('settingsState.conflict.resultSame')}</Box>
            </CardBody>
          ) : (
            <ChangesView
              before={applied}
              after={merged}
              changes={mergedChanges}
              mode="json"
              label={t('settingsState.conflict.result')}
              maxHeight={320}
            />
          )}
        </Card>
      )}
    </Box>
  );
}
