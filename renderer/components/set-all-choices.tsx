import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useUnavailableReason } from '../state/unavailable-reason.ts';
import { color, narrow } from '../theme/tokens.ts';
import { isRunning, type Container } from '../../shared/containers/protection.ts';
import { smallToggle } from './small-toggle.ts';
import type { Choice } from './existing-container-row.tsx';
import { canRecreate, type Refusals } from './use-recreation-refusals.ts';

/** The choices for containers, by their ids. */
export type Choices = ReadonlyMap<string, Choice>;

/** Makes the same choice for all containers. */
export function SetAll({
  containers,
  refusals,
  toRemove,
  toRecreate,
  onSet,
}: {
  readonly containers: readonly Container[];
  readonly refusals: Refusals;
  readonly toRemove: readonly Container[];
  readonly toRecreate: readonly Container[];
  readonly onSet: (choices: Choices) => void;
}) {
  const { t } = useTranslation();
  const stopped = containers.filter((c) => !isRunning(c));
  const missing = useUnavailableReason('recreate') !== undefined;
  const recreatable = missing ? [] : containers.filter((c) => canRecreate(c, refusals));
  const all = choiceOfAll({ stopped, toRemove, toRecreate, recreatable });
  const noteId = useId();
  const note = noteOf(t, { containers, stopped, all });
  return (
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
        sx={{ ...smallToggle, [narrow]: { maxWidth: '100%', flexWrap: 'wrap' } }}
        onChange={(_, value: unknown) => {
          if (value === 'keep') onSet(new Map());
          if (value === 'recreate') onSet(new Map(recreatable.map((c) => [c.id, 'recreate'])));
          // "All" excludes running containers, which must be selected one by one.
          if (value === 'remove') onSet(new Map(stopped.map((c) => [c.id, 'remove'])));
        }}
      >
        {!missing && (
          <ToggleButton value="recreate" disabled={recreatable.length === 0}>
            {t('isolation.prompt.recreate')}
          </ToggleButton>
        )}
        <ToggleButton
          value="remove"
          disabled={stopped.length === 0}
          aria-describedby={note === null ? undefined : noteId}
        >
          {t('isolation.prompt.remove')}
        </ToggleButton>
        <ToggleButton value="keep">{t('isolation.prompt.keep')}</ToggleButton>
        <ToggleButton value="each">{t('isolation.prompt.each')}</ToggleButton>
      </ToggleButtonGroup>
      {note !== null && (
        <Typography id={noteId} variant="caption" component="span" sx={{ color: color.text3 }}>
          {note}
        </Typography>
      )}
    </Box>
  );
}

/** Why "Remove" does not include all containers, or none; null if it does, or if "Recreate" is selected. */
function noteOf(
  t: TFunction,
  facts: {
    readonly containers: readonly Container[];
    readonly stopped: readonly Container[];
    readonly all: Choice | 'each';
  },
): string | null {
  if (facts.stopped.length === 0) return t('isolation.prompt.allRun', { count: facts.containers.length });
  return facts.stopped.length < facts.containers.length && facts.all !== 'recreate'
    ? t('isolation.prompt.runningStay')
    : null;
}

/** The common choice of all containers, or 'each' if they differ. */
function choiceOfAll({
  stopped,
  toRemove,
  toRecreate,
  recreatable,
}: Readonly<Record<'stopped' | 'toRemove' | 'toRecreate' | 'recreatable', readonly Container[]>>):
  Choice | 'each' {
  if (toRemove.length + toRecreate.length === 0) return 'keep';
  if (toRemove.length === 0 && toRecreate.length === recreatable.length) return 'recreate';
  return toRecreate.length === 0 &&
    stopped.length > 0 &&
    toRemove.length === stopped.length &&
    toRemove.every((c) => !isRunning(c))
    ? 'remove'
    : 'each';
}
