import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import { useDraft, useStore } from '../../state/context.tsx';
import { Row, RowText } from '../../components/card.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { onFirstClick } from '../../components/first-click.ts';
import { withCode } from '../../components/mono.tsx';
import { withLock } from '../../components/setting-row.tsx';
import { color } from '../../theme/tokens.ts';
import { isUsedByAllowedImage, parseImageReference } from '../../../shared/settings/index.ts';
import {
  imagesPointer,
  removeOwnList,
  restoreOwnList,
  stringsOf,
  writeListScope,
  type ListPlace,
} from './document.ts';
import { FindingNotice } from './finding-notice.tsx';

/** Above the marks of an own list: its image, problems with it, and a button that removes the list. */
export function OwnListRow({
  place,
  index,
  lockedBy,
  onRemoved,
}: {
  readonly place: ListPlace;
  readonly index: number;
  readonly lockedBy: string | undefined;
  readonly onRemoved: () => void;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  const readOnly = lockedBy !== undefined;
  const image = place.now.image ?? '';
  const parsed = parseImageReference(image);
  const used = isUsedByAllowedImage(image, stringsOf(draft.value(imagesPointer)));
  const findings = draft.findings.filter((finding) => finding.pointer === `${place.pointer}/image`);
  const remove = () => {
    removeOwnList(store, draft, index);
    onRemoved();
  };
  const added = place.before === null;
  return (
    <Box sx={{ borderBottom: `1px solid ${color.border}`, background: added ? color.edited : 'transparent' }}>
      <Row>
        <RowText
          strong={false}
          primary={withCode(
            used || !parsed.ok
              ? t('socket.commands.own', { image })
              : t('socket.commands.ownUnused', { image }),
          )}
        />
        <Box
          component="span"
          aria-hidden
          sx={{ fontSize: 12, color: color.text2, whiteSpace: 'nowrap', marginRight: '-8px' }}
        >
          {t('socket.sight.ownScopeShort')}
        </Box>
        <ScopeSelect place={place} lockedBy={lockedBy} />
        {added && <EditedMark kind="added" />}
        {added && !readOnly && <UndoChange name={image} onUndo={remove} />}
        {!added && !readOnly && (
          <Button size="small" onClick={onFirstClick(remove)}>
            {t('socket.commands.removeOwn')}
          </Button>
        )}
      </Row>
      {findings.length > 0 && (
        <Box sx={{ padding: '0 16px 12px' }}>
          {findings.map((finding) => (
            <FindingNotice key={finding.code} finding={finding} readOnly={readOnly} />
          ))}
        </Box>
      )}
    </Box>
  );
}

/** What containers of an image with its own list see through the socket. */
function ScopeSelect({
  place,
  lockedBy,
}: {
  readonly place: ListPlace;
  readonly lockedBy: string | undefined;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  const readOnly = lockedBy !== undefined;
  const image = place.now.image ?? '';
  const scopeEdited = place.before !== null && place.before.scope !== place.now.scope;
  return (
    <>
      <Select
        value={place.now.scope ?? ''}
        displayEmpty
        disabled={readOnly}
        sx={{
          width: 176,
          flexShrink: 0,
          height: 28,
          minHeight: 28,
          '& .MuiSelect-select': { paddingBlock: '3px' },
        }}
        inputProps={{ 'aria-label': withLock(t, t('socket.sight.ownScope', { image }), lockedBy) }}
        onChange={(event) => {
          writeListScope(
            store,
            draft,
            place,
            event.target.value === 'own' || event.target.value === 'all' ? event.target.value : undefined,
          );
        }}
      >
        <MenuItem value="">{t('socket.sight.asAll')}</MenuItem>
        <MenuItem value="all">{t('socket.sight.scope.allOption')}</MenuItem>
        <MenuItem value="own">{t('socket.sight.scope.ownOption')}</MenuItem>
      </Select>
      {scopeEdited && <EditedMark />}
      {scopeEdited && !readOnly && (
        <UndoChange
          name={t('socket.sight.ownScope', { image })}
          onUndo={() => {
            writeListScope(store, draft, place, place.before?.scope);
          }}
        />
      )}
    </>
  );
}

/** Own lists that the draft no longer has, with Undo. */
export function RemovedLists({
  removed,
  readOnly,
}: {
  readonly removed: readonly { readonly image: string; readonly value: unknown; readonly index: number }[];
  readonly readOnly: boolean;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  return removed.map((list) => (
    <Box key={list.index} sx={{ borderBottom: `1px solid ${color.border}` }}>
      <Row edited dense>
        <RowText
          strong={false}
          primary={<del>{withCode(t('socket.commands.ownRemoved', { image: list.image }))}</del>}
        />
        <EditedMark kind="removed" />
        {!readOnly && (
          <UndoChange
            name={list.image}
            onUndo={() => {
              restoreOwnList(store, draft, list);
            }}
          />
        )}
      </Row>
    </Box>
  ));
}
