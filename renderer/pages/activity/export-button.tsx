import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import Snackbar from '@mui/material/Snackbar';
import { useRequest } from '../../state/actions.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import { useState } from 'react';

/** Writes the entries that are listed, as the filter has them, to a file. */
export function ExportButton({ entries }: { readonly entries: readonly ActivityEntry[] }) {
  const { t } = useTranslation();
  const request = useRequest('activity:export');
  const [done, setDone] = useState<{ readonly path: string; readonly count: number } | null>(null);
  const run = async () => {
    setDone(null);
    const result = await request.run({ entries: entries.map(({ seq }) => seq) });
    if (result.ok) setDone(result.value);
  };
  return (
    <>
      {request.error !== null && <ErrorPanel error={request.error} />}
      {/* Not beside the button: a path there would leave no room for the page's description. */}
      <Snackbar
        open={done !== null}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
        autoHideDuration={12_000}
        onClose={(_, reason) => {
          if (reason !== 'clickaway') setDone(null);
        }}
        message={done === null ? '' : t('activity.exported', { count: done.count, path: done.path })}
        slotProps={{ content: { role: 'status', className: 'selectable' } }}
      />
      <Button disabled={entries.length === 0 || request.running} onClick={() => void run()}>
        {t('activity.export')}
      </Button>
    </>
  );
}
