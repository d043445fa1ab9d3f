import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useRequest } from '../../state/actions.ts';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { useDraftEci } from '../../components/draft-eci.ts';
import { useDocumentProblem } from '../../components/document-problem.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { FolderIcon } from '../../theme/icons.ts';
import { Page } from '../../components/page.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { oneColumn } from '../../theme/tokens.ts';
import { shareContext } from '../../state/share-context.ts';
import { checkShare, tidyPath } from './check-share.ts';
import { DirectoriesCard } from './directories-card.tsx';
import { EmptyListCard } from './empty-list-card.tsx';
import { MountTester } from './mount-tester.tsx';
import { useResolved } from './resolved.ts';
import { listPointer, shareList, sharesOf, writeShares, type Share } from './shares.ts';

export default function FileSharingPage() {
  const { t } = useTranslation();
  const draft = useDraft();
  const problem = useDocumentProblem();
  const lockedBy = useReadOnlyReason();
  const list = shareList(draft);
  const {
    byPath: found,
    error,
    retry,
  } = useResolved(
    [...list.shares, ...(sharesOf(draft.appliedValue(listPointer)) ?? [])].map((share) => share.path),
  );
  const { state: eci } = useDraftEci();
  const { picker, offered, choose } = useFolderPicker(list.shares);
  return (
    <Page
      title={t('files.title')}
      subtitle={t('files.subtitle')}
      actions={
        problem === null &&
        lockedBy === undefined && (
          <Button
            startIcon={<FolderIcon />}
            disabled={picker.running}
            onClick={() => {
              void choose();
            }}
          >
            {t('files.choose')}
          </Button>
        )
      }
    >
      {problem ?? (
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
          {picker.error !== null && <ErrorPanel error={picker.error} title={t('files.chooseFailed')} />}
          {eci !== 'on' && (
            <Notice tone="neutral" title={t(`files.${eci}.title`)}>
              {t(`files.${eci}.body`)}
            </Notice>
          )}
          <DirectoriesCard
            list={list}
            found={found}
            resolveError={error}
            onRetry={retry}
            lockedBy={lockedBy}
            offered={offered}
            eci={eci}
          />
          <Box
            sx={{
              display: 'grid',
              gap: 2,
              gridTemplateColumns: 'minmax(0, 1fr) 320px',
              [oneColumn]: { gridTemplateColumns: 'minmax(0, 1fr)' },
            }}
          >
            <MountTester found={found} />
            <EmptyListCard />
          </Box>
        </Box>
      )}
    </Page>
  );
}

/** Opens a folder picker and adds the folder to the shares; one that can't be added is put into the field. */
function useFolderPicker(shares: readonly Share[]) {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const picker = useRequest('dialog:pick-folder');
  const [offered, setOffered] = useState({ path: '', count: 0 });
  const choose = async () => {
    const result = await picker.run(undefined);
    if (!result.ok || result.value === null) return;
    const { path } = result.value;
    // A folder that can't be added as it is becomes the text of the field, which shows why.
    if (
      checkShare(
        t,
        path,
        shares.map((share) => share.path),
        shareContext(app),
      ).usable
    )
      writeShares(store, draft, [...shares, { path: tidyPath(path), sharedByDefault: false }]);
    else setOffered({ path, count: offered.count + 1 });
  };
  return { picker, offered, choose };
}
