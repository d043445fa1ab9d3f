import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useRequest } from '../../state/actions.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { color } from '../../theme/tokens.ts';
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
      <Box component="span" role="status" className="selectable" sx={{ fontSize: 12, color: color.text2 }}>
        {done === null ? '' : t('activity.exported', { count: done.count, path: done.path })}
      </Box>
      <Button disabled={entries.length === 0 || request.running} onClick={() => void run()}>
        {t('activity.export')}
      </Button>
    </>
  );
}
