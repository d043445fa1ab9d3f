import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { navigate } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { LockedNote } from '../../components/setting-row.tsx';
import { color } from '../../theme/tokens.ts';
import { isDenial, isProbes, type ActivityEntry } from '../../../shared/audit/activity.ts';
import { allowanceFor, type Proposal } from '../../../shared/audit/proposals.ts';
import type { AppError } from '../../../shared/result.ts';
import { sentences } from '../../i18n/lists.ts';
import { editSettings, parsePointer } from '../../../shared/settings/index.ts';
import { insteadOf } from './entry-text.ts';
import { shortDigest, useLocalImages } from './image-fact.tsx';
import { pageOfSetting } from '../../../shared/pages/setting-page.ts';

/**
 * What would allow the entry: the exact changes of the draft to choose from, shown before they are made; or
 * what to do instead.
 */
export function AllowCard({ entry }: { readonly entry: ActivityEntry }) {
  const { t } = useTranslation();
  const app = useApp();
  const draft = useDraft();
  const images = useLocalImages(entry.rule === 'socket-mount');
  const settings = draft.draft.settings;
  const allowance = useMemo(
    () =>
      settings.ok
        ? allowanceFor(entry, {
            settings: settings.value,
            images,
            shares: {
              platform: app.platform,
              home: app.home,
              tmp: app.tmp,
              socketPath: app.engine.socket,
              ...(app.engine.root === null ? {} : { engineDirectories: [app.engine.root] }),
            },
          })
        : null,
    [entry, settings, images, app.platform, app.home, app.tmp, app.engine.socket, app.engine.root],
  );

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
  const open = (page: Parameters<typeof navigate>[0], params: Parameters<typeof navigate>[1] = {}) => (
    <Button
      size="small"
      onClick={() => {
        navigate(page, params);
      }}
    >
      {t('overview.next.open', { page: t(`frame.page.${page}`) })}
    </Button>
  );
  if (allowance === null)
    return (
      <Framed>
        <Card title={title}>
          <TextWithAction action={open('json')}>{t('activity.allow.brokenDraft')}</TextWithAction>
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
            <TextWithAction action={entry.rule === 'foreign-namespace' ? open('containers') : undefined}>
              {sentences(t, [t('activity.allow.noSetting'), insteadOf(t, entry)])}
            </TextWithAction>
          </Card>
        </Framed>
      );
    case 'by-hand':
      return (
        <Framed>
          <Card title={title}>
            <TextWithAction
              action={open(
                pageOfSetting(entry.setting ?? ''),
                entry.setting === null ? {} : { pointer: entry.setting },
              )}
            >
              {t('activity.allow.byHand')}
            </TextWithAction>
          </Card>
        </Framed>
      );
    case 'allowed-already':
      return (
        <Framed>
          <Card title={entry.rule === 'container-unprotected' ? t('activity.allow.insteadTitle') : title}>
            {entry.rule === 'container-unprotected' ? (
              <TextWithAction
                action={open(
                  'containers',
                  entry.container === undefined || entry.container === ''
                    ? { show: 'unprotected' }
                    : { find: entry.container },
                )}
              >
                {t('activity.allow.recreate')}
              </TextWithAction>
            ) : (
              <TextWithAction action={draft.dirty ? open('review') : undefined}>
                {draft.dirty ? t('activity.allow.inDraft') : t('activity.allow.inForce')}
              </TextWithAction>
            )}
          </Card>
        </Framed>
      );
    case 'proposals':
      return (
        <Framed>
          <Proposals entry={entry} proposals={allowance.proposals} />
        </Framed>
      );
  }
}

const Framed = ({ children }: { readonly children: React.ReactNode }) => (
  <Box sx={{ marginTop: 2 }}>{children}</Box>
);
const TextWithAction = ({
  children,
  action,
}: {
  readonly children: React.ReactNode;
  readonly action?: React.ReactNode;
}) => (
  <Box sx={{ display: 'flex', alignItems: 'center', gap: 2, padding: 2, color: color.text2 }}>
    <Box sx={{ flex: 1, minWidth: 0 }}>{children}</Box>
    {action}
  </Box>
);

