import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { Card, CardBody } from '../../components/card.tsx';
import type { ChangesMode } from '../../state/snapshot.ts';
import { ChangesModeToggle, ChangesView } from '../../components/changes-view.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { color, oneColumn } from '../../theme/tokens.ts';
import {
  diffSettings,
  mergeSettings,
  type MergeOverlap,
  type MergeSide,
} from '../../../shared/settings/index.ts';
import type { AppError } from '../../../shared/result.ts';
import { ConflictChoices } from './conflict-choices.tsx';
import { OverlapRow } from './overlap-row.tsx';

/**
 * Another program changed the file since the draft was begun: both sides' changes, and three resolutions.
 * None of them applies or loses anything: undo restores the draft.
 */
export function ConflictView() {
  const { t } = useTranslation();
  const store = useStore();
  const { settings } = useApp();
  const draft = useDraft();
  const [choices, setChoices] = useState<Readonly<Record<string, MergeSide>>>({});
  const [error, setError] = useState<AppError | null>(null);
  const { base, applied } = settings;
  const mine = draft.text;
  const merge = useMemo(() => mergeSettings(base, applied, mine, choices), [base, applied, mine, choices]);
  const merged = merge.kind === 'merged' ? merge.text : null;
  const overlaps = merge.kind === 'merged' ? merge.overlaps : [];
  const undecidedCount = overlaps.filter((overlap) => choices[overlap.key] === undefined).length;

  const settle = async (side: 'mine' | 'theirs') => {
    const result = await store.resolveConflict(side);
    setError(result.ok ? null : result.error);
  };
  const keepMerge = () => {
    if (merged === null) return;
    store.setDraft(merged);
    void settle('mine');
  };
  return (
    <Box
      sx={{
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
      <BothChanges base={base} applied={applied} mine={mine} />
      {overlaps.length > 0 && (
        <Overlaps
          overlaps={overlaps}
          choices={choices}
          undecidedCount={undecidedCount}
          onChoose={(key, side) => {
            setChoices({ ...choices, [key]: side });
          }}
        />
      )}
      <ConflictChoices
        merge={merge}
        undecidedCount={undecidedCount}
        onMerge={keepMerge}
        onSettle={(side) => {
          void settle(side);
        }}
      />
      {merged !== null && <MergeResult applied={applied} merged={merged} />}
    </Box>
  );
}

/** What each side changed since the draft was begun. */
function BothChanges({
  base,
  applied,
  mine,
}: {
  readonly base: string;
  readonly applied: string;
  readonly mine: string;
}) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<ChangesMode>('summary');
  const toggle = <ChangesModeToggle mode={mode} onChange={setMode} />;
  return (
    <Box
      sx={{
        display: 'grid',
        gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
        gap: 2,
        alignItems: 'start',
        [oneColumn]: { gridTemplateColumns: 'minmax(0, 1fr)' },
      }}
    >
      <SideChanges
        title={t('settingsState.conflict.theirChanges')}
        before={base}
        after={applied}
        mode={mode}
        toggle={toggle}
      />
      <SideChanges
        title={t('settingsState.conflict.myChanges')}
        before={base}
        after={mine}
        mode={mode}
        toggle={toggle}
      />
    </Box>
  );
}

function SideChanges({
  title,
  before,
  after,
  mode,
  toggle,
}: {
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly mode: ChangesMode;
  readonly toggle: ReactNode;
}) {
  const { t } = useTranslation();
  const changes = useMemo(() => diffSettings(before, after), [before, after]);
  return (
    <Card title={title} note={t('review.changes.count', { count: changes.length })} actions={toggle}>
      <ChangesView
        before={before}
        after={after}
        changes={changes}
        mode={mode}
        label={title}
        maxHeight={280}
      />
    </Card>
  );
}

/** The overlaps, to be decided one by one. `undecidedCount`: how many are not yet. */
function Overlaps({
  overlaps,
  choices,
  undecidedCount,
  onChoose,
}: {
  readonly overlaps: readonly MergeOverlap[];
  readonly choices: Readonly<Record<string, MergeSide>>;
  readonly undecidedCount: number;
  readonly onChoose: (key: string, side: MergeSide) => void;
}) {
  const { t } = useTranslation();
  return (
    <Card
      title={t('settingsState.conflict.overlaps', { count: overlaps.length })}
      note={
        undecidedCount === 0
          ? t('settingsState.conflict.decided')
          : t('settingsState.conflict.open', { count: undecidedCount })
      }
    >
      {overlaps.map((overlap) => (
        <OverlapRow
          key={overlap.key}
          overlap={overlap}
          choice={choices[overlap.key] ?? null}
          onChoose={(side) => {
            onChoose(overlap.key, side);
          }}
        />
      ))}
    </Card>
  );
}

/** What merging would change in the file. */
function MergeResult({ applied, merged }: { readonly applied: string; readonly merged: string }) {
  const { t } = useTranslation();
  const changes = useMemo(() => diffSettings(applied, merged), [applied, merged]);
  return (
    <Card title={t('settingsState.conflict.result')} note={t('settingsState.conflict.legend')}>
      {merged === applied ? (
        <CardBody>
          <Box sx={{ color: color.text2 }}>{t('settingsState.conflict.resultSame')}</Box>
        </CardBody>
      ) : (
        <ChangesView
          before={applied}
          after={merged}
          changes={changes}
          mode="json"
          label={t('settingsState.conflict.result')}
          maxHeight={320}
        />
      )}
    </Card>
  );
}
