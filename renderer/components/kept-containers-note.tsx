import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import { useApp, useDraft } from '../state/context.tsx';
import { useUnavailableReason } from '../state/unavailable-reason.ts';
import { color } from '../theme/tokens.ts';
import { isRunning, restartsByItself, type Container } from '../../shared/containers/protection.ts';
import type { RecreateNote } from '../../shared/containers/recreate.ts';
import { keepsContainers } from '../../shared/targets/live-restore.ts';
import { firstNames, names, joinSentences } from '../i18n/lists.ts';
import { DialogOption } from './dialog-option.tsx';
import { withCode } from './mono.tsx';
import { noteText } from './recreate-notes.ts';
import type { Refusals } from './use-recreation-refusals.ts';

/** JSON pointer and default of `bulkhead.existingContainers`. */
export const existingPointer = '/bulkhead/existingContainers';
export const existingDefault = 'block';

const nameList = (t: TFunction, containers: readonly Container[]): string =>
  firstNames(
    t,
    containers.map(({ name }) => name),
  );

/** So many refusals are shown in full; every row has its own in short. */
const maxRefusals = 3;

/** Whether these notes, and no others, rule a recreation out. */
const isOnly = (code: RecreateNote['code'], notes: readonly RecreateNote[] = []): boolean =>
  notes.length > 0 && notes.every((note) => note.code === code);

/** Options of these containers that ECI refuses, each once, as code. */
const hostOptions = (containers: readonly Container[]): readonly string[] =>
  [...new Set(containers.flatMap(({ obstacles }) => obstacles))]
    .filter((one) => one !== 'docker-socket')
    .map((one) => `\`--${one}\``);

/**
 * What happens to the containers that are kept as they are, and the alternatives. `allowed`: the settings let
 * them be started and used.
 */
export function KeptContainersNote({
  kept,
  refusals,
  allowed,
  onAllowed,
}: {
  readonly kept: readonly Container[];
  readonly refusals: Refusals;
  readonly allowed: boolean;
  readonly onAllowed: (allowed: boolean) => void;
}) {
  const { t } = useTranslation();
  const { engine, target } = useApp();
  const draft = useDraft();
  const governed = useUnavailableReason('existing-containers') === undefined;
  const audit = draft.draft.settings.ok && draft.draft.settings.value.mode === 'audit';
  const stops =
    (engine.phase !== 'ready' || target.capabilities.reconfiguredBy !== 'reload') &&
    !keepsContainers(engine, target.capabilities, 'restart');
  const usable = !governed || audit || allowed;
  const running = kept.filter(isRunning);
  const returning = kept.filter(restartsByItself);
  if (kept.length === 0) return null;
  return (
    <Box
      sx={{
        padding: '0 24px 12px',
        fontSize: 12,
        color: color.text2,
      }}
    >
      <Box sx={{ paddingBottom: '4px' }}>
        {joinSentences(t, [
          running.length === 0
            ? ''
            : stops
              ? t('isolation.kept.stops', { count: running.length })
              : t('isolation.kept.runs', { count: running.length }),
          usable ? t('isolation.kept.usable') : t('isolation.kept.blocked'),
          usable || returning.length === 0
            ? ''
            : t('isolation.kept.returning', { count: returning.length, names: nameList(t, returning) }),
        ])}
      </Box>
      {governed && !audit && draft.readOnly === null && (
        <DialogOption
          checked={allowed}
          onChange={onAllowed}
          label={t('isolation.kept.allow')}
          note={t('isolation.kept.allowWhy')}
        />
      )}
      {governed && !audit && <Line>{t('isolation.kept.audit')}</Line>}
      <RecreationLines kept={kept} refusals={refusals} />
    </Box>
  );
}

/** One line of the note, below others. */
const Line = ({ children }: { readonly children: ReactNode }) => (
  <Box sx={{ paddingTop: '4px' }}>{children}</Box>
);

/** What has to change before kept containers can be recreated. */
function RecreationLines({
  kept,
  refusals,
}: {
  readonly kept: readonly Container[];
  readonly refusals: Refusals;
}) {
  const { t } = useTranslation();
  // Only where nothing else is in the way.
  const host = kept.filter(({ id }) => isOnly('host-namespace', refusals.get(id)));
  const autoRemoved = kept.filter(({ id }) => isOnly('no-rollback', refusals.get(id)));
  // Where it is known that the settings allow or refuse it, that is shown.
  const socket = kept.filter(
    (container) =>
      container.obstacles.every((one) => one === 'docker-socket') &&
      container.obstacles.length > 0 &&
      !refusals.has(container.id),
  );
  return (
    <>
      {socket.length > 0 && <Line>{t('isolation.kept.socket', { names: nameList(t, socket) })}</Line>}
      <RefusedLines
        kept={kept.filter((one) => !host.includes(one) && !autoRemoved.includes(one))}
        refusals={refusals}
      />
      {autoRemoved.length > 0 && (
        <Line>{withCode(t('isolation.kept.autoRemove', { names: nameList(t, autoRemoved) }))}</Line>
      )}
      {host.length > 0 && (
        <Line>
          {withCode(
            t('isolation.kept.host', {
              count: host.length,
              names: nameList(t, host),
              what: names(t, hostOptions(host)),
            }),
          )}
        </Line>
      )}
    </>
  );
}

/** Why kept containers can't be recreated, and which setting would allow it. */
function RefusedLines({
  kept,
  refusals,
}: {
  readonly kept: readonly Container[];
  readonly refusals: Refusals;
}) {
  const { t } = useTranslation();
  return kept
    .flatMap(({ id, name }) =>
      (refusals.get(id) ?? []).map((refusal) => ({
        id,
        text: t(refusal.code === 'refused' ? 'isolation.kept.refused' : 'isolation.kept.ruledOut', {
          name,
          why: noteText(t, refusal),
        }),
      })),
    )
    .slice(0, maxRefusals)
    .map(({ id, text }) => <Line key={`${id}${text}`}>{withCode(text)}</Line>);
}
