import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useApp, useDraft, useSnapshotPart, useStore } from '../../state/context.tsx';
import type { DraftView } from '../../state/draft-view.ts';
import { navigationFromHere } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { useDraftEci, type EciComparison } from '../../components/draft-eci.ts';
import { useDocumentProblem } from '../../components/document-problem.tsx';
import { Page } from '../../components/page.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { isUnprotected } from '../../../shared/containers/protection.ts';
import { defaultSettings } from '../../../shared/settings/index.ts';
import { BackendCard } from './backend-card.tsx';
import { DevicesCard } from './devices-card.tsx';
import { PreferenceCard } from './preference-card.tsx';
import { EffectsCard } from './effects-card.tsx';
import { ExistingContainersDialog } from '../../components/existing-containers-dialog.tsx';
import { EciRows, eciPointer, PolicyRows } from './settings-rows.tsx';

export default function IsolationPage() {
  const { t } = useTranslation();
  const problem = useDocumentProblem();
  return (
    <Page title={t('isolation.title')} subtitle={t('isolation.subtitle')}>
      {problem ?? <Forms />}
    </Page>
  );
}

/**
 * Whether ECI is on now, and after an apply: with a missing settings file, the policy that is enforced
 * instead counts.
 */
function effectiveChange({ state, policy, lost }: EciComparison, { applied, draft }: DraftView) {
  const isOn = draft.settings.ok && draft.settings.value.eci.value;
  if (lost) return { before: policy.eci, after: isOn || state === 'retained' || state === 'unknown' };
  return { before: applied.settings.ok ? applied.settings.value.eci.value : true, after: isOn };
}

function Forms() {
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const choices = useSnapshotPart((snapshot) => snapshot.choices);
  const lockedBy = useReadOnlyReason();
  /** How the dialog was opened; after 'toggle', Cancel reverts the switch. */
  const [prompt, setPrompt] = useState<'toggle' | 'later' | null>(null);
  const settings = draft.draft.settings.ok ? draft.draft.settings.value : defaultSettings;
  const comparison = useDraftEci();
  const { before, after } = effectiveChange(comparison, draft);
  const unprotected = app.scan?.containers.filter(isUnprotected) ?? [];

  const toggle = (on: boolean) => {
    draft.editOr(eciPointer, on, false);
    if (on && !before && unprotected.length > 0) setPrompt('toggle');
  };
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Card>
        <EciRows settings={settings} lockedBy={lockedBy} onToggle={toggle} />
        <PolicyRows settings={settings} lockedBy={lockedBy} />
      </Card>
      <PreferenceCard />
      <BackendCard lockedBy={lockedBy} />
      <DevicesCard lockedBy={lockedBy} />
      <EffectsCard
        before={before}
        after={after}
        existing={settings.mode === 'audit' ? 'warn' : settings.existingContainers}
        audit={settings.mode === 'audit'}
        anyImage={settings.socket.images.includes('*')}
        onChoose={() => {
          setPrompt('later');
        }}
      />
      <ExistingContainersDialog
        open={prompt !== null}
        containers={unprotected}
        initial={choices}
        onCancel={() => {
          if (prompt === 'toggle') draft.revert(eciPointer);
          setPrompt(null);
        }}
        onContinue={(next) => {
          store.setChoices(next);
          setPrompt(null);
          const navigate = navigationFromHere();
          void store.flush().then(() => {
            navigate('review');
          });
        }}
      />
    </Box>
  );
}
