import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useSnapshotPart, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { ChangesModeToggle, ChangesView } from '../../components/changes-view.tsx';
import { LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { CopyIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import type { SettingsChange } from '../../../shared/settings/changes.ts';
import { summarizeChanges } from '../../../shared/settings/history.ts';
import { diffSettings } from '../../../shared/settings/index.ts';
import type { ChangesMode } from '../../state/snapshot.ts';
import { CompareWith, type CompareWithProps } from './compare-with.tsx';
import { useComparison } from './comparison.ts';
import type { VersionText } from './use-history.ts';

/** The difference between a version and the other side. `own`: its text. */
export function VersionDifference({ own, ...choice }: CompareWithProps & { readonly own: VersionText }) {
  const { t } = useTranslation();
  const { place, against } = choice;
  const { from, fromName } = useComparison(place, against);
  const { mode, setMode } = useChangesMode();
  const text = own.kind === 'read' ? own.text : null;
  return (
    <Card
      title={t('history.compare')}
      actions={
        <>
          <ChangesModeToggle mode={mode} onChange={setMode} />
          {text !== null && <CopyText text={text} />}
        </>
      }
    >
      <Difference
        from={from}
        to={own}
        names={{
          from: fromName,
          to: t('history.version', { version: place.items[place.at]?.version ?? 0 }),
        }}
        mode={mode}
        choice={<CompareWith {...choice} />}
      />
    </Card>
  );
}

/** As sentences or line by line: as last selected, here or in the review. */
function useChangesMode() {
  const store = useStore();
  return { mode: useSnapshotPart(({ changesMode }) => changesMode), setMode: store.setChangesMode };
}

interface DifferenceProps {
  readonly from: VersionText | null;
  readonly to: VersionText;
  readonly names: { readonly from: string; readonly to: string };
  readonly mode: ChangesMode;
  /** The control that selects the other side. */
  readonly choice: ReactNode;
}

/** How many changes, and in how many settings, which the list of versions counts. */
function changesText(t: TFunction, changes: readonly SettingsChange[]): string {
  const count = changes.length;
  if (count === 0) return t('review.changes.formatting');
  const settings = summarizeChanges(changes).changes;
  if (settings === null || settings === count) return t('review.changes.count', { count });
  return settings === 1
    ? t('review.changes.countInOne', { count })
    : t('review.changes.countInSettings', { count, settings });
}

function Difference({ from, to, names, mode, choice }: DifferenceProps) {
  const { t } = useTranslation();
  const before = from?.kind === 'read' ? (from.text ?? '') : null;
  const after = to.kind === 'read' ? (to.text ?? '') : null;
  const changes = useMemo(
    () => (before === null || after === null ? null : diffSettings(before, after)),
    [before, after],
  );
  const changeCount = changes === null || before === after ? '' : changesText(t, changes);
  return (
    <>
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          columnGap: 2,
          rowGap: '4px',
          padding: '6px 16px',
          borderBottom: `1px solid ${color.border}`,
          background: color.subtle,
        }}
      >
        {choice}
        {changes !== null && (
          <Box component="span" sx={{ fontSize: 12, lineHeight: '16px', color: color.text3 }}>
            {[t('history.legend', names), changeCount].filter((part) => part !== '').join(' · ')}
          </Box>
        )}
      </Box>
      {before === null || after === null || changes === null ? (
        <Unread from={from} to={to} />
      ) : (
        <ChangesView
          before={before}
          after={after}
          changes={changes}
          mode={mode}
          label={t('history.diff', names)}
          empty={t('history.same')}
        />
      )}
    </>
  );
}

/** Why there is nothing to compare (yet). */
function Unread({ from, to }: Pick<DifferenceProps, 'from' | 'to'>) {
  const { t } = useTranslation();
  const failed = [to, from].find((text) => text?.kind === 'failed');
  if (failed?.kind === 'failed')
    return (
      <Box sx={{ padding: 2 }}>
        <ErrorPanel error={failed.error} />
      </Box>
    );
  if (from === null)
    return <Box sx={{ padding: 2, color: color.text2 }}>{t('history.previousUnreadable')}</Box>;
  return <LoadingRows rows={6} height={20} />;
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
