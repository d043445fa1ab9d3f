import { useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import Snackbar from '@mui/material/Snackbar';
import { useDraft, useStore } from '../../state/context.tsx';
import { removeEntry } from '../../state/draft-lists.ts';
import type { Finding } from '../../../shared/settings/findings.ts';
import { entryOf } from './finding-actions.tsx';

/** An entry that was removed, and the draft before and after. */
interface RemovedEntry {
  readonly entry: string;
  readonly before: string;
  readonly after: string;
}

/** The removal of entries that findings are about. */
export interface Removal {
  readonly last: RemovedEntry | null;
  /** Removes the entry that a finding is about; `index` is the place of its row. */
  readonly remove: (finding: Finding, index: number) => void;
}

/**
 * Removal of entries in the page that outlives the list of findings: without the last change there is no
 * plan, and no list. `rows`: the findings' rows. Focus goes to the row that takes the place of the one that
 * goes; without one to `otherwise`.
 */
export function useRemoval(
  rows: RefObject<HTMLElement | null>,
  otherwise: RefObject<HTMLElement | null>,
): Removal {
  const store = useStore();
  const draft = useDraft();
  const [last, setLast] = useState<RemovedEntry | null>(null);
  return {
    last,
    remove: (finding, index) => {
      const before = draft.text;
      removeEntry(store, draft, finding.pointer);
      setLast({ entry: entryOf(finding) ?? '', before, after: store.get().draft });
      requestAnimationFrame(() => {
        const left = [...(rows.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
        const next = (left[index] ?? left.at(-1))?.querySelector('button') ?? otherwise.current;
        next?.focus();
      });
    },
  };
}

/** Says what was removed, with the way back, until the draft is edited again. */
export function RemovedNotice({ removal: { last } }: { readonly removal: Removal }) {
  const { t } = useTranslation();
  const draft = useDraft();
  /** The removal whose notice was read. */
  const [read, setRead] = useState<RemovedEntry | null>(null);
  return (
    <Snackbar
      open={last !== null && last !== read && draft.text === last.after}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
      onClose={(_, reason) => {
        if (reason !== 'clickaway') setRead(last);
      }}
      message={t('review.findings.removed', { entry: last?.entry ?? '' })}
      action={
        <Button
          size="small"
          variant="text"
          sx={{ color: 'inherit', textDecoration: 'underline' }}
          onClick={() => {
            if (last !== null) draft.setText(last.before);
          }}
        >
          {t('button.undo')}
        </Button>
      }
    />
  );
}
