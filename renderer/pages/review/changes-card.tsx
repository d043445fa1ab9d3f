import { useTranslation } from 'react-i18next';
import { useDraft, useSnapshotPart, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { ChangesModeToggle, ChangesView } from '../../components/changes-view.tsx';

/** The changes: as sentences, or line by line. */
export function ChangesCard() {
  const { t } = useTranslation();
  const draft = useDraft();
  const store = useStore();
  const mode = useSnapshotPart(({ changesMode }) => changesMode);
  const count = draft.changes.length;
  return (
    <Card
      title={count === 0 ? t('review.changes.formatting') : t('review.changes.count', { count })}
      actions={<ChangesModeToggle mode={mode} onChange={store.setChangesMode} />}
    >
      <ChangesView
        before={draft.applied.text}
        after={draft.text}
        changes={draft.changes}
        mode={mode}
        label={t('review.changes.diff')}
        maxHeight={360}
      />
    </Card>
  );
}
