import { useTranslation } from 'react-i18next';
import { useApp, useDraft } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { withCode } from '../../components/mono.tsx';
import { translateMessage } from '../../i18n/translate.ts';
import { knownKeyAt } from '../../../shared/settings/index.ts';
import { toggles, toggleState, toggleStates, writeToggle, type ToggleName } from './document.ts';

/** The on/off settings of Docker Desktop that administrators lock most often. */
export function TogglesCard({ lockedBy }: { readonly lockedBy: string | undefined }) {
  const { t } = useTranslation();
  const draft = useDraft();
  const { platform } = useApp();
  const shown = toggles.filter((name) => {
    const readOn: readonly string[] | undefined = knownKeyAt([name])?.platforms;
    // A setting of another platform is listed if the file has it.
    return readOn === undefined || readOn.includes(platform) || draft.value(`/${name}`) !== undefined;
  });
  return (
    <Card title={t('desktopSettings.toggles.title')} note={t('desktopSettings.toggles.note')}>
      {shown.map((name) => (
        <ChoiceRow
          key={name}
          pointer={`/${name}`}
          name={t(`desktopSettings.toggles.${name}`)}
          description={withCode(describe(name))}
          value={toggleState(draft.value(`/${name}`))}
          lockedBy={lockedBy}
          options={toggleStates.map((value) => ({
            value,
            label: t(`desktopSettings.toggles.state.${value}`),
          }))}
          edited={draft.isEdited(`/${name}`)}
          onUndo={() => {
            draft.revert(`/${name}`);
          }}
          onChange={(value) => {
            writeToggle(draft, name, value);
          }}
        />
      ))}
    </Card>
  );
}

function describe(name: ToggleName): string {
  const key = knownKeyAt([name]);
  return key === null ? '' : translateMessage(key.description);
}
