import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useAppPart, useDraft, useSnapshotPart, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { ChangesModeToggle, ChangesView } from '../../components/changes-view.tsx';
import { LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { CopyIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import { diffSettings } from '../../../shared/settings/index.ts';
import type { HistoryItem } from '../../../shared/settings/history.ts';
import type { ChangesMode } from '../../state/snapshot.ts';
import { useVersionText, type VersionText } from './use-history.ts';

export const comparisons = ['previous', 'applied', 'draft'] as const;
export type Comparison = (typeof comparisons)[number];

/** What a version is compared with: its text, null where that was never readable, its name; and the view. */
export function useComparison(previous: HistoryItem | undefined, against: Comparison) {
  const { t } = useTranslation();
  const applied = useAppPart((app) => app.settings.applied);
  const draft = useDraft();
  const store = useStore();
  const mode = useSnapshotPart(({ changesMode }) => changesMode);
  const comparable = previous !== undefined && previous.how !== 'unreadable';
  const before = useVersionText(against === 'previous' && comparable ? previous.version : undefined);
  // What a version changed reads from the one before to it; a comparison with now, from now to what going
  // back would give.
  const from: VersionText | null =
    against === 'previous'
      ? previous === undefined
        ? { kind: 'read', text: null }
        : before
      : { kind: 'read', text: against === 'applied' ? applied : draft.text };
  const fromName =
    against === 'previous'
      ? previous === undefined
        ? t('history.none')
        : t('history.version', { version: previous.version })
      : against === 'applied'
        ? t('history.appliedText')
        : t('history.draftText');
  return { from, fromName, mode, setMode: store.setChangesMode };
}

interface ChoiceProps {
  readonly item: HistoryItem;
  readonly against: Comparison;
  readonly onAgainst: (next: Comparison) => void;
}

/** How a version differs from what it is compared with. `own`: its text. */
export function VersionDifference({
  own,
  comparison: { from, fromName, mode, setMode },
  ...choice
}: ChoiceProps & { readonly own: VersionText; readonly comparison: ReturnType<typeof useComparison> }) {
  const { t } = useTranslation();
  const text = own.kind === 'read' ? own.text : null;
  return (
    <Card
      title={t('history.compare')}
      actions={
        <>
          <AgainstToggle {...choice} />
          <ChangesModeToggle mode={mode} onChange={setMode} />
          {text !== null && <CopyText text={text} />}
        </>
      }
    >
      <Difference
        from={from}
        to={own}
        fromName={fromName}
        toName={t('history.version', { version: choice.item.version })}
        mode={mode}
      />
    </Card>
  );
}

function AgainstToggle({ item, against, onAgainst }: ChoiceProps) {
  const { t } = useTranslation();
  const draft = useDraft();
  return (
    <ToggleButtonGroup
      exclusive
      value={against}
      aria-label={t('history.against')}
      sx={{ height: 28, '& .MuiToggleButton-root': { height: 24 } }}
      onChange={(_, next: Comparison | null) => {
        if (next !== null) onAgainst(next);
      }}
    >
      <ToggleButton value="previous" disabled={item.how === 'none'}>
        {t('history.previous')}
      </ToggleButton>
      <ToggleButton value="applied">{t('history.appliedShort')}</ToggleButton>
      <ToggleButton value="draft" disabled={!draft.dirty}>
        {t('history.draftShort')}
      </ToggleButton>
    </ToggleButtonGroup>
  );
}

function Difference({
  from,
  to,
  fromName,
  toName,
  mode,
}: {
  readonly from: VersionText | null;
  readonly to: VersionText;
  readonly fromName: string;
  readonly toName: string;
  readonly mode: ChangesMode;
}) {
  const { t } = useTranslation();
  const before = from?.kind === 'read' ? (from.text ?? '') : null;
  const after = to.kind === 'read' ? (to.text ?? '') : null;
  const changes = useMemo(
    () => (before === null || after === null ? [] : diffSettings(before, after)),
    [before, after],
  );
  if (to.kind === 'failed')
    return (
      <Box sx={{ padding: 2 }}>
        <ErrorPanel error={to.error} />
      </Box>
    );
  if (from === null)
    return <Box sx={{ padding: 2, color: color.text2 }}>{t('history.previousUnreadable')}</Box>;
  if (from.kind === 'failed')
    return (
      <Box sx={{ padding: 2 }}>
        <ErrorPanel error={from.error} />
      </Box>
    );
  if (before === null || after === null) return <LoadingRows rows={6} height={20} />;
  const changeCount =
    changes.length === 0
      ? t('review.changes.formatting')
      : t('review.changes.count', { count: changes.length });
  return (
    <>
      <Box
        sx={{
          padding: '5px 16px',
          fontSize: 12,
          lineHeight: '16px',
          color: color.text3,
          borderBottom: `1px solid ${color.border}`,
          background: color.subtle,
        }}
      >
        {t('history.legend', { from: fromName, to: toName })}
        {before !== after && ` · ${changeCount}`}
      </Box>
      <ChangesView
        before={before}
        after={after}
        changes={changes}
        mode={mode}
        label={t('history.diff', { from: fromName, to: toName })}
        maxHeight={520}
        empty={t('history.same')}
      />
    </>
  );
}

function CopyText({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const store = useStore();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    setCopied((await store.request('clipboard:write', { text })).ok);
  };
  return (
    <Button
      size="small"
      variant="text"
      startIcon={<CopyIcon />}
      disabled={text.length > 1_000_000}
      aria-label={t('history.copy')}
      onClick={() => {
        void copy();
      }}
      onBlur={() => {
        setCopied(false);
      }}
    >
      {copied ? t('button.copied') : t('button.copy')}
    </Button>
  );
}
