import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import { useUnavailableReason } from '../state/unavailable-reason.ts';
import { obstacleNames, statusText, useStatusAge } from './container-status.ts';
import { DeleteIcon, ProtectedIcon, UnprotectedIcon } from '../theme/icons.ts';
import { Mono, withCode } from './mono.tsx';
import { joinSentences } from '../i18n/lists.ts';
import { noteText, refusalReason } from './recreate-notes.ts';
import { canRecreate, type Refusals } from './use-recreation-refusals.ts';
import { color, small, visuallyHidden } from '../theme/tokens.ts';
import { isRunning, type Container } from '../../shared/containers/protection.ts';
import type { RecreateNote } from '../../shared/containers/recreate.ts';

/** Choice for a container that exists before ECI is turned on. */
export type Choice = 'keep' | 'remove' | 'recreate';
const choiceOf = (value: unknown): Choice => (value === 'remove' || value === 'recreate' ? value : 'keep');
/** Height of a row, px. */
export const rowHeight = 48;

/** The columns of the table. */
export const columns = {
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) 132px 184px',
  columnGap: '12px',
  alignItems: 'center',
  padding: '0 24px',
  // The name gets the state column's space.
  [small]: {
    gridTemplateColumns: 'minmax(0, 1fr) 168px',
    '& > :nth-of-type(2):not(:last-of-type)': visuallyHidden,
  },
} as const;

const oneLine = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;

/** A container, with the choice for it. */
export function ExistingContainerRow({
  container,
  refusals,
  index,
  choice,
  onChoose,
}: {
  readonly container: Container;
  readonly refusals: Refusals;
  readonly index: number;
  readonly choice: Choice;
  readonly onChoose: (id: string, choice: Choice) => void;
}) {
  const { t } = useTranslation();
  const status = statusText(t, container, useStatusAge(container));
  return (
    <Box
      role="row"
      aria-rowindex={index + 2}
      sx={{
        ...columns,
        // Otherwise a visually hidden cell is below the list, and the dialog scrolls there.
        position: 'relative',
        height: rowHeight,
        boxSizing: 'border-box',
        borderTop: index === 0 ? 0 : `1px solid ${color.border}`,
      }}
    >
      <NameCell container={container} refusals={refusals.get(container.id)} />
      <Box role="cell" sx={{ color: color.text2, ...oneLine }} title={status}>
        {status}
      </Box>
      <Box role="cell">
        <ChoiceSelect
          container={container}
          recreatable={canRecreate(container, refusals)}
          choice={choice}
          onChoose={(next) => {
            onChoose(container.id, next);
          }}
        />
      </Box>
    </Box>
  );
}

/** A container's name, and why it can't be recreated; otherwise its image. */
function NameCell({
  container,
  refusals,
}: {
  readonly container: Container;
  /** Undefined while they are not known. */
  readonly refusals: readonly RecreateNote[] | undefined;
}) {
  const { t } = useTranslation();
  const obstacle = obstacleText(t, container, refusals);
  return (
    <Box role="cell" sx={{ minWidth: 0 }}>
      <Box sx={{ fontWeight: 600, color: color.text, lineHeight: '18px', ...oneLine }}>{container.name}</Box>
      <Box
        title={
          refusals === undefined || refusals.length === 0
            ? undefined
            : joinSentences(
                t,
                refusals.map((refusal) => noteText(t, refusal)),
              )
        }
        sx={{
          fontSize: 12,
          lineHeight: '16px',
          ...oneLine,
          color: obstacle !== null ? color.warn : color.text3,
        }}
      >
        {(obstacle === null ? null : withCode(obstacle)) ?? (
          <Mono size={11.5} nowrap>
            {container.image}
          </Mono>
        )}
      </Box>
    </Box>
  );
}

/** Whether a plan's note is about this option of a container ("pid=host"). */
const isAbout = ({ code, params }: RecreateNote, option: string): boolean =>
  code === 'host-namespace' && params['option'] === `--${option}`;

/** Why a container can't be recreated, in short; null if it can. */
function obstacleText(
  t: TFunction,
  { obstacles }: Container,
  refusals: readonly RecreateNote[] | undefined,
): string | null {
  const obstacle = (these: readonly string[]): readonly string[] =>
    these.length === 0 ? [] : [t('isolation.prompt.obstacle', { what: obstacleNames(t, these) })];
  const texts =
    refusals === undefined
      ? obstacle(obstacles)
      : [
          ...obstacle(obstacles.filter((one) => refusals.some((refusal) => isAbout(refusal, one)))),
          ...refusals
            .filter((refusal) => !obstacles.some((one) => isAbout(refusal, one)))
            .map((refusal) => refusalReason(t, refusal)),
        ];
  return texts.length === 0 ? null : texts.join(' · ');
}

function ChoiceSelect({
  container,
  recreatable,
  choice,
  onChoose,
}: {
  readonly container: Container;
  readonly recreatable: boolean;
  readonly choice: Choice;
  readonly onChoose: (choice: Choice) => void;
}) {
  const { t } = useTranslation();
  const missing = useUnavailableReason('recreate') !== undefined;
  const remove = isRunning(container) ? t('isolation.prompt.stopAndRemove') : t('isolation.prompt.remove');
  return (
    <Select
      fullWidth
      value={choice}
      onChange={(event) => {
        onChoose(choiceOf(event.target.value));
      }}
      inputProps={{ 'aria-label': t('isolation.prompt.choiceFor', { name: container.name }) }}
      sx={{
        height: 28,
        minHeight: 28,
        '& .MuiSelect-select': {
          display: 'flex',
          alignItems: 'center',
          gap: '8px',
          paddingBlock: '3px',
          color: choice === 'remove' ? color.danger : color.text,
          '& svg': { fontSize: 16, color: choice === 'recreate' ? color.ok : color.danger },
        },
      }}
    >
      {!missing && recreatable && (
        <MenuItem value="recreate">
          <ProtectedIcon sx={{ fontSize: 16, color: color.ok }} aria-hidden />
          {t('isolation.prompt.recreate')}
        </MenuItem>
      )}
      <MenuItem value="keep">
        <UnprotectedIcon sx={{ fontSize: 16, color: color.danger }} aria-hidden />
        {t('isolation.prompt.keep')}
      </MenuItem>
      <MenuItem value="remove" sx={{ color: color.danger }}>
        <DeleteIcon sx={{ fontSize: 16 }} aria-hidden />
        {remove}
      </MenuItem>
    </Select>
  );
}
