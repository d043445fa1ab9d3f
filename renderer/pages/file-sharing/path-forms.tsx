import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import { useApp } from '../../state/context.tsx';
import { AddIcon } from '../../theme/icons.ts';
import { shareContext } from '../../state/share-context.ts';
import { checkShare, tidyPath } from './check-share.ts';
import { PathField } from './path-field.tsx';

// Each form holds its own text, so that a key press re-renders the field and not the whole list.

/** The field below the list. `initial`: a proposed path that can't be added as it is. */
export function AddDirectory({
  initial,
  listed,
  onAdd,
}: {
  readonly initial: string;
  readonly listed: readonly string[];
  readonly onAdd: (path: string) => void;
}) {
  const { t } = useTranslation();
  const context = shareContext(useApp());
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(initial);
  const check = checkShare(t, text, listed, context);
  const add = () => {
    if (!check.usable) return;
    onAdd(tidyPath(text));
    setText('');
    field.current?.focus();
  };
  return (
    <PathField
      readyToType={field}
      value={text}
      label={t('files.add.label')}
      check={check}
      onChange={setText}
      onEnter={add}
      onEscape={() => {
        const had = text !== '';
        setText('');
        return had;
      }}
      actions={
        <Button startIcon={<AddIcon />} disabled={!check.usable} sx={{ marginLeft: 'auto' }} onClick={add}>
          {t('files.add.button')}
        </Button>
      }
    />
  );
}

/** An entry being edited in its row. `others`: the paths of the other entries. */
export function EditDirectory({
  path,
  others,
  onSave,
  onCancel,
}: {
  readonly path: string;
  readonly others: readonly string[];
  readonly onSave: (path: string) => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const context = shareContext(useApp());
  const [text, setText] = useState(path);
  const check = checkShare(t, text, others, context);
  const save = () => {
    if (check.usable) onSave(tidyPath(text));
  };
  return (
    <PathField
      autoFocus
      value={text}
      label={t('files.list.editing')}
      check={check}
      onChange={setText}
      onEnter={save}
      onEscape={() => {
        onCancel();
        return true;
      }}
      actions={
        <>
          <Button size="small" onClick={onCancel}>
            {t('button.cancel')}
          </Button>
          <Button size="small" disabled={!check.usable} onClick={save}>
            {t('files.list.save')}
          </Button>
        </>
      }
    />
  );
}
