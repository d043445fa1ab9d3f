import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useDraft } from '../../state/context.tsx';
import { useProposalShares } from '../../state/share-context.ts';
import { navigate } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { isDenial, isProbes, type ActivityEntry } from '../../../shared/audit/activity.ts';
import { allowanceFor } from '../../../shared/audit/proposals.ts';
import { joinSentences } from '../../i18n/lists.ts';
import { alternativeText } from './entry-text.ts';
import { useLocalImages } from './image-fact.tsx';
import { ProposalsCard } from './proposals-card.tsx';
import { TextWithAction } from './text-with-action.tsx';
import { pageOfSetting } from '../../../shared/pages/setting-page.ts';

/**
 * What would allow the entry: the exact changes of the draft to choose from, previewed; or the alternative.
 */
export function AllowCard({ entry }: { readonly entry: ActivityEntry }) {
  const { t } = useTranslation();
  const allowance = useAllowance(entry);
  if (!isDenial(entry) && allowance?.kind === 'not-refused') return null;
  const title = t('activity.allow.title');
  if (isProbes(entry))
    return (
      <Framed>
        <Card title={t('activity.allow.probesTitle')}>
          <TextWithAction>{t('activity.allow.probes')}</TextWithAction>
        </Card>
      </Framed>
    );
  if (allowance === null)
    return (
      <Framed>
        <Card title={title}>
          <TextWithAction action={<OpenPage page="json" />}>{t('activity.allow.brokenDraft')}</TextWithAction>
        </Card>
      </Framed>
    );
  switch (allowance.kind) {
    case 'not-refused':
      return null;
    case 'no-setting':
      return (
        <Framed>
          <Card title={t('activity.allow.insteadTitle')}>
            <TextWithAction
              action={entry.rule === 'foreign-namespace' ? <OpenPage page="containers" /> : undefined}
            >
              {joinSentences(t, [t('activity.allow.noSetting'), alternativeText(t, entry)])}
            </TextWithAction>
          </Card>
        </Framed>
      );
    case 'by-hand':
      return (
        <Framed>
          <Card title={title}>
            <TextWithAction
              action={
                <OpenPage
                  page={pageOfSetting(entry.setting ?? '')}
                  params={entry.setting === null ? {} : { pointer: entry.setting }}
                />
              }
            >
              {t('activity.allow.byHand')}
            </TextWithAction>
          </Card>
        </Framed>
      );
    case 'content-made-here':
      return (
        <Framed>
          <Card title={t('activity.allow.insteadTitle')}>
            <TextWithAction action={<OpenPage page="docker-socket" />}>
              {t('activity.allow.contentMadeHere')}
            </TextWithAction>
          </Card>
        </Framed>
      );
    case 'allowed-already':
      return (
        <Framed>
          <AllowedAlready entry={entry} />
        </Framed>
      );
    case 'proposals':
      return (
        <Framed>
          <ProposalsCard entry={entry} proposals={allowance.proposals} />
        </Framed>
      );
  }
}

/** The draft, or the policy in force, already allows it. A container has to be recreated for it. */
function AllowedAlready({ entry }: { readonly entry: ActivityEntry }) {
  const { t } = useTranslation();
  const draft = useDraft();
  if (entry.rule === 'container-unprotected')
    return (
      <Card title={t('activity.allow.insteadTitle')}>
        <TextWithAction
          action={
            <OpenPage
              page="containers"
              params={
                entry.container === undefined || entry.container === ''
                  ? { show: 'unprotected' }
                  : { find: entry.container }
              }
            />
          }
        >
          {t('activity.allow.recreate')}
        </TextWithAction>
      </Card>
    );
  return (
    <Card title={t('activity.allow.title')}>
      <TextWithAction action={draft.dirty ? <OpenPage page="review" /> : undefined}>
        {draft.dirty ? t('activity.allow.inDraft') : t('activity.allow.inForce')}
      </TextWithAction>
    </Card>
  );
}

function OpenPage({
  page,
  params = {},
}: {
  readonly page: Parameters<typeof navigate>[0];
  readonly params?: Parameters<typeof navigate>[1];
}) {
  const { t } = useTranslation();
  return (
    <Button
      size="small"
      onClick={() => {
        navigate(page, params);
      }}
    >
      {t('overview.next.open', { page: t(`frame.page.${page}`) })}
    </Button>
  );
}

/** What would allow the entry under the draft's settings; null while the draft is unusable. */
function useAllowance(entry: ActivityEntry) {
  const shares = useProposalShares();
  const draft = useDraft();
  const images = useLocalImages(entry.rule === 'socket-mount' || entry.rule === 'command-blocked');
  const settings = draft.draft.settings;
  return useMemo(
    () =>
      settings.ok
        ? allowanceFor(entry, {
            settings: settings.value,
            images,
            shares,
          })
        : null,
    [entry, settings, images, shares],
  );
}

const Framed = ({ children }: { readonly children: ReactNode }) => (
  <Box sx={{ marginTop: 2 }}>{children}</Box>
);
