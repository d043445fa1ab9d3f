import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDraft } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { ChangesModeToggle, ChangesView, type ChangesMode } from '../../components/changes-view.tsx';

/** What changes: in words, or line by line. */
export function ChangesCard() {
  const { t } = useTranslation();
  const draft = useDraft();
  const [mode, setMode] = useState<ChangesMode>('json');
  const count = draft.changes.length;
  return (
    <Card
      title={count === 0 ? t('review.changes.formatting') : t('review.changes.count', { count })}
      actions={<ChangesModeToggle mode={mode} onChange={setMode} />}
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
