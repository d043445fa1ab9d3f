import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import { useApp, useDraft, useSnapshot, useStore } from '../../app/context.tsx';
import { navigate } from '../../app/router.ts';
import { Card, Row, RowText } from '../../components/card.tsx';
import { useDocumentProblem } from '../../components/document-problem.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { Page } from '../../components/page.tsx';
import { LockedNote, SettingRow } from '../../components/setting-row.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { chosenBackend } from '../../../shared/isolation/requirements.ts';
import { defaultSettings } from '../../../shared/settings/index.ts';
import { BackendCard } from './backend-card.tsx';
import { EffectsCard } from './effects-card.tsx';
import { ExistingContainersDialog } from '../../components/existing-containers-dialog.tsx';

const eciPointer = '/enhancedContainerIsolation/value';
const lockPointer = '/enhancedContainerIsolation/locked';
const existingPointer = '/bulkhead/existingContainers';

export default function IsolationPage() {
  const { t } = useTranslation();
  const problem = useDocumentProblem();
  return <Page title={t('isolation.title')} subtitle={t('isolation.subtitle')}>{problem ?? <Forms />}</Page>;
}

function Forms() {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const { choices } = useSnapshot();
  const lockedBy = useReadOnlyReason();
  /** Open, and whether it was the toggle that opened it: then Cancel takes the toggle back. */
  const [prompt, setPrompt] = useState<'toggle' | 'later' | null>(null);
  const settings = draft.draft.settings.ok ? draft.draft.settings.value : defaultSettings;
  const before = draft.applied.settings.ok ? draft.applied.settings.value.eci.value : true;
  const unprotected = app.scan?.containers.filter((c) => !c.protected) ?? [];
  // Not examined yet: nothing is known against it.
  const possible = app.backends.find((backend) => backend.id === chosenBackend(settings.backend))?.available ?? true;

  const toggle = (on: boolean) => {
    draft.editOr(eciPointer, on, false);
    if (on && !before && unprotected.length > 0) setPrompt('toggle');
  };
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Card>
        <SettingRow
          name={t('isolation.eci.name')} description={settings.eci.value ? t('isolation.eci.on') : t('isolation.eci.off')} checked={settings.eci.value} onChange={toggle}
          edited={draft.isEdited(eciPointer)} onUndo={() => { draft.revert(eciPointer); }} lockedBy={lockedBy}
          unavailable={possible || settings.eci.value ? undefined : t('isolation.eci.impossible')}
        />
        <SettingRow
          name={t('isolation.lock.name')} description={settings.eci.locked ? t('isolation.lock.on') : t('isolation.lock.off')} checked={settings.eci.locked} onChange={(on) => { draft.editOr(lockPointer, on, false); }}
          edited={draft.isEdited(lockPointer)} onUndo={() => { draft.revert(lockPointer); }} lockedBy={lockedBy}
        />
        <Row edited={draft.isEdited(existingPointer)}>
          <RowText primary={t('isolation.existing.name')} secondary={settings.existingContainers === 'block' ? t('isolation.existing.block') : t('isolation.existing.warn')} />
          {draft.isEdited(existingPointer) && <EditedMark />}
          {draft.isEdited(existingPointer) && lockedBy === undefined && <UndoChange name={t('isolation.existing.name')} onUndo={() => { draft.revert(existingPointer); }} />}
          {lockedBy !== undefined && <LockedNote by={lockedBy} />}
          <Select value={settings.existingContainers} disabled={lockedBy !== undefined} sx={{ width: 136, height: 28, minHeight: 28, '& .MuiSelect-select': { paddingBlock: '3px' } }} inputProps={{ 'aria-label': t('isolation.existing.name') }}
            onChange={(event) => { draft.editOr(existingPointer, event.target.value, 'block'); }}>
            <MenuItem value="block">{t('isolation.existing.blockOption')}</MenuItem>
            <MenuItem value="warn">{t('isolation.existing.warnOption')}</MenuItem>
          </Select>
        </Row>
      </Card>
      <BackendCard lockedBy={lockedBy} />
      <EffectsCard before={before} after={settings.eci.value} existing={settings.existingContainers} onChoose={() => { setPrompt('later'); }} />
      <ExistingContainersDialog
        open={prompt !== null} containers={unprotected} initial={choices}
        onCancel={() => {
          if (prompt === 'toggle') draft.revert(eciPointer);
          setPrompt(null);
        }}
        onContinue={(next) => {
          store.setChoices(next);
          setPrompt(null);
          void store.flush().then(() => { navigate('review'); });
        }}
      />
    </Box>
  );
}
