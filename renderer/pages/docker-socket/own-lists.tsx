import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useDraft, useStore } from '../../state/context.tsx';
import { Row, RowText } from '../../components/card.tsx';
import { Dot, EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { AddIcon } from '../../theme/icons.ts';
import { withLock } from '../../components/setting-row.tsx';
import { Mono, withCode } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import { namedCommands, parseImageReference, referenceCovers } from '../../../shared/settings/index.ts';
import {
  addOwnList,
  imagesPointer,
  removeOwnList,
  restoreOwnList,
  stringsOf,
  writeListScope,
  type ListPlace,
} from './document.ts';
import { FindingNotice } from './finding-notice.tsx';

/** Own lists shown side by side; more go into a menu. */
const maxTabs = 1;
const tabName = 24;

/** Which list is shown, and the way to give an image one of its own. */
export function ListChooser({
  lists,
  chosen,
  readOnly,
  onChoose,
  onAdded,
}: {
  readonly lists: readonly ListPlace[];
  /** Index of the own list shown; null is the default one. */
  readonly chosen: number | null;
  readonly readOnly: boolean;
  readonly onChoose: (index: number | null) => void;
  readonly onAdded: (image: string) => void;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  const [menu, setMenu] = useState<HTMLElement | null>(null);
  const images = stringsOf(draft.value(imagesPointer));
  const without = [...new Set(images)].filter(
    (image) => parseImageReference(image).ok && !lists.some(({ now }) => now.image === image),
  );
  const count = ({ now }: ListPlace) =>
    t(`socket.commands.ownCount.${now.type ?? 'deny'}`, { count: namedCommands(now.commands ?? []).size });
  const name = ({ now }: ListPlace) => now.image ?? '';
  const tabs = lists.length <= maxTabs && lists.every((list) => name(list).length <= tabName);
  return (
    <>
      {lists.length > 0 &&
        (tabs ? (
          <ToggleButtonGroup
            exclusive
            value={chosen ?? -1}
            aria-label={t('socket.commands.lists')}
            sx={{ height: 30, '& .MuiToggleButton-root': { height: 26 } }}
            onChange={(_, next: unknown) => {
              if (typeof next === 'number') onChoose(next === -1 ? null : next);
            }}
          >
            <ToggleButton value={-1}>{t('socket.commands.defaultList')}</ToggleButton>
            {lists.map((list, index) => (
              <ToggleButton key={list.pointer} value={index}>
                {name(list)}
                <span className="count">{count(list)}</span>
                {list.before === null && <Dot label={t('mark.added')} />}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        ) : (
          <Select
            value={chosen ?? -1}
            sx={{ maxWidth: 300, height: 28, minHeight: 28, '& .MuiSelect-select': { paddingBlock: '3px' } }}
            inputProps={{ 'aria-label': t('socket.commands.lists') }}
            onChange={(event) => {
              onChoose(event.target.value === -1 ? null : event.target.value);
            }}
          >
            <MenuItem value={-1}>{t('socket.commands.defaultList')}</MenuItem>
            {lists.map((list, index) => (
              <MenuItem key={list.pointer} value={index}>
                {name(list)}
                <Box component="span" sx={{ color: color.text3 }}>
                  {' '}
                  {count(list)}
                </Box>
              </MenuItem>
            ))}
          </Select>
        ))}
      {!readOnly && images.length > 0 && (
        <Button
          variant="text"
          color="primary"
          size="small"
          startIcon={<AddIcon />}
          aria-label={t('socket.commands.addOwnLabel')}
          aria-haspopup="menu"
          onClick={(event) => {
            setMenu(event.currentTarget);
          }}
        >
          {t('socket.commands.addOwn')}
        </Button>
      )}
      <Menu
        open={menu !== null}
        anchorEl={menu}
        onClose={() => {
          setMenu(null);
        }}
      >
        {without.length === 0 && <MenuItem disabled>{t('socket.commands.noneLeft')}</MenuItem>}
        {without.map((image) => (
          <MenuItem
            key={image}
            onClick={() => {
              setMenu(null);
              addOwnList(store, draft, image);
              onAdded(image);
            }}
          >
            <Mono>{image}</Mono>
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}

/** Above the marks of an own list: whose it is, what is wrong with that, the way to remove it. */
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
  // It is put to use by any allowed image it covers, or that covers it.
  const used =
    parsed.ok &&
    stringsOf(draft.value(imagesPointer)).some((entry) => {
      const allowed = parseImageReference(entry);
      return (
        allowed.ok &&
        (referenceCovers(parsed.value, allowed.value) || referenceCovers(allowed.value, parsed.value))
      );
    });
  const findings = draft.findings.filter((finding) => finding.pointer === `${place.pointer}/image`);
  const remove = () => {
    removeOwnList(store, draft, index);
    onRemoved();
  };
  const added = place.before === null;
  const scopeEdited = place.before !== null && place.before.scope !== place.now.scope;
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
        {added && <EditedMark kind="added" />}
        {added && !readOnly && <UndoChange name={image} onUndo={remove} />}
        {!added && !readOnly && (
          <Button size="small" onClick={remove}>
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

/** Own lists that the draft no longer has, with the way back. */
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
