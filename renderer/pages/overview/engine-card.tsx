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
import { useFormats } from '../../i18n/format.ts';
import { sentences } from '../../i18n/lists.ts';
import { engineFacts } from './engine-facts.tsx';

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
  const app = useApp();
  const { engine, run, busy } = app;
  const fixed = useMissing('engine-control') !== undefined;
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

/** The two things one may do to the engine. */
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

/** Asks before the engine is interrupted, and says what that stops. */
function InterruptDialog({
  question,
  onCancel,
  onConfirm,
}: {
  readonly question: EngineConfirmation;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}) {
  const { t } = useTranslation();
  const { scan, engine } = useApp();
  const running =
    scan?.containers.filter((c) => c.state === 'running' || c.state === 'restarting' || c.state === 'paused')
      .length ??
    engine.counts?.running ??
    0;
  return (
    <ConfirmDialog
      open={question !== null}
      title={question === 'stop' ? t('overview.engine.askStop') : t('overview.engine.askRestart')}
      confirm={question === 'stop' ? t('overview.engine.doStop') : t('overview.engine.doRestart')}
      cancel={t('overview.engine.keep')}
      onCancel={onCancel}
      onConfirm={onConfirm}
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
  );
}
