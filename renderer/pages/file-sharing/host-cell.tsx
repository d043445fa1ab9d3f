import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { ArrowForwardIcon } from '../../theme/icons.ts';
import { PathText, Tag } from '../../components/mono.tsx';
import { translateText } from '../../i18n/translate.ts';
import { color } from '../../theme/tokens.ts';
import type { Resolved } from './resolved.ts';

/**
 * What a written path resolves to on this host: its real directory, the link on the way, or that there is
 * none.
 */
export function HostCell({
  written,
  found,
}: {
  readonly written: string;
  readonly found: Resolved | undefined;
}) {
  const { t } = useTranslation();
  if (found === undefined)
    return (
      <Box component="span" sx={{ color: color.text3 }}>
        …
      </Box>
    );
  const home = written === '$HOME' || written.startsWith('$HOME/');
  const linked = found.real !== null && found.real !== found.expanded;
  const problem =
    found.kind === 'missing'
      ? found.error === null
        ? t('files.host.missing')
        : t('files.host.unusable', { why: translateText(found.error, found.sentence) })
      : found.kind === 'directory'
        ? null
        : t(`files.host.${found.kind}`);
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        columnGap: 1,
        rowGap: '2px',
        padding: '4px 0',
      }}
    >
      <span>
        {home && <>{written === '$HOME' ? t('files.host.home') : t('files.host.inHome')} </>}
        <Box component="span" sx={{ display: 'inline-block' }}>
          <PathText path={found.expanded} />
        </Box>
      </span>
      {linked && (
        <>
          <ArrowForwardIcon titleAccess={t('files.host.leadsTo')} sx={{ fontSize: 16, color: color.text3 }} />
          <PathText path={found.real ?? ''} />
          <Tag>{t('files.host.symlink')}</Tag>
        </>
      )}
      {problem !== null && (
        <Box component="span" sx={{ color: color.text3, fontSize: 12 }}>
          {problem}
        </Box>
      )}
    </Box>
  );
}
