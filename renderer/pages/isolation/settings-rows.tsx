import { useTranslation } from 'react-i18next';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { useDraftEci, type EciComparison } from '../../components/draft-eci.ts';
import { existingDefault, existingPointer } from '../../components/kept-containers-note.tsx';
import { withCode } from '../../components/mono.tsx';
import { SettingRow } from '../../components/setting-row.tsx';
import { useApp, useDraft } from '../../state/context.tsx';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { chosenBackend } from '../../../shared/isolation/backends.ts';
import { messageLanguages } from '../../../shared/language.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';

export const eciPointer = '/enhancedContainerIsolation/value';
const lockPointer = '/enhancedContainerIsolation/locked';
const modePointer = '/bulkhead/mode';
const languagePointer = '/bulkhead/language';

interface RowsProps {
  /** Of the draft. */
  readonly settings: EffectiveSettings;
  readonly lockedBy: string | undefined;
}

/** Whether the setting at a pointer was edited, and Undo. */
function useEdited(pointer: string) {
  const draft = useDraft();
  return {
    pointer,
    edited: draft.isEdited(pointer),
    onUndo: () => {
      draft.revert(pointer);
    },
  };
}

/** Whether ECI is on, and whether that is locked. */
export function EciRows({
  settings,
  lockedBy,
  onToggle,
}: RowsProps & { readonly onToggle: (on: boolean) => void }) {
  const { t } = useTranslation();
  const app = useApp();
  const draft = useDraft();
  const noEci = useUnavailableReason('turn-on-eci');
  const comparison = useDraftEci();
  // Not examined yet: assumed possible.
  const possible =
    app.backends.find((backend) => backend.id === chosenBackend(settings.backend))?.available ?? true;
  const eci = useEdited(eciPointer);
  const lock = useEdited(lockPointer);
  return (
    <>
      <SettingRow
        {...eci}
        name={t('isolation.eci.name')}
        description={t(`isolation.eci.${comparison.state}`)}
        checked={settings.eci.value}
        onChange={onToggle}
        lockedBy={lockedBy}
        unavailable={noEci ?? (possible || settings.eci.value ? undefined : t('isolation.eci.impossible'))}
      />
      <SettingRow
        {...lock}
        name={t('isolation.lock.name')}
        description={t(`isolation.lock.${settings.eci.locked ? 'on' : unlockedState(comparison)}`)}
        checked={settings.eci.locked}
        onChange={(on) => {
          draft.editOr(lockPointer, on, false);
        }}
        lockedBy={lockedBy}
        unavailable={noEci}
      />
    </>
  );
}

/** Explains that the draft leaves ECI unlocked. */
const unlockedState = ({ state, policy }: EciComparison): 'off' | 'retained' | 'unknown' =>
  state === 'unknown' || (state === 'retained' && policy.locked) ? state : 'off';

/** How refused requests and existing containers are handled, and the language of refusals. */
export function PolicyRows({ settings, lockedBy }: RowsProps) {
  const { t } = useTranslation();
  const draft = useDraft();
  const noMode = useUnavailableReason('audit-mode');
  const noExisting = useUnavailableReason('existing-containers');
  const noLanguage = useUnavailableReason('refusal-language');
  const mode = useEdited(modePointer);
  const existing = useEdited(existingPointer);
  const language = useEdited(languagePointer);
  const existingText =
    settings.mode === 'audit' && settings.existingContainers === 'block'
      ? 'blockInAudit'
      : settings.existingContainers;
  return (
    <>
      <ChoiceRow
        {...mode}
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
        onChange={(value) => {
          draft.editOr(modePointer, value, 'enforce');
        }}
      />
      <ChoiceRow
        {...existing}
        name={t('isolation.existing.name')}
        description={t(`isolation.existing.${existingText}`)}
        value={settings.existingContainers}
        lockedBy={lockedBy}
        unavailable={noExisting}
        width={136}
        options={(['block', 'warn'] as const).map((value) => ({
          value,
          label: t(`isolation.existing.${value}Option`),
        }))}
        onChange={(value) => {
          draft.editOr(existingPointer, value, existingDefault);
        }}
      />
      <ChoiceRow
        {...language}
        name={t('isolation.language.name')}
        description={withCode(t('isolation.language.text'))}
        value={settings.language}
        lockedBy={lockedBy}
        unavailable={noLanguage}
        width={136}
        options={messageLanguages.map((value) => ({ value, label: t(`preferences.language.${value}`) }))}
        onChange={(value) => {
          draft.editOr(languagePointer, value, 'en');
        }}
      />
    </>
  );
}
