import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDraft, useSnapshotPart, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { ChangesModeToggle, ChangesView } from '../../components/changes-view.tsx';
import { diffSettings } from '../../../shared/settings/index.ts';

/** The changes: as sentences, or line by line. */
export function ChangesCard() {
  const { t } = useTranslation();
  const draft = useDraft();
  const store = useStore();
  const mode = useSnapshotPart(({ changesMode }) => changesMode);
  // All that applying it changes, also while the draft is in conflict with the file.
  const before = draft.applied.text;
  const changes = useMemo(() => diffSettings(before, draft.text), [before, draft.text]);
  const count = changes.length;
  return (
    <Card
      title={count === 0 ? t('review.changes.formatting') : t('review.changes.count', { count })}
      actions={<ChangesModeToggle mode={mode} onChange={store.setChangesMode} />}
    >
      <ChangesView
        before={before}
        after={draft.text}
        changes={changes}
        mode={mode}
        label={t('review.changes.diff')}
        maxHeight={360}
      />
    </Card>
  );
}
