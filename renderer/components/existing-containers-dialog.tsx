import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useDraft } from '../state/context.tsx';
import { useMissing } from '../state/missing.ts';
import { ConfirmDialog, DialogText } from './confirm-dialog.tsx';
import { DialogOption } from './dialog-option.tsx';
import {
  canRecreate,
  columns,
  ExistingContainerRow,
  rowHeight,
  type Choice,
} from './existing-container-row.tsx';
import { existingDefault, existingPointer, KeptContainersNote } from './kept-containers-note.tsx';
import { VirtualRows } from './virtual-rows.tsx';
import { color } from '../theme/tokens.ts';
import { isRunning, type Container } from '../../shared/containers/protection.ts';
import type { ContainerChoices } from '../../shared/apply/plan.ts';

/**
 * Before ECI is turned on: what happens to containers that exist. Nothing is done here; the choices go into
 * the plan.
 */
export function ExistingContainersDialog({
  open,
  containers,
  initial,
  onCancel,
  onContinue,
}: {
  readonly open: boolean;
  readonly containers: readonly Container[];
  readonly initial: ContainerChoices;
  readonly onCancel: () => void;
  readonly onContinue: (choices: ContainerChoices) => void;
}) {
  if (!open) return null;
  return <Content containers={containers} initial={initial} onCancel={onCancel} onContinue={onContinue} />;
}

function Content({
  containers,
  initial,
  onCancel,
  onContinue,
}: Omit<Parameters<typeof ExistingContainersDialog>[0], 'open'>) {
  const { t } = useTranslation();
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(
    () =>
      new Map([
        ...initial.remove.map((id) => [id, 'remove'] as const),
        ...(initial.recreate ?? []).map((id) => [id, 'recreate'] as const),
      ]),
  );
  const [removeVolumes, setRemoveVolumes] = useState(initial.removeVolumes);
  const [commit, setCommit] = useState(initial.commit === true);
  const draft = useDraft();
  const usable = draft.draft.settings.ok && draft.draft.settings.value.existingContainers === 'warn';
  const [allowed, setAllowed] = useState(usable);
  const stopped = containers.filter((c) => !isRunning(c));
  const chosen = containers.filter((c) => choices.get(c.id) === 'remove');
  const anew = containers.filter((c) => choices.get(c.id) === 'recreate');
  const kept = containers.filter((c) => (choices.get(c.id) ?? 'keep') === 'keep');
  const missing = useMissing('recreate') !== undefined;
  const recreatable = missing ? [] : containers.filter(canRecreate);
  const all: Choice | 'each' =
    chosen.length + anew.length === 0
      ? 'keep'
      : chosen.length === 0 && anew.length === recreatable.length
        ? 'recreate'
        : anew.length === 0 &&
            stopped.length > 0 &&
            chosen.length === stopped.length &&
            chosen.every((c) => !isRunning(c))
          ? 'remove'
          : 'each';
  const choose = useCallback((id: string, choice: Choice) => {
    setChoices((before) => new Map(before).set(id, choice));
  }, []);
  const heightOf = useCallback(() => rowHeight, []);

  return (
    <ConfirmDialog
      open
      width={720}
      title={t('isolation.prompt.title', { count: containers.length })}
      confirm={t('isolation.prompt.continue')}
      note={[
        ...(anew.length > 0 ? [t('isolation.prompt.recreated', { count: anew.length })] : []),
        t('isolation.prompt.kept', { count: kept.length }),
        ...(chosen.length > 0 ? [t('isolation.prompt.removed', { count: chosen.length })] : []),
      ].join(' · ')}
      onCancel={onCancel}
      onConfirm={() => {
        if (allowed !== usable && kept.length > 0)
          draft.editOr(existingPointer, allowed ? 'warn' : 'block', existingDefault);
        onContinue({
          remove: chosen.map((c) => c.id),
          includeRunning: chosen.some(isRunning),
          removeVolumes: removeVolumes && chosen.length > 0,
          ...(anew.length === 0 ? {} : { recreate: anew.map((c) => c.id), ...(commit ? { commit } : {}) }),
        });
      }}
    >
      <DialogText>{t('isolation.prompt.body')}</DialogText>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: '12px',
          padding: '16px 24px 12px',
          flexWrap: 'wrap',
        }}
      >
        <Typography variant="caption" component="span" id="set-all" sx={{ color: color.text3 }}>
          {t('isolation.prompt.setAll')}
        </Typography>
        <ToggleButtonGroup
          exclusive
          aria-labelledby="set-all"
          value={all}
          sx={{ height: 28, '& .MuiToggleButton-root': { height: 24 } }}
          onChange={(_, value: unknown) => {
            if (value === 'keep') setChoices(new Map());
            if (value === 'recreate') setChoices(new Map(recreatable.map((c) => [c.id, 'recreate'])));
            // "All" never means the running ones: each of them is chosen by itself.
            if (value === 'remove') setChoices(new Map(stopped.map((c) => [c.id, 'remove'])));
          }}
        >
          {!missing && (
            <ToggleButton value="recreate" disabled={recreatable.length === 0}>
              {t('isolation.prompt.recreate')}
            </ToggleButton>
          )}
          <ToggleButton value="remove" disabled={stopped.length === 0}>
            {t('isolation.prompt.remove')}
          </ToggleButton>
          <ToggleButton value="keep">{t('isolation.prompt.keep')}</ToggleButton>
          <ToggleButton value="each">{t('isolation.prompt.each')}</ToggleButton>
        </ToggleButtonGroup>
        {stopped.length < containers.length && all !== 'recreate' && (
          <Typography variant="caption" component="span" sx={{ color: color.text3 }}>
            {t('isolation.prompt.runningStay')}
          </Typography>
        )}
      </Box>
      <KeptContainersNote kept={kept} allowed={allowed} onAllowed={setAllowed} />
      <Box
        role="table"
        aria-label={t('isolation.prompt.container')}
        aria-rowcount={containers.length + 1}
        sx={{ '& > *': { scrollbarGutter: 'stable' } }}
      >
        <Box
          role="row"
          aria-rowindex={1}
          sx={{
            ...columns,
            overflow: 'hidden',
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
          maxHeight={336}
          rowKey={(index) => containers[index]?.id ?? String(index)}
          render={(index) => {
            const container = containers[index];
            return container === undefined ? null : (
              <ExistingContainerRow
                container={container}
                index={index}
                choice={choices.get(container.id) ?? 'keep'}
                onChoose={choose}
              />
            );
          }}
        />
      </Box>
      {anew.length > 0 && (
        <Box sx={{ padding: '12px 24px 8px', borderTop: `1px solid ${color.border}` }}>
          <Typography variant="caption" component="div" sx={{ color: color.text2, paddingBottom: '4px' }}>
            {t('isolation.prompt.recreateWhen')}
          </Typography>
          <DialogOption
            checked={commit}
            onChange={setCommit}
            label={t('recreate.option.commit')}
            note={t('recreate.option.commitWhy')}
          />
        </Box>
      )}
      <Box sx={{ padding: '12px 24px 0', borderTop: `1px solid ${color.border}` }}>
        <FormControlLabel
          disabled={chosen.length === 0}
          sx={{ marginLeft: '-4px', gap: '4px' }}
          control={
            <Checkbox
              checked={removeVolumes && chosen.length > 0}
              onChange={(_, checked) => {
                setRemoveVolumes(checked);
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
    </ConfirmDialog>
  );
}
