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
import { Dot } from '../../components/edited-mark.tsx';
import { Mono } from '../../components/mono.tsx';
import { AddIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import { namedCommands, parseImageReference } from '../../../shared/settings/index.ts';
import { addOwnList, imagesPointer, stringsOf, type ListPlace } from './document.ts';

/** Number of own lists shown side by side; more are in a menu. */
const maxTabs = 1;
const tabName = 24;

interface ChoiceProps {
  readonly lists: readonly ListPlace[];
  /** Index of the own list shown; null for the default one. */
  readonly chosen: number | null;
  readonly onChoose: (index: number | null) => void;
}

const nameOf = ({ now }: ListPlace): string => now.image ?? '';

/** Selects the list to show, and gives an image its own list. */
export function ListChooser({
  readOnly,
  onAdded,
  ...choice
}: ChoiceProps & { readonly readOnly: boolean; readonly onAdded: (image: string) => void }) {
  const { lists } = choice;
  const tabs = lists.length <= maxTabs && lists.every((list) => nameOf(list).length <= tabName);
  return (
    <>
      {lists.length > 0 && (tabs ? <ListTabs {...choice} /> : <ListSelect {...choice} />)}
      <AddOwnList lists={lists} readOnly={readOnly} onAdded={onAdded} />
    </>
  );
}

function ListTabs({ lists, chosen, onChoose }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <ToggleButtonGroup
      exclusive
      value={chosen ?? -1}
      aria-label={t('socket.commands.lists')}
      sx={{ minHeight: 30, '& .MuiToggleButton-root': { height: 26 } }}
      onChange={(_, next: unknown) => {
        if (typeof next === 'number') onChoose(next === -1 ? null : next);
      }}
    >
      <ToggleButton value={-1}>{t('socket.commands.defaultList')}</ToggleButton>
      {lists.map((list, index) => (
        <ToggleButton key={list.pointer} value={index}>
          {nameOf(list)}
          <span className="count">
            <MarkedCount list={list} />
          </span>
          {list.before === null && <Dot label={t('mark.added')} />}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

function ListSelect({ lists, chosen, onChoose }: ChoiceProps) {
  const { t } = useTranslation();
  return (
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
          {nameOf(list)}
          <Box component="span" sx={{ color: color.text3 }}>
            {' '}
            <MarkedCount list={list} />
          </Box>
        </MenuItem>
      ))}
    </Select>
  );
}

/** How many commands a list denies or allows. */
function MarkedCount({ list: { now } }: { readonly list: ListPlace }) {
  const { t } = useTranslation();
  return t(`socket.commands.ownCount.${now.type ?? 'deny'}`, {
    count: namedCommands(now.commands ?? []).size,
  });
}

/** The button that gives an image its own list, and the menu of images without one. */
function AddOwnList({
  lists,
  readOnly,
  onAdded,
}: {
  readonly lists: readonly ListPlace[];
  readonly readOnly: boolean;
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
  return (
    <>
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
