import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import type { Protection } from '../../components/protection.ts';
import { Card, Facts } from '../../components/card.tsx';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { existingDefault } from '../../components/kept-containers-note.tsx';
import { withCode } from '../../components/mono.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { MoreIcon } from '../../theme/icons.ts';
import { useFormats } from '../../i18n/format.ts';
import { firstNames, joinSentences } from '../../i18n/lists.ts';
import { isRunning, type Container } from '../../../shared/containers/protection.ts';
import { stoppedForGood, unprotectedUse } from '../../../shared/containers/unprotected-use.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { keepsContainers } from '../../../shared/targets/live-restore.ts';
import { viewDocument } from '../../state/draft-view.ts';
import { engineFacts } from './engine-facts.tsx';

/** Which confirmation is open. */
export type EngineConfirmation = 'restart' | 'stop' | null;

/** The engine's facts, restart and stop, both with confirmation. */
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
  const app = useApp();
  const { engine, run, busy } = app;
  const fixed = useUnavailableReason('engine-control') !== undefined;
  const restart = useRequest('engine:restart');
  const stop = useRequest('engine:stop');
  const error = restart.error ?? stop.error;
  const ready = engine.phase === 'ready';
  const idle = busy.engine === null && (run === null || run.activity === 'ended');
  return (
    <Card
      title={t('overview.engine.title')}
      busy={busy.engine !== null}
      actions={ready && !fixed && <EngineMenu disabled={!idle} onChoose={setConfirmation} />}
    >
      <Box sx={{ padding: 2, display: 'grid', gap: 2 }}>
        {error !== null && <ErrorPanel error={error} />}
        <Facts items={engineFacts(t, formats, app, protection)} />
      </Box>
      <InterruptDialog
        question={question}
        protection={protection}
        onCancel={() => {
          setConfirmation(null);
        }}
        onConfirm={() => {
          void (question === 'stop' ? stop.run(undefined) : restart.run(undefined));
          setConfirmation(null);
        }}
      />
    </Card>
  );
}

/** Buttons for restart and stop. */
function EngineMenu({
  disabled,
  onChoose,
}: {
  readonly disabled: boolean;
  readonly onChoose: (question: 'restart' | 'stop') => void;
}) {
  const { t } = useTranslation();
  const [menu, setMenu] = useState<HTMLElement | null>(null);
  return (
    <>
      <IconButton
        aria-label={t('overview.engine.actions')}
        aria-haspopup="menu"
        disabled={disabled}
        onClick={(event) => {
          setMenu(event.currentTarget);
        }}
      >
        <MoreIcon />
      </IconButton>
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
            onChoose('restart');
          }}
        >
          {t('overview.engine.restart')}
        </MenuItem>
        <MenuItem
          onClick={() => {
            setMenu(null);
            onChoose('stop');
          }}
        >
          {t('overview.engine.stop')}
        </MenuItem>
      </Menu>
    </>
  );
}

/** Running containers that the settings do not let start again once they have stopped with the engine. */
function notRestartable(app: AppState, { enforcement: { nextStart } }: Protection): readonly Container[] {
  if (!nextStart.eci || app.scan === null) return [];
  const applied = viewDocument(app.settings.applied, app.settings.exists).settings;
  const existingContainers = applied.ok ? applied.value.existingContainers : existingDefault;
  const mode = nextStart.audit ? 'audit' : 'enforce';
  return unprotectedUse(app.target.capabilities, { mode, existingContainers }) === 'block'
    ? stoppedForGood(app.scan.containers)
    : [];
}

/**
 * What an interruption means for running containers, and for clients. `kept`: they keep running; `removes`:
 * some of them are removed.
 */
function interruptText(
  t: TFunction,
  {
    app,
    question,
    kept,
    removes,
  }: { app: AppState; question: EngineConfirmation; kept: boolean; removes: boolean },
): string {
  const running = app.scan?.containers.filter(isRunning).length ?? app.engine.counts?.running ?? 0;
  const stops = running > 0 && !kept;
  return joinSentences(t, [
    running === 0
      ? t('overview.engine.stopsNothing')
      : t(kept ? 'overview.engine.keepsRunning' : 'overview.engine.stopsRunning', { count: running }),
    stops && app.engine.liveRestore === true ? t('overview.engine.liveRestoreNot') : '',
    stops && question === 'restart' ? t('overview.engine.restartPolicy') : '',
    question === 'stop' ? t(removes ? 'overview.engine.stopMeans' : 'overview.engine.stopKeepsAll') : '',
  ]);
}

/** Confirmation before the engine is interrupted, with what that stops. */
function InterruptDialog({
  question,
  protection,
  onCancel,
  onConfirm,
}: {
  readonly question: EngineConfirmation;
  readonly protection: Protection;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}) {
  const { t } = useTranslation();
  const app = useApp();
  const kept = question !== null && keepsContainers(app.engine, app.target.capabilities, question);
  const forGood = kept ? [] : notRestartable(app, protection);
  const removed = kept
    ? []
    : (app.scan?.containers ?? []).filter((one) => isRunning(one) && one.autoRemove === true);
  return (
    <ConfirmDialog
      open={question !== null}
      title={question === 'stop' ? t('overview.engine.askStop') : t('overview.engine.askRestart')}
      confirm={question === 'stop' ? t('overview.engine.doStop') : t('overview.engine.doRestart')}
      cancel={t('overview.engine.keep')}
      onCancel={onCancel}
      onConfirm={onConfirm}
    >
      <DialogText>{interruptText(t, { app, question, kept, removes: removed.length > 0 })}</DialogText>
      {removed.length > 0 && (
        <DialogText>
          {withCode(
            t('overview.engine.removed', {
              count: removed.length,
              names: firstNames(
                t,
                removed.map(({ name }) => name),
              ),
            }),
          )}
        </DialogText>
      )}
      {forGood.length > 0 && (
        <DialogText>
          {t('overview.engine.notAgain', {
            count: forGood.length,
            names: firstNames(
              t,
              forGood.map(({ name }) => name),
            ),
          })}
        </DialogText>
      )}
    </ConfirmDialog>
  );
}