function Proposals({
  entry,
  proposals,
}: {
  readonly entry: ActivityEntry;
  readonly proposals: readonly Proposal[];
}) {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  const lockedBy = useReadOnlyReason();
  const [picked, setPicked] = useState<string | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  // The narrowest until somebody picks; what gives up protection is never chosen for anybody.
  const proposal =
    proposals.find(({ code, reach }) => (picked === null ? reach !== 'dangerous' : code === picked)) ?? null;
  const after = useMemo(() => {
    let text = draft.text;
    for (const edit of proposal?.edits ?? []) {
      const path = parsePointer(edit.pointer);
      const result = path.ok ? editSettings(text, path.value, edit.value) : path;
      if (!result.ok) return null;
      text = result.value;
    }
    return text;
  }, [draft.text, proposal]);
  const allow = async () => {
    if (proposal === null) return;
    const edited = draft.editAll(proposal.edits);
    if (!edited.ok) {
      setError(edited.error);
      return;
    }
    const saved = await store.flush();
    if (saved.ok) navigate('review');
    else setError(saved.error);
  };
  return (
    <Card title={t('activity.allow.title')}>
      {entry.rule === 'container-unprotected' && (
        <TextWithAction
          action={
            <Button
              size="small"
              onClick={() => {
                navigate('containers', { show: 'unprotected' });
              }}
            >
              {t('overview.next.reviewContainers')}
            </Button>
          }
        >
          {t('activity.allow.recreate')}
        </TextWithAction>
      )}
      <RadioGroup
        aria-label={t('activity.allow.title')}
        value={proposal?.code ?? ''}
        onChange={(_, value) => {
          setPicked(value);
          setError(null);
        }}
        sx={{ padding: '8px 16px', gap: '4px' }}
      >
        {proposals.map((one) => (
          <FormControlLabel
            key={one.code}
            value={one.code}
            disabled={lockedBy !== undefined}
            control={<Radio size="small" sx={{ padding: '6px', alignSelf: 'flex-start' }} />}
            sx={{ alignItems: 'flex-start', margin: 0, marginLeft: '-6px', gap: '4px' }}
            label={
              <Box sx={{ paddingTop: '5px' }}>
                <Box sx={{ color: color.text, fontWeight: 500, overflowWrap: 'anywhere' }}>
                  {proposalText(t, one).title}
                </Box>
                <Box
                  sx={{
                    fontSize: 12,
                    lineHeight: '16px',
                    color: one.reach === 'dangerous' ? color.danger : color.text2,
                    overflowWrap: 'anywhere',
                  }}
                >
                  {one.danger === undefined
                    ? proposalText(t, one).text
                    : t(`activity.allow.danger.${one.danger}`)}
                </Box>
              </Box>
            }
          />
        ))}
      </RadioGroup>
      {proposal !== null && after !== null && (
        <Box sx={{ borderTop: `1px solid ${color.border}` }}>
          <DiffView
            before={draft.text}
            after={after}
            label={t('activity.allow.diff')}
            context={1}
            maxHeight={200}
            empty={t('activity.allow.same')}
          />
        </Box>
      )}
      {error !== null && (
        <Box sx={{ padding: 2 }}>
          <ErrorPanel error={error} />
        </Box>
      )}
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 2,
          padding: '12px 16px',
          borderTop: `1px solid ${color.border}`,
        }}
      >
        <Box sx={{ flex: 1, fontSize: 12, lineHeight: '16px', color: color.text2 }}>
          {lockedBy === undefined ? t('activity.allow.nothingYet') : <LockedNote by={lockedBy} />}
        </Box>
        {lockedBy === undefined && (
          <Button
            variant={draft.dirty ? 'outlined' : 'contained'}
            disabled={proposal === null || after === null}
            onClick={() => {
              void allow();
            }}
          >
            {t('activity.allow.do')}
          </Button>
        )}
      </Box>
    </Card>
  );
}

/** A proposal in words: what is allowed, and what that means. */
function proposalText(
  t: TFunction,
  { code, params }: Proposal,
): { readonly title: string; readonly text: string } {
  switch (code) {
    case 'image-digest':
      return {
        title: t('activity.proposal.image-digest.title'),
        text: t('activity.proposal.image-digest.text', { digest: shortDigest(params['digest'] ?? '') }),
      };
    case 'command':
      return params['image'] === ''
        ? {
            title: t('activity.proposal.command.title', { replace: params }),
            text: t('activity.proposal.command.text', { replace: params }),
          }
        : {
            title: t('activity.proposal.command.title', { replace: params }),
            text: t('activity.proposal.command.textImage', { replace: params }),
          };
    case 'scope-all':
      return {
        title: t('activity.proposal.scope-all.title'),
        text:
          params['image'] === undefined
            ? t('activity.proposal.scope-all.text')
            : t('activity.proposal.scope-all.textImage', { replace: params }),
      };
    case 'image-tag':
    case 'image-any-tag':
    case 'derived-images':
    case 'command-for-image':
    case 'unlisted-entry':
    case 'share':
    case 'share-parent':
    case 'docker-load':
    case 'existing-warn':
    case 'environment-sockets':
    case 'environment-never':
      return {
        title: t(`activity.proposal.${code}.title`, { replace: params }),
        text: t(`activity.proposal.${code}.text`, { replace: params }),
      };
  }
}
