import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Snackbar from '@mui/material/Snackbar';
import { useRequest } from '../../state/actions.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { CloseIcon } from '../../theme/icons.ts';
import { matchesFilter } from './entry-text.ts';
import type { FilteredEntries } from './use-filtered-entries.ts';

/** The result of an export. */
interface Exported {
  readonly path: string;
  readonly count: number;
  readonly isFiltered: boolean;
}

const exportedText = (t: TFunction, { path, count, isFiltered }: Exported): string =>
  t(isFiltered ? 'activity.exportedFiltered' : 'activity.exported', { count, path });

/** Exports the listed entries, as filtered, to a file. */
export function ExportButton({
  filtered: { found, filter, isFiltered },
}: {
  readonly filtered: Pick<FilteredEntries, 'found' | 'filter' | 'isFiltered'>;
}) {
  const entries = found.filter((entry) => matchesFilter(entry, filter));
  const { t } = useTranslation();
  const request = useRequest('activity:export');
  /** Result of the last export; kept while its message fades. */
  const [done, setDone] = useState<Exported | null>(null);
  const [isShown, setShown] = useState(false);
  const close = () => {
    setShown(false);
  };
  const run = async () => {
    close();
    const result = await request.run({ entries: entries.map(({ seq }) => seq), isFiltered });
    // Null where no file was chosen.
    if (!result.ok || result.value === null) return;
    setDone({ ...result.value, isFiltered });
    setShown(true);
  };
  return (
    <>
      {request.error !== null && <ErrorPanel error={request.error} />}
      {/*
        Not beside the button: a path there would leave no room for the page's description. It stays until it
        is closed, and is an alert: a status that appears with its text is not always announced.
      */}
      <Snackbar
        open={isShown}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
        onClose={(_, reason) => {
          if (reason !== 'clickaway') close();
        }}
        message={done === null ? '' : exportedText(t, done)}
        action={
          <IconButton size="small" sx={{ color: 'inherit' }} aria-label={t('button.close')} onClick={close}>
            <CloseIcon fontSize="small" />
          </IconButton>
        }
        slotProps={{ content: { className: 'selectable' } }}
      />
      <Button disabled={entries.length === 0 || request.running} onClick={() => void run()}>
        {t(isFiltered ? 'activity.exportFiltered' : 'activity.export')}
      </Button>
    </>
  );
}
