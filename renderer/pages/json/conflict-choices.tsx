import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import { Card, Row, RowText } from '../../components/card.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { LockedNote } from '../../components/setting-row.tsx';
import type { mergeSettings } from '../../../shared/settings/index.ts';

/** The three resolutions: both sides' changes, the draft, the file. */
export function ConflictChoices({
  merge,
  undecidedCount,
  onMerge,
  onSettle,
}: {
  readonly merge: ReturnType<typeof mergeSettings>;
  /** Number of undecided overlaps. */
  readonly undecidedCount: number;
  readonly onMerge: () => void;
  readonly onSettle: (side: 'mine' | 'theirs') => void;
}) {
  const { t } = useTranslation();
  const lockedBy = useReadOnlyReason();
  return (
    <Card
      title={t('settingsState.conflict.howToContinue')}
      actions={lockedBy !== undefined && <LockedNote by={lockedBy} />}
    >
      <Row>
        <RowText
          primary={t('settingsState.conflict.merge')}
          secondary={<MergeText merge={merge} undecidedCount={undecidedCount} />}
        />
        <Button
          variant="contained"
          color="primary"
          disabled={merge.kind !== 'merged' || merge.text === null || lockedBy !== undefined}
          onClick={onMerge}
        >
          {t('settingsState.conflict.merge')}
        </Button>
      </Row>
      <Row>
        <RowText primary={t('settingsState.conflict.mine')} secondary={t('settingsState.conflict.mineIs')} />
        <Button
          disabled={lockedBy !== undefined}
          onClick={() => {
            onSettle('mine');
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
            onSettle('theirs');
          }}
        >
          {t('settingsState.conflict.theirs')}
        </Button>
      </Row>
    </Card>
  );
}

/** Whether the two sides can be merged, and what is missing for it. */
function MergeText({
  merge,
  undecidedCount,
}: {
  readonly merge: ReturnType<typeof mergeSettings>;
  readonly undecidedCount: number;
}): ReactNode {
  const { t } = useTranslation();
  if (merge.kind === 'unreadable')
    return t('settingsState.conflict.unmergeable', { side: t(`settingsState.conflict.side.${merge.side}`) });
  if (merge.overlaps.length === 0) return t('settingsState.conflict.mergeClean');
  return undecidedCount === 0
    ? t('settingsState.conflict.mergeDecided')
    : t('settingsState.conflict.mergeOpen');
}
