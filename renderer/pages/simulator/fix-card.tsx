import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useDraft, useStore } from '../../state/context.tsx';
import { useProposalShares } from '../../state/share-context.ts';
import { Card } from '../../components/card.tsx';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { withCode } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import type { Proposal, ProposalContext } from '../../../shared/audit/proposal.ts';
import type { Simulation } from '../../../shared/explain/simulation.ts';
import { editSettings, parsePointer } from '../../../shared/settings/index.ts';
import { describeProposal, settingFixes } from './fixes.ts';
import { FindingRow, ProposalRow, WithoutRow } from './fix-rows.tsx';

/**
 * What would make it work: leaving out what was refused, as simulated, or a change of the draft, with a
 * preview.
 */
export function FixCard({
  simulation,
  onTry,
}: {
  readonly simulation: Simulation;
  readonly onTry: (text: string) => void;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const [pending, setPending] = useState<Proposal | null>(null);
  const fixes = useSettingFixes(simulation);
  const { without } = simulation;
  if (without === null && (fixes === null || Object.values(fixes).every((rows) => rows.length === 0)))
    return null;
  const add = (proposal: Proposal) => {
    if (draft.editAll(proposal.edits).ok) setPending(null);
  };
  return (
    <Card title={t('simulator.fix.title')}>
      {without !== null && <WithoutRow without={without} onTry={onTry} />}
      {fixes?.unprotected.map((finding) => (
        <FindingRow key={finding.rule} finding={finding} remedy="recreate" />
      ))}
      {fixes?.proposals.map((proposal) => (
        <ProposalRow
          key={JSON.stringify(proposal.edits)}
          proposal={proposal}
          onAdd={() => {
            setPending(proposal);
          }}
        />
      ))}
      {fixes?.unchangeable.map((finding) => (
        <FindingRow key={finding.rule} finding={finding} remedy="none" />
      ))}
      {fixes?.byHand.map((finding) => (
        <FindingRow key={finding.rule} finding={finding} remedy="by-hand" />
      ))}
      {fixes?.madeHere.map((finding) => (
        <FindingRow key={finding.rule} finding={finding} remedy="push" />
      ))}
      <AddDialog
        proposal={pending}
        onCancel={() => {
          setPending(null);
        }}
        onConfirm={add}
      />
    </Card>
  );
}

/** Changes of the draft that would allow it; null while the draft is unusable. */
function useSettingFixes(simulation: Simulation) {
  const shares = useProposalShares();
  const draft = useDraft();
  const images = useLocalImages(simulation);
  const { settings } = draft.draft;
  const context = useMemo(
    (): ProposalContext | null =>
      settings.ok
        ? {
            settings: settings.value,
            images,
            shares,
          }
        : null,
    [settings, images, shares],
  );
  return useMemo(
    () => (context === null ? null : settingFixes(simulation.explanation, context)),
    [simulation, context],
  );
}

function AddDialog({
  proposal,
  onCancel,
  onConfirm,
}: {
  readonly proposal: Proposal | null;
  readonly onCancel: () => void;
  readonly onConfirm: (proposal: Proposal) => void;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const after = useMemo(
    () => (proposal === null ? draft.text : edited(draft.text, proposal)),
    [proposal, draft.text],
  );
  return (
    <ConfirmDialog
      open={proposal !== null}
      title={t('simulator.fix.dialog.title')}
      confirm={t('simulator.fix.dialog.confirm')}
      width={640}
      onCancel={onCancel}
      onConfirm={() => {
        if (proposal !== null) onConfirm(proposal);
      }}
    >
      <DialogText>
        {proposal !== null && (
          <Box sx={{ color: color.text, marginBottom: 1 }}>{withCode(describeProposal(t, proposal))}</Box>
        )}
        {t('simulator.fix.dialog.body')}
      </DialogText>
      <Box
        sx={{
          margin: '12px 24px 0',
          border: `1px solid ${color.border}`,
          borderRadius: '6px',
          overflow: 'hidden',
        }}
      >
        <DiffView before={draft.text} after={after} label={t('simulator.fix.dialog.title')} maxHeight={240} />
      </Box>
    </ConfirmDialog>
  );
}

function edited(text: string, { edits }: Proposal): string {
  let next = text;
  for (const { pointer, value } of edits) {
    const path = parsePointer(pointer);
    const result = path.ok ? editSettings(next, path.value, value) : null;
    if (result?.ok === true) next = result.value;
  }
  return next;
}

/** The engine's images, if the exact name of a refused one may be listed. */
function useLocalImages(simulation: Simulation): ProposalContext['images'] {
  const store = useStore();
  const [images, setImages] = useState<ProposalContext['images']>([]);
  const wanted =
    simulation.explanation.engine && simulation.explanation.images.some(({ trusted }) => !trusted);
  useEffect(() => {
    if (!wanted) return undefined;
    let disposed = false;
    void store.request('images:list', undefined).then((answer) => {
      if (!disposed && answer.ok) setImages(answer.value);
    });
    return () => {
      disposed = true;
    };
  }, [store, wanted]);
  return images;
}
