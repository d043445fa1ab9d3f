import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useApp } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { withCode } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';

/** What an empty and a missing list mean to the engine of this document, and to the other kind. */
export function EmptyListCard() {
  const { t } = useTranslation();
  const desktop = useApp().target.capabilities.settingsFormat === 'desktop';
  const lines = desktop
    ? [t('files.empty.desktopHere'), t('files.empty.desktopMissing'), t('files.empty.engineThere')]
    : [t('files.empty.engineHere'), t('files.empty.engineMissing'), t('files.empty.desktopThere')];
  return (
    <Card title={t('files.empty.title')}>
      <Box sx={{ padding: 2, display: 'grid', gap: 1 }}>
        {lines.map((line) => (
          <Typography key={line} sx={{ color: color.text2 }}>
            {withCode(line)}
          </Typography>
        ))}
      </Box>
    </Card>
  );
}
