import { use } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import { RefreshIcon } from '../../theme/icons.ts';
import { RegistryContext, useRegistryProgress } from './registry-state.ts';

/** The column's name; how far the registries were asked, and the way to ask them again. */
export function TrustHead() {
  const { t } = useTranslation();
  const { again } = use(RegistryContext);
  const { asked, answered } = useRegistryProgress();
  return (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: '4px' }}>
      {t('socket.images.column.trust')}
      {asked > 0 && answered === asked && (
        <IconButton
          size="small"
          aria-label={t('socket.registry.again')}
          title={t('socket.registry.again')}
          onClick={again}
          sx={{ width: 22, height: 22, margin: '-4px 0', '& svg': { fontSize: 14 } }}
        >
          <RefreshIcon />
        </IconButton>
      )}
      <Box component="span" role="status" sx={{ fontWeight: 400 }}>
        {answered < asked ? t('socket.registry.progress', { done: answered, total: asked }) : ''}
      </Box>
    </Box>
  );
}
