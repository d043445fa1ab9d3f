import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { DialogOption } from '../../components/dialog-option.tsx';
import { Mono } from '../../components/mono.tsx';
import { color, scrollsFrom } from '../../theme/tokens.ts';
import { isRunning, type Container } from '../../../shared/containers/protection.ts';
import { firstNames } from '../../i18n/lists.ts';

const maxNames = 6;

/**
 * Confirmation before containers are removed: lists them, has separate options for running ones and volumes,
 * and a button with their number.
 */
export function RemoveDialog({
  containers,
  onCancel,
  onRemove,
}: {
  readonly containers: readonly Container[];
  readonly onCancel: () => void;
  readonly onRemove: (
    containers: readonly Container[],
    options: { readonly includeRunning: boolean; readonly removeVolumes: boolean },
  ) => void;
}) {
  const { t } = useTranslation();
  const [includeRunning, setIncludeRunning] = useState(false);
  const [removeVolumes, setRemoveVolumes] = useState(false);
  const running = containers.filter(isRunning);
  const removed = includeRunning ? containers : containers.filter((c) => !isRunning(c));
  // What the question is about; all of them if the choices leave none.
  const count = removed.length === 0 ? containers.length : removed.length;
  const volumes = [...new Set(removed.flatMap((c) => c.volumes.map((v) => v.name)))];
  const withVolumes = removeVolumes && volumes.length > 0;
  const some = (list: readonly string[]) => firstNames(t, list, maxNames);
  const confirm =
    removed.length === 0
      ? t('containers.remove.confirmNone')
      : withVolumes
        ? t('containers.remove.confirmVolumes', { count: removed.length })
        : t('containers.remove.confirm', { count: removed.length });
  return (
    <ConfirmDialog
      open
      destructive
      width={560}
      title={t('containers.remove.title', { count })}
      confirm={confirm}
      cancel={t('containers.remove.keep', { count: containers.length })}
      disabled={removed.length === 0}
      note={removed.length === 0 ? t('containers.remove.noteNone', { count: containers.length }) : undefined}
      onCancel={onCancel}
      onConfirm={() => {
        onRemove(removed, { includeRunning, removeVolumes: withVolumes });
      }}
    >
      <DialogText>{t('containers.remove.body', { count })}</DialogText>
      <ContainerLines containers={containers} includeRunning={includeRunning} />
      <Box sx={{ padding: '12px 24px 0', display: 'grid', gap: '4px' }}>
        {running.length > 0 && (
          <DialogOption
            checked={includeRunning}
            onChange={setIncludeRunning}
            label={t('containers.remove.running', {
              count: running.length,
              names: some(running.map((c) => c.name)),
            })}
            note={t('containers.remove.runningStay', { count: containers.length })}
          />
        )}
        {volumes.length > 0 && (
          <DialogOption
            checked={removeVolumes}
            onChange={setRemoveVolumes}
            label={t('containers.remove.volumes', {
              count: volumes.length,
              names: some(volumes.map((name) => (name.length > 24 ? `${name.slice(0, 12)}…` : name))),
            })}
            note={t('containers.remove.volumesStay')}
          />
        )}
      </Box>
    </ConfirmDialog>
  );
}

function ContainerLines({
  containers,
  includeRunning,
}: {
  readonly containers: readonly Container[];
  readonly includeRunning: boolean;
}) {
  const { t } = useTranslation();
  return (
    <Box
      component="ul"
      tabIndex={0}
      aria-label={t('containers.title')}
      sx={{
        listStyle: 'none',
        margin: '12px 24px 0',
        padding: 0,
        ...scrollsFrom(168),
        border: `1px solid ${color.border}`,
        borderRadius: '6px',
      }}
    >
      {containers.map((c) => (
        <ContainerLine key={c.id} container={c} skipped={isRunning(c) && !includeRunning} />
      ))}
    </Box>
  );
}

/** A container that is removed, or skipped because it runs. */
function ContainerLine({ container, skipped }: { readonly container: Container; readonly skipped: boolean }) {
  const { t } = useTranslation();
  return (
    <Box
      component="li"
      sx={{
        display: 'flex',
        gap: 1,
        alignItems: 'center',
        minHeight: 28,
        boxSizing: 'border-box',
        padding: '0 12px',
        color: skipped ? color.text3 : color.text,
        '&:not(:first-of-type)': { borderTop: `1px solid ${color.border}` },
      }}
    >
      <Box component="span" sx={{ fontWeight: 600, whiteSpace: 'nowrap' }}>
        {container.name}
      </Box>
      <Box
        component="span"
        sx={{
          flex: 1,
          minWidth: 0,
          overflow: 'hidden',
          textOverflow: 'ellipsis',
          whiteSpace: 'nowrap',
        }}
      >
        <Mono size={11.5} dim nowrap>
          {container.image}
        </Mono>
      </Box>
      <Box component="span" sx={{ fontSize: 12, color: color.text3 }}>
        {t(`containerState.${container.state}`)}
      </Box>
    </Box>
  );
}
