import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { useDraft } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { ChoiceRow } from '../../components/choice-row.tsx';
import { withCode } from '../../components/mono.tsx';
import { knownKeyAt, parsePointer } from '../../../shared/settings/index.ts';
import {
  entryState,
  namedEntries,
  revertEntry,
  writeEntry,
  type EntryName,
  type EntryState,
} from './document.ts';
import { useInvalidValue, useKeyDescription, useShownKeys } from './key-notes.ts';

/** The settings of Docker Desktop that administrators lock most often, each with a lock of its own. */
export function EntriesCard({ lockedBy }: { readonly lockedBy: string | undefined }) {
  const { t } = useTranslation();
  const isShown = useShownKeys();
  return (
    <Card title={t('desktopSettings.entries.title')} note={t('desktopSettings.entries.note')}>
      {namedEntries
        .filter(([, pointer]) => isShown(pointer))
        .map(([name, pointer]) => (
          <EntryRow key={name} name={name} pointer={pointer} lockedBy={lockedBy} />
        ))}
    </Card>
  );
}

function EntryRow({
  name,
  pointer,
  lockedBy,
}: {
  readonly name: EntryName;
  readonly pointer: string;
  readonly lockedBy: string | undefined;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  const describe = useKeyDescription();
  const invalid = useInvalidValue()(pointer);
  const state = invalid === null ? entryState(draft.value(pointer)) : null;
  const choices = choicesOf(pointer, state);
  return (
    <ChoiceRow
      pointer={pointer}
      name={t(`desktopSettings.entries.${name}`)}
      description={invalid ?? withCode(describe(pointer))}
      value={invalid === null ? idOf(state) : 'invalid'}
      lockedBy={lockedBy}
      width={choices.some((one) => typeof one?.value === 'string') ? 248 : 176}
      options={[
        ...(invalid === null ? [] : [{ value: 'invalid', label: t('desktopSettings.invalid') }]),
        ...choices.map((one) => ({ value: idOf(one), label: labelOf(t, one) })),
      ]}
      edited={draft.isEdited(pointer)}
      onUndo={() => {
        revertEntry(draft, pointer);
      }}
      onChange={(id) => {
        const next = choices.find((one) => idOf(one) === id);
        if (next !== undefined) writeEntry(draft, pointer, next);
      }}
    />
  );
}

const idOf = (state: EntryState | null): string =>
  state === null ? 'unset' : `${String(state.value)}${state.locked ? '-locked' : ''}`;

/** Nothing, and each value as a default and locked: the values of the schema, and the one in the file. */
function choicesOf(pointer: string, now: EntryState | null): readonly (EntryState | null)[] {
  const path = parsePointer(pointer);
  const known = (path.ok ? knownKeyAt([...path.value, 'value'])?.values : undefined) ?? [true, false];
  const values: readonly (string | boolean)[] =
    now === null || known.some((value) => value === now.value) ? known : [...known, now.value];
  return [null, ...[false, true].flatMap((locked) => values.map((value) => ({ value, locked })))];
}

const portBindings = [
  'default-port-binding',
  'default-local-port-binding',
  'local-only-port-binding',
] as const;

function labelOf(t: TFunction, state: EntryState | null): string {
  if (state === null) return t('desktopSettings.entries.unset');
  const { value, locked } = state;
  if (typeof value === 'boolean')
    return t(`desktopSettings.entries.state.${value ? 'on' : 'off'}${locked ? '-locked' : ''}`);
  const known = portBindings.find((one) => one === value);
  return t(`desktopSettings.entries.state.${locked ? 'value-locked' : 'value'}`, {
    value: known === undefined ? value : t(`desktopSettings.entries.values.${known}`),
  });
}
