import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import Typography from '@mui/material/Typography';
import { useFormats } from '../../i18n/format.ts';
import { useApp } from '../../state/context.tsx';
import { RefreshIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import type { Scan } from './use-scan.ts';

/** Time of the last scan, and a button that scans again. */
export function ScanAction({ scan }: { readonly scan: Scan }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const app = useApp();
  return (
    <>
      {app.scan !== null && (
        <Typography
          variant="caption"
          component="span"
          role="status"
          sx={{ color: color.text3, marginRight: '4px' }}
        >
          {t('containers.scanned', { ago: formats.ago(app.scan.at) })}
        </Typography>
      )}
      <Button
        disabled={!scan.canScan}
        onClick={scan.rescan}
        startIcon={
          scan.scanning ? <CircularProgress size={14} color="inherit" aria-hidden /> : <RefreshIcon />
        }
      >
        {scan.scanning
          ? t('containers.scanning')
          : app.scan === null
            ? t('containers.first')
            : t('containers.scan')}
      </Button>
    </>
  );
}
