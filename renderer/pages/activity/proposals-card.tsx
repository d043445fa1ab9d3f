import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import { useDraft, useStore } from '../../state/context.tsx';
import { navigate, navigationFromHere } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { LockedNote } from '../../components/setting-row.tsx';
import { color } from '../../theme/tokens.ts';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import type { Proposal } from '../../../shared/audit/proposal.ts';
import type { AppError } from '../../../shared/result.ts';
import { editSettings, parsePointer } from '../../../shared/settings/index.ts';
import { proposalText } from './proposal-text.ts';
import { TextWithAction } from './text-with-action.tsx';

/** The changes of the draft that would allow the entry; the user can add one of them. */
export function ProposalsCard({
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
  // Preselects the narrowest; never a change that gives up protection.
  const proposal =
    proposals.find(({ code, reach }) => (picked === null ? reach !== 'dangerous' : code === picked)) ?? null;
  const after = useMemo(
    () => (proposal === null ? draft.text : textWith(draft.text, proposal)),
    [draft.text, proposal],
  );
  const allow = async () => {
    if (proposal === null) return;
    const edited = draft.editAll(proposal.edits);
    if (!edited.ok) {
      setError(edited.error);
      return;
    }
    const navigateFromHere = navigationFromHere();
    const saved = await store.flush();
    if (saved.ok) navigateFromHere('review');
    else setError(saved.error);
  };
  return (
    <Card title={t('activity.allow.title')}>
      {entry.rule === 'container-unprotected' && <RecreateHint />}
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
          <ProposalOption key={one.code} proposal={one} disabled={lockedBy !== undefined} />
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
      <AddToDraft
        isChosen={proposal !== null}
        disabled={proposal === null || after === null}
        onAdd={() => {
          void allow();
        }}
      />
    </Card>
  );
}

/** The button that adds the change to the draft, and what locks it or has to be done first. */
function AddToDraft({
  isChosen,
  disabled,
  onAdd,
}: {
  readonly isChosen: boolean;
  readonly disabled: boolean;
  readonly onAdd: () => void;
}) {
  const { t } = useTranslation();
  const noteId = useId();
  const { dirty } = useDraft();
  const lockedBy = useReadOnlyReason();
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 2,
        padding: '12px 16px',
        borderTop: `1px solid ${color.border}`,
      }}
    >
      <Box id={noteId} sx={{ flex: 1, fontSize: 12, lineHeight: '16px', color: color.text2 }}>
        {lockedBy !== undefined ? (
          <LockedNote by={lockedBy} />
        ) : (
          t(isChosen ? 'activity.allow.nothingYet' : 'activity.allow.chooseFirst')
        )}
      </Box>
      {lockedBy === undefined && (
        <Button
          variant={dirty ? 'outlined' : 'contained'}
          disabled={disabled}
          aria-describedby={noteId}
          onClick={onAdd}
        >
          {t('activity.allow.do')}
        </Button>
      )}
    </Box>
  );
}

/** A settings text with the proposal's edits; null if it cannot be edited. */
function textWith(before: string, proposal: Proposal): string | null {
  let text = before;
  for (const edit of proposal.edits) {
    const path = parsePointer(edit.pointer);
    const result = path.ok ? editSettings(text, path.value, edit.value) : path;
    if (!result.ok) return null;
    text = result.value;
  }
  return text;
}

/** An existing container may have to be recreated. */
function RecreateHint() {
  const { t } = useTranslation();
  return (
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
  );
}

function ProposalOption({ proposal, disabled }: { readonly proposal: Proposal; readonly disabled: boolean }) {
  const { t } = useTranslation();
  const { title, text } = proposalText(t, proposal);
  return (
    <FormControlLabel
      value={proposal.code}
      disabled={disabled}
      control={<Radio size="small" sx={{ padding: '6px', alignSelf: 'flex-start' }} />}
      sx={{ alignItems: 'flex-start', margin: 0, marginLeft: '-6px', gap: '4px' }}
      label={
        <Box sx={{ paddingTop: '5px' }}>
          <Box sx={{ color: color.text, fontWeight: 500, overflowWrap: 'anywhere' }}>{title}</Box>
          <Box
            sx={{
              fontSize: 12,
              lineHeight: '16px',
              color: proposal.reach === 'dangerous' ? color.danger : color.text2,
              overflowWrap: 'anywhere',
            }}
          >
            {proposal.danger === undefined ? text : t(`activity.allow.danger.${proposal.danger}`)}
          </Box>
        </Box>
      }
    />
  );
}
