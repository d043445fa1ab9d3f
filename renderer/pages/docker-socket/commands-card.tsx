import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDraft } from '../../state/context.tsx';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { Card } from '../../components/card.tsx';
import { CommandGroups, UnlistableCommandsNote } from './command-groups.tsx';
import { defaultList, ownLists } from './document.ts';
import { ListChooser } from './list-chooser.tsx';
import { ListTypeRow } from './list-type-row.tsx';
import { OwnListRow, RemovedLists } from './own-list-row.tsx';

/**
 * The commands allowed through a mounted socket, by group; one list for all images, and own lists for single
 * ones.
 */
export function CommandsCard({
  lockedBy,
  chosen,
  onChoose,
}: {
  readonly lockedBy: string | undefined;
  /** Image of the own list shown; null for the default list. */ readonly chosen: string | null;
  readonly onChoose: (image: string | null) => void;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const [text, setText] = useState('');
  const readOnly = lockedBy !== undefined;
  const noLists = useUnavailableReason('per-image-lists');

  const { lists, removed } = ownLists(draft);
  const ownIndex = lists.findIndex(({ now }) => now.image === chosen);
  const own = chosen === null ? undefined : lists[ownIndex];
  const place = own ?? defaultList(draft);

  return (
    <Card
      pointer={place.pointer}
      title={t('socket.commands.title')}
      actions={
        noLists !== undefined && lists.length === 0 ? (
          t('target.ownLists')
        ) : (
          <ListChooser
            lists={lists}
            chosen={own === undefined ? null : ownIndex}
            readOnly={readOnly || noLists !== undefined}
            onChoose={(index) => {
              onChoose(index === null ? null : (lists[index]?.now.image ?? null));
            }}
            onAdded={onChoose}
          />
        )
      }
    >
      {own !== undefined && (
        <OwnListRow
          place={own}
          index={ownIndex}
          lockedBy={lockedBy}
          onRemoved={() => {
            onChoose(null);
          }}
        />
      )}
      <RemovedLists removed={removed} readOnly={readOnly} />
      <ListTypeRow place={place} lockedBy={lockedBy} text={text} onText={setText} />
      <CommandGroups
        place={place}
        text={text}
        lockedBy={lockedBy}
        onClear={() => {
          setText('');
        }}
      />
      <UnlistableCommandsNote />
    </Card>
  );
}
