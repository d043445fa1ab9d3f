import { useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { AddIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import { suggestedReferences, type LocalImages } from './local-images.ts';
import { checkReference, ReferenceField, useTypedReferenceState } from './reference-field.tsx';

/**
 * The field below the list, or above a long one. It holds its own text, so that typing re-renders only the
 * field.
 */
export function AddImage({
  images,
  local,
  field,
  autoFocus,
  before,
  onAdd,
  onLeave,
}: {
  readonly images: readonly string[];
  readonly local: LocalImages;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly autoFocus: boolean;
  /** It is above the list. */
  readonly before: boolean;
  readonly onAdd: (image: string) => void;
  /** Called on Escape in an empty field; returns whether it was handled. */
  readonly onLeave: () => boolean;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const check = checkReference(t, text, images, local, useTypedReferenceState(text));
  const add = () => {
    if (!check.usable) return;
    onAdd(text.trim());
    setText('');
    field.current?.focus();
  };
  const escape = () => {
    if (text === '') return onLeave();
    setText('');
    return true;
  };
  return (
    <Box
      sx={{
        display: 'flex',
        padding: '8px 16px',
        ...(before ? {} : { borderTop: `1px solid ${color.border}` }),
      }}
    >
      <ReferenceField
        inputRef={field}
        autoFocus={autoFocus}
        value={text}
        label={t('socket.add.label')}
        suggestions={suggestedReferences(text, images, local)}
        check={check}
        onChange={setText}
        onEnter={add}
        onEscape={escape}
        actions={
          <Button startIcon={<AddIcon />} disabled={!check.usable} sx={{ marginLeft: 'auto' }} onClick={add}>
            {t('socket.add.button')}
          </Button>
        }
      />
    </Box>
  );
}

/** The field below a row whose entry is being edited. */
export function EditImage({
  image,
  proposed = image,
  others,
  local,
  onSave,
  onCancel,
}: {
  readonly image: string;
  /** The initial text of the field. */ readonly proposed?: string;
  /** The other entries. */ readonly others: readonly string[];
  readonly local: LocalImages;
  readonly onSave: (image: string) => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(proposed);
  const check = checkReference(t, text, others, local, useTypedReferenceState(text));
  const same = text.trim() === image;
  const save = () => {
    if (same) onCancel();
    else if (check.usable) onSave(text.trim());
  };
  return (
    <Box sx={{ display: 'flex', paddingTop: 1 }}>
      <ReferenceField
        autoFocus
        value={text}
        label={t('socket.images.editing')}
        suggestions={suggestedReferences(text, others, local)}
        check={check}
        onChange={setText}
        onEnter={save}
        onEscape={() => {
          onCancel();
          return true;
        }}
        actions={
          <Box sx={{ display: 'flex', gap: 1, marginLeft: 'auto' }}>
            <Button size="small" onClick={onCancel}>
              {t('button.cancel')}
            </Button>
            <Button size="small" disabled={!check.usable} onClick={save}>
              {t('socket.images.save')}
            </Button>
          </Box>
        }
      />
    </Box>
  );
}
