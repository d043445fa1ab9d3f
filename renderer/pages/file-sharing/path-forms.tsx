import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import { useApp } from '../../state/context.tsx';
import { AddIcon } from '../../theme/icons.ts';
import { shareContext } from '../../state/share-context.ts';
import { checkShare, tidyPath, type ShareCheck } from './check-share.ts';
import { PathField } from './path-field.tsx';
import { useIsMissing } from './resolved.ts';

// Each form holds its own text, so that a key press re-renders the field and not the whole list.

/** The meaning of the path typed so far, also whether it exists on this host. `others`: the paths listed. */
function useShareCheck(text: string, others: readonly string[]): ShareCheck {
  const { t } = useTranslation();
  const check = checkShare(t, text, others, shareContext(useApp()));
  const isFine = check.usable && check.tone === 'ok';
  const isMissing = useIsMissing(isFine ? tidyPath(text) : '');
  return isFine && isMissing ? { ...check, tone: 'neutral', text: t('files.add.missing') } : check;
}

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
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(initial);
  const check = useShareCheck(text, listed);
  const add = () => {
    if (!check.usable) return;
    onAdd(tidyPath(text));
    setText('');
    field.current?.focus();
  };
  return (
    <PathField
      inputRef={field}
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
  const [text, setText] = useState(path);
  const check = useShareCheck(text, others);
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
