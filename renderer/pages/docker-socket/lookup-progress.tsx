import { use } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import { RefreshIcon } from '../../theme/icons.ts';
import { RegistryContext, useRegistryProgress } from './registry-state.ts';

/** Beside the column's name: how far the registry lookups are, and a button to repeat them. */
export function LookupProgress() {
  const { t } = useTranslation();
  const { refresh } = use(RegistryContext);
  const { requested, completed } = useRegistryProgress();
  return (
    <Box
      component="span"
      sx={{ display: 'inline-flex', alignItems: 'center', marginLeft: '4px', verticalAlign: 'middle' }}
    >
      {requested > 0 && completed === requested && (
        <IconButton
          size="small"
          aria-label={t('socket.registry.again')}
          title={t('socket.registry.again')}
          onClick={refresh}
          sx={{ width: 22, height: 22, margin: '-4px 0', '& svg': { fontSize: 14 } }}
        >
          <RefreshIcon />
        </IconButton>
      )}
      <Box component="span" role="status" sx={{ fontWeight: 400 }}>
        {completed < requested ? t('socket.registry.progress', { done: completed, total: requested }) : ''}
      </Box>
    </Box>
  );
}
