import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Typography from '@mui/material/Typography';
import { useDraft } from '../state/context.tsx';
import { ConfirmDialog, DialogText } from './confirm-dialog.tsx';
import { DialogOption } from './dialog-option.tsx';
import { columns, ExistingContainerRow, rowHeight, type Choice } from './existing-container-row.tsx';
import { existingDefault, existingPointer, KeptContainersNote } from './kept-containers-note.tsx';
import { SetAll, type Choices } from './set-all-choices.tsx';
import { canRecreate, useRecreationRefusals, type Refusals } from './use-recreation-refusals.ts';
import { VirtualRows } from './virtual-rows.tsx';
import { color } from '../theme/tokens.ts';
import { isRunning, type Container } from '../../shared/containers/protection.ts';
import type { ContainerChoices } from '../../shared/apply/plan.ts';

/** From more rows than these on, what concerns all of them stands before the rows. */
const longList = 20;

/**
 * Before ECI is turned on: choices for the containers that exist. Nothing is changed here; the choices become
 * part of the plan. `text`: the settings that they are applied with, if not the draft.
 */
export function ExistingContainersDialog({
  open,
  containers,
  text,
  initial,
  onCancel,
  onContinue,
}: {
  readonly open: boolean;
  readonly containers: readonly Container[];
  readonly text?: string | undefined;
  readonly initial: ContainerChoices;
  readonly onCancel: () => void;
  readonly onContinue: (choices: ContainerChoices) => void;
}) {
  if (!open) return null;
  return (
    <Content
      containers={containers}
      text={text}
      initial={initial}
      onCancel={onCancel}
      onContinue={onContinue}
    />
  );
}

function Content({
  containers,
  text,
  initial,
  onCancel,
  onContinue,
}: Omit<Parameters<typeof ExistingContainersDialog>[0], 'open'>) {
  const { t } = useTranslation();
  const refusals = useRecreationRefusals(containers, text);
  const { choices, setChoices, toRemove, toRecreate, kept } = useChoices(containers, initial, refusals);
  const [removeVolumes, setRemoveVolumes] = useState(initial.removeVolumes);
  const [commit, setCommit] = useState(initial.commit === true);
  const draft = useDraft();
  const usable = draft.draft.settings.ok && draft.draft.settings.value.existingContainers === 'warn';
  const [allowed, setAllowed] = useState(usable);
  const long = containers.length > longList;
  const options = (
    <>
      {toRecreate.length > 0 && <RecreateOptions commit={commit} onCommit={setCommit} />}
      <VolumesOption
        enabled={toRemove.length > 0}
        checked={removeVolumes && toRemove.length > 0}
        onChange={setRemoveVolumes}
      />
    </>
  );
  return (
    <ConfirmDialog
      open
      width={720}
      title={t('isolation.prompt.title', { count: containers.length })}
      confirm={t('isolation.prompt.continue')}
      note={[
        ...(toRecreate.length > 0 ? [t('isolation.prompt.recreated', { count: toRecreate.length })] : []),
        t('isolation.prompt.kept', { count: kept.length }),
        ...(toRemove.length > 0 ? [t('isolation.prompt.removed', { count: toRemove.length })] : []),
      ].join(' · ')}
      onCancel={onCancel}
      onConfirm={() => {
        if (allowed !== usable && kept.length > 0)
          draft.editOr(existingPointer, allowed ? 'warn' : 'block', existingDefault);
        onContinue({
          remove: toRemove.map((c) => c.id),
          includeRunning: toRemove.some(isRunning),
          removeVolumes: removeVolumes && toRemove.length > 0,
          ...(toRecreate.length === 0
            ? {}
            : { recreate: toRecreate.map((c) => c.id), ...(commit ? { commit } : {}) }),
        });
      }}
    >
      <DialogText>{t('isolation.prompt.body')}</DialogText>
      <SetAll
        containers={containers}
        refusals={refusals}
        toRemove={toRemove}
        toRecreate={toRecreate}
        onSet={setChoices}
      />
      <KeptContainersNote kept={kept} refusals={refusals} allowed={allowed} onAllowed={setAllowed} />
      {/* Below more rows than these nobody finds them. */}
      {long && options}
      <ChoiceTable containers={containers} refusals={refusals} choices={choices} onChange={setChoices} />
      {!long && options}
    </ConfirmDialog>
  );
}

