import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import { useApp, useDraft } from '../state/context.tsx';
import { useUnavailableReason } from '../state/unavailable-reason.ts';
import { color } from '../theme/tokens.ts';
import { isRunning, type Container } from '../../shared/containers/protection.ts';
import { keepsContainers } from '../../shared/targets/live-restore.ts';
import { firstNames, names, joinSentences } from '../i18n/lists.ts';
import { DialogOption } from './dialog-option.tsx';
import { withCode } from './mono.tsx';

/** JSON pointer and default of `bulkhead.existingContainers`. */
export const existingPointer = '/bulkhead/existingContainers';
export const existingDefault = 'block';

const nameList = (t: TFunction, containers: readonly Container[]): string =>
  firstNames(
    t,
    containers.map(({ name }) => name),
  );

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
  allowed,
  onAllowed,
}: {
  readonly kept: readonly Container[];
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
  const running = kept.filter(isRunning);
  const host = kept.filter(({ obstacles }) => obstacles.some((one) => one !== 'docker-socket'));
  const socket = kept.filter(
    (container) => container.obstacles.includes('docker-socket') && !host.includes(container),
  );
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
          !governed || audit || allowed ? t('isolation.kept.usable') : t('isolation.kept.blocked'),
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
      {governed && !audit && <Box sx={{ paddingTop: '4px' }}>{t('isolation.kept.audit')}</Box>}
      {socket.length > 0 && (
        <Box sx={{ paddingTop: '4px' }}>{t('isolation.kept.socket', { names: nameList(t, socket) })}</Box>
      )}
      {host.length > 0 && (
        <Box sx={{ paddingTop: '4px' }}>
          {withCode(
            t('isolation.kept.host', {
              count: host.length,
              names: nameList(t, host),
              what: names(t, hostOptions(host)),
            }),
          )}
        </Box>
      )}
    </Box>
  );
}
