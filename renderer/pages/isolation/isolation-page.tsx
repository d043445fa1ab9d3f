import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { isAlarm } from '../../../shared/enforcement/enforcement.ts';
import { protectionOf } from '../../components/protection.ts';
import { useNow } from '../../i18n/clock.ts';
import { useApp, useDraft, useSnapshotPart, useStore } from '../../state/context.tsx';
import { useMissing } from '../../state/missing.ts';
import { navigate } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { useDocumentProblem } from '../../components/document-problem.tsx';
import { withCode } from '../../components/mono.tsx';
import { Page } from '../../components/page.tsx';
import { SettingRow } from '../../components/setting-row.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { chosenBackend } from '../../../shared/isolation/backends.ts';
import { messageLanguages } from '../../../shared/language.ts';
import { defaultSettings } from '../../../shared/settings/index.ts';
import { BackendCard } from './backend-card.tsx';
import { DevicesCard } from './devices-card.tsx';
import { PreferenceCard } from './preference-card.tsx';
import { EffectsCard } from './effects-card.tsx';
import { existingDefault, existingPointer } from '../../components/kept-containers-note.tsx';
import { ExistingContainersDialog } from '../../components/existing-containers-dialog.tsx';

const eciPointer = '/enhancedContainerIsolation/value';
const lockPointer = '/enhancedContainerIsolation/locked';
const modePointer = '/bulkhead/mode';
const languagePointer = '/bulkhead/language';

export default function IsolationPage() {
  const { t } = useTranslation();
  const problem = useDocumentProblem();
  return (
    <Page title={t('isolation.title')} subtitle={t('isolation.subtitle')}>
      {problem ?? <Forms />}
    </Page>
  );
}

function Forms() {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const choices = useSnapshotPart((snapshot) => snapshot.choices);
  const lockedBy = useReadOnlyReason();
  const noMode = useMissing('audit-mode');
  const noExisting = useMissing('existing-containers');
  const noEci = useMissing('turn-on-eci');
  const noLanguage = useMissing('refusal-language');
  /** Open, and whether it was the toggle that opened it: then Cancel takes the toggle back. */
  const [prompt, setPrompt] = useState<'toggle' | 'later' | null>(null);
  const settings = draft.draft.settings.ok ? draft.draft.settings.value : defaultSettings;
  const before = draft.applied.settings.ok ? draft.applied.settings.value.eci.value : true;
  const { difference, now: inForce } = protectionOf(app, useNow()).enforcement;
  const isRetained = isAlarm(difference) && inForce.eci;
  const unprotected = app.scan?.containers.filter((c) => !c.protected) ?? [];
  // Not examined yet: nothing is known against it.
  const possible =
    app.backends.find((backend) => backend.id === chosenBackend(settings.backend))?.available ?? true;

  const toggle = (on: boolean) => {
    draft.editOr(eciPointer, on, false);
    if (on && !before && unprotected.length > 0) setPrompt('toggle');
  };
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Card>
        <SettingRow
          pointer={eciPointer}
          name={t('isolation.eci.name')}
          description={t(`isolation.eci.${settings.eci.value ? 'on' : isRetained ? 'retained' : 'off'}`)}
          checked={settings.eci.value}
          onChange={toggle}
          edited={draft.isEdited(eciPointer)}
          onUndo={() => {
            draft.revert(eciPointer);
          }}
          lockedBy={lockedBy}
          unavailable={noEci ?? (possible || settings.eci.value ? undefined : t('isolation.eci.impossible'))}
        />
        <SettingRow
          pointer={lockPointer}
          name={t('isolation.lock.name')}
          description={settings.eci.locked ? t('isolation.lock.on') : t('isolation.lock.off')}
          checked={settings.eci.locked}
          onChange={(on) => {
            draft.editOr(lockPointer, on, false);
          }}
          edited={draft.isEdited(lockPointer)}
          onUndo={() => {
            draft.revert(lockPointer);
          }}
          lockedBy={lockedBy}
          unavailable={noEci}
        />
        <ChoiceRow
          pointer={modePointer}
          name={t('isolation.mode.name')}
          description={t(`isolation.mode.${settings.mode}`)}
          value={settings.mode}
          lockedBy={lockedBy}
          unavailable={noMode}
          width={136}
          options={(['enforce', 'audit'] as const).map((value) => ({
            value,
            label: t(`isolation.mode.${value}Option`),
          }))}
          edited={draft.isEdited(modePointer)}
          onUndo={() => {
            draft.revert(modePointer);
          }}
          onChange={(value) => {
            draft.editOr(modePointer, value, 'enforce');
          }}
        />
        <ChoiceRow
          pointer={existingPointer}
          name={t('isolation.existing.name')}
          description={t(`isolation.existing.${settings.existingContainers}`)}
          value={settings.existingContainers}
          lockedBy={lockedBy}
          unavailable={noExisting}
          width={136}
          options={(['block', 'warn'] as const).map((value) => ({
            value,
            label: t(`isolation.existing.${value}Option`),
          }))}
          edited={draft.isEdited(existingPointer)}
          onUndo={() => {
            draft.revert(existingPointer);
          }}
          onChange={(value) => {
            draft.editOr(existingPointer, value, existingDefault);
          }}
        />
        <ChoiceRow
          pointer={languagePointer}
          name={t('isolation.language.name')}
          description={withCode(t('isolation.language.text'))}
          value={settings.language}
          lockedBy={lockedBy}
          unavailable={noLanguage}
          width={136}
          options={messageLanguages.map((value) => ({ value, label: t(`preferences.language.${value}`) }))}
          edited={draft.isEdited(languagePointer)}
          onUndo={() => {
            draft.revert(languagePointer);
          }}
          onChange={(value) => {
            draft.editOr(languagePointer, value, 'en');
          }}
        />
      </Card>
      <PreferenceCard />
      <BackendCard lockedBy={lockedBy} />
      <DevicesCard lockedBy={lockedBy} />
      <EffectsCard
        before={before}
        after={settings.eci.value}
        existing={settings.mode === 'audit' ? 'warn' : settings.existingContainers}
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
          void store.flush().then(() => {
            navigate('review');
          });
        }}
      />
    </Box>
  );
}