/** How containers are recreated, where some are. */
function RecreateOptions({
  commit,
  onCommit,
}: {
  readonly commit: boolean;
  readonly onCommit: (commit: boolean) => void;
}) {
  const { t } = useTranslation();
  return (
    <Box sx={{ padding: '12px 24px 8px', borderTop: `1px solid ${color.border}` }}>
      <Typography variant="caption" component="div" sx={{ color: color.text2, paddingBottom: '4px' }}>
        {t('isolation.prompt.recreateWhen')}
      </Typography>
      <DialogOption
        checked={commit}
        onChange={onCommit}
        label={t('carryOver.option')}
        note={t('carryOver.why')}
      />
    </Box>
  );
}

/** The choice for each container, and which containers are thereby removed, recreated and kept. */
function useChoices(containers: readonly Container[], initial: ContainerChoices, refusals: Refusals) {
  const [chosen, setChoices] = useState<ReadonlyMap<string, Choice>>(
    () =>
      new Map([
        ...initial.remove.map((id) => [id, 'remove'] as const),
        ...(initial.recreate ?? []).map((id) => [id, 'recreate'] as const),
      ]),
  );
  // It may have been chosen before it was known to be refused.
  const impossible = new Set(containers.filter((c) => !canRecreate(c, refusals)).map(({ id }) => id));
  const choices: Choices = new Map(
    [...chosen].filter(([id, one]) => one !== 'recreate' || !impossible.has(id)),
  );
  const toRemove = containers.filter((c) => choices.get(c.id) === 'remove');
  const toRecreate = containers.filter((c) => choices.get(c.id) === 'recreate');
  const kept = containers.filter((c) => (choices.get(c.id) ?? 'keep') === 'keep');
  return { choices, setChoices, toRemove, toRecreate, kept };
}

function ChoiceTable({
  containers,
  refusals,
  choices,
  onChange,
}: {
  readonly containers: readonly Container[];
  readonly refusals: Refusals;
  readonly choices: Choices;
  readonly onChange: (change: (before: Choices) => Choices) => void;
}) {
  const { t } = useTranslation();
  const choose = useCallback(
    (id: string, choice: Choice) => {
      onChange((before) => new Map(before).set(id, choice));
    },
    [onChange],
  );
  const heightOf = useCallback(() => rowHeight, []);
  return (
    <Box role="table" aria-label={t('isolation.prompt.container')} aria-rowcount={containers.length + 1}>
      <Box
        role="row"
        aria-rowindex={1}
        sx={{
          ...columns,
          // It stays while the dialog scrolls.
          position: 'sticky',
          top: 0,
          zIndex: 1,
          height: 31,
          background: color.subtle,
          borderBlock: `1px solid ${color.border}`,
          fontSize: 12,
          fontWeight: 500,
          color: color.text3,
        }}
      >
        <span role="columnheader">{t('isolation.prompt.container')}</span>
        <span role="columnheader">{t('isolation.prompt.status')}</span>
        <span role="columnheader">{t('isolation.prompt.when')}</span>
      </Box>
      <VirtualRows
        count={containers.length}
        heightOf={heightOf}
        withinScroller
        rowKey={(index) => containers[index]?.id ?? String(index)}
        render={(index) => {
          const container = containers[index];
          return container === undefined ? null : (
            <ExistingContainerRow
              container={container}
              refusals={refusals}
              index={index}
              choice={choices.get(container.id) ?? 'keep'}
              onChoose={choose}
            />
          );
        }}
      />
    </Box>
  );
}

/** Whether volumes are removed with the containers. */
function VolumesOption({
  enabled,
  checked,
  onChange,
}: {
  readonly enabled: boolean;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  const { t } = useTranslation();
  return (
    <Box sx={{ padding: '12px 24px 0', borderTop: `1px solid ${color.border}` }}>
      <FormControlLabel
        disabled={!enabled}
        sx={{ marginLeft: '-4px', gap: '4px' }}
        control={
          <Checkbox
            checked={checked}
            onChange={(_, next) => {
              onChange(next);
            }}
          />
        }
        label={
          <span style={{ fontSize: 13 }}>
            {t('isolation.prompt.volumes')}{' '}
            <span style={{ color: color.text3, marginLeft: 4 }}>{t('isolation.prompt.volumesKept')}</span>
          </span>
        }
      />
    </Box>
  );
}
