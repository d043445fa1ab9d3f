import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { navigate } from '../../state/router.ts';
import { useDocumentProblem } from '../../components/document-problem.tsx';
import { Notice } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { groupNames, proxies } from './document.ts';
import { EntriesCard } from './entries-card.tsx';
import { GroupCard } from './group-card.tsx';
import { ProxyCard } from './proxy-card.tsx';

/** Docker Desktop's own settings: those that administrators set and lock most often. */
export default function DesktopSettingsPage() {
  const { t } = useTranslation();
  const problem = useDocumentProblem();
  const lockedBy = useReadOnlyReason();
  return (
    <Page
      title={t('frame.page.desktop-settings')}
      subtitle={t('desktopSettings.subtitle')}
      actions={
        <Button
          variant="text"
          onClick={() => {
            navigate('json');
          }}
        >
          {t('desktopSettings.others')}
        </Button>
      }
    >
      {problem ?? (
        <Box sx={{ display: 'grid', gap: 2 }}>
          <Notice tone="warn" title={t('desktopSettings.holds.title')}>
            {t('desktopSettings.holds.text')}
          </Notice>
          <Notice tone="neutral" title={t('desktopSettings.precedence.title')}>
            {t('desktopSettings.precedence.text')}
          </Notice>
          {proxies.map((name) => (
            <ProxyCard key={name} name={name} lockedBy={lockedBy} />
          ))}
          <EntriesCard lockedBy={lockedBy} />
          {groupNames.map((name) => (
            <GroupCard key={name} name={name} lockedBy={lockedBy} />
          ))}
        </Box>
      )}
    </Page>
  );
}
