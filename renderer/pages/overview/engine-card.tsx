import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { useMissing } from '../../state/missing.ts';
import type { Protection } from '../../components/protection.ts';
import { Card, Facts } from '../../components/card.tsx';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { MoreIcon } from '../../theme/icons.ts';
import { PathText } from '../../components/mono.tsx';
import { useFormats } from '../../i18n/format.ts';
import { backendCapabilities, backendIds, runtimeNameOf } from '../../../shared/isolation/backends.ts';
import { sentences } from '../../i18n/lists.ts';
import type { TFunction } from 'i18next';
import { isAlarm, type PolicyInForce } from '../../../shared/enforcement/enforcement.ts';

/** "Debian GNU/Linux 13 (trixie)" → "Debian 13": the card has room for the short form. */
const shortOs = (os: string): string => os.replace(/ GNU\/Linux/, '').replace(/ \([^)]*\)$/, '');

/** What a gateway goes on enforcing while the settings file is lost. */
function retainedPolicy(t: TFunction, { source, version }: PolicyInForce): string {
  if (source === 'none') return t('overview.engine.noPolicy');
  if (source === 'locked-down') return t('overview.engine.lockedDown');
  return version === null ? t('unknown') : t('overview.engine.policyVersion', { version });
}

/** The question before the engine is interrupted. */
export type EngineConfirmation = 'restart' | 'stop' | null;

/** What the engine is, and the two things one may do to it. Both interrupt work, so both ask. */
export function EngineCard({
  protection,
  confirmation: question,
  onConfirmationChange: setConfirmation,
}: {
  readonly protection: Protection;
  readonly confirmation: EngineConfirmation;
  readonly onConfirmationChange: (confirmation: EngineConfirmation) => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { engine, settings, run, busy, scan, target } = useApp();
  const fixed = useMissing('engine-control') !== undefined;
  const [menu, setMenu] = useState<HTMLElement | null>(null);
  const restart = useRequest('engine:restart');
  const stop = useRequest('engine:stop');
  const error = restart.error ?? stop.error;
  const ready = engine.phase === 'ready';
  const idle = busy.engine === null && (run === null || run.activity === 'ended');
  const running =
    scan?.containers.filter((c) => c.state === 'running' || c.state === 'restarting' || c.state === 'paused')
      .length ??
    engine.counts?.running ??
    0;
  const backend = ready ? backendIds.find((id) => engine.defaultRuntime === runtimeNameOf(id)) : undefined;

  const facts = [
    {
      label: t('overview.engine.engine'),
      value:
        engine.version === null ? t('unknown') : t('overview.engine.version', { version: engine.version }),
    },
    // A product that brings its runtime along has a card of its own, which says the rest.
    ...(ready && target.capabilities.isolatedBy !== 'product'
      ? [
          {
            label: t('overview.engine.backend'),
            value:
              backend === undefined
                ? t('overview.engine.backendOff')
                : t(`isolation.backend.${backend}.name`),
          },
          {
            label: t('overview.engine.range'),
            value:
              backend === undefined
                ? t('overview.engine.sharedRange')
                : backendCapabilities[backend].ownRange
                  ? t('overview.engine.ownRange')
                  : t('overview.engine.oneRange'),
          },
        ]
      : []),
    ...(engine.kernel === null
      ? []
      : [
          {
            label: t('overview.engine.kernel'),
            value: [`Linux ${engine.kernel}`, engine.os === null ? null : shortOs(engine.os)]
              .filter((part) => part !== null)
              .join(' · '),
          },
        ]),
    {
      label: t('overview.engine.policy'),
      value: isAlarm(protection.enforcement.difference)
        ? retainedPolicy(t, protection.enforcement.now)
        : settings.exists
          ? settings.appliedBy === null
            ? t('overview.engine.policyVersion', { version: settings.appliedVersion })
            : t('overview.engine.policyBy', {
                version: settings.appliedVersion,
                user: settings.appliedBy.user,
                ago: formats.ago(settings.appliedBy.at),
              })
          : t('overview.engine.noPolicy'),
    },
    {
      label: t('overview.engine.lock'),
      value:
        protection.enforcement.now.source === 'unknown' || (protection.unreadable && !ready)
          ? t('unknown')
          : protection.locked
            ? t('overview.engine.locked')
            : t('overview.engine.unlocked'),
    },
    { label: t('overview.engine.socket'), value: <PathText path={engine.socket} /> },
    ...(ready && engine.startedAt !== null
      ? [{ label: t('overview.engine.started'), value: formats.ago(engine.startedAt) }]
      : []),
  ];
  return (
    <Card
      title={t('overview.engine.title')}
      busy={busy.engine !== null}
      actions={
        ready &&
        !fixed && (
          <IconButton
            aria-label={t('overview.engine.actions')}
            aria-haspopup="menu"
            disabled={!idle}
            onClick={(event) => {
              setMenu(event.currentTarget);
            }}
          >
            <MoreIcon />
          </IconButton>
        )
      }
    >
      <Box sx={{ padding: 2, display: 'grid', gap: 2 }}>
        {error !== null && <ErrorPanel error={error} />}
        <Facts items={facts} />
      </Box>
      <Menu
        open={menu !== null}
        anchorEl={menu}
        onClose={() => {
          setMenu(null);
        }}
      >
        <MenuItem
          onClick={() => {
            setMenu(null);
            setConfirmation('restart');
          }}
        >
          {t('overview.engine.restart')}
        </MenuItem>
        <MenuItem
          onClick={() => {
            setMenu(null);
            setConfirmation('stop');
          }}
        >
          {t('overview.engine.stop')}
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={question !== null}
        title={question === 'stop' ? t('overview.engine.askStop') : t('overview.engine.askRestart')}
        confirm={question === 'stop' ? t('overview.engine.doStop') : t('overview.engine.doRestart')}
        cancel={t('overview.engine.keep')}
        onCancel={() => {
          setConfirmation(null);
        }}
        onConfirm={() => {
          void (question === 'stop' ? stop.run(undefined) : restart.run(undefined));
          setConfirmation(null);
        }}
      >
        <DialogText>
          {sentences(t, [
            running === 0
              ? t('overview.engine.stopsNothing')
              : t('overview.engine.stopsRunning', { count: running }),
            question === 'stop'
              ? t('overview.engine.stopMeans')
              : running === 0
                ? ''
                : t('overview.engine.restartPolicy'),
          ])}
        </DialogText>
      </ConfirmDialog>
    </Card>
  );
}
