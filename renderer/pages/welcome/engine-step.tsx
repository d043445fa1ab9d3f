import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import Typography from '@mui/material/Typography';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { Card, CardBody, Facts, Row } from '../../components/card.tsx';
import { openEngineTitle } from '../../components/engine-title.ts';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { AllowedIcon, DeniedIcon, PowerIcon } from '../../theme/icons.ts';
import { protectionOf } from '../../components/protection.ts';
import { PathText } from '../../components/mono.tsx';
import { useNow } from '../../i18n/clock.ts';
import { translateText } from '../../i18n/translate.ts';
import { color } from '../../theme/tokens.ts';

/** The detected engine, what this machine lacks for ECI, and the button that starts it. */
export function EngineStep() {
  const { t } = useTranslation();
  const { engine, busy } = useApp();
  const start = useRequest('engine:start');
  const starting = busy.engine !== null || engine.phase === 'starting' || engine.phase === 'restarting';
  return (
    <>
      {start.error !== null && <ErrorPanel error={start.error} />}
      {start.error === null && engine.problem !== null && (
        <Notice tone="danger" live="assertive" title={t('frame.engine.failed')}>
          {translateText(engine.problem.message, engine.problem.sentence)}
        </Notice>
      )}
      <Card>
        <EngineRow
          starting={starting}
          onStart={() => {
            void start.run(undefined);
          }}
        />
        <Box sx={{ borderTop: `1px solid ${color.border}` }}>
          <CardBody>
            <EngineFacts />
          </CardBody>
        </Box>
      </Card>
      <RequirementsCard />
    </>
  );
}

/** Whether the engine runs, and the button that starts it. */
function EngineRow({ starting, onStart }: { readonly starting: boolean; readonly onStart: () => void }) {
  const { t } = useTranslation();
  const app = useApp();
  const { engine } = app;
  const ready = engine.phase === 'ready';
  const name = openEngineTitle(t, app);
  const { state } = protectionOf(app, useNow());
  const note = !ready
    ? t('welcome.engine.startNote')
    : state === 'off'
      ? t('welcome.engine.notProtected')
      : null;
  return (
    <Row>
      {starting ? (
        <CircularProgress aria-hidden />
      ) : ready ? (
        <AllowedIcon sx={{ fontSize: 20, color: color.ok }} aria-hidden />
      ) : (
        <PowerIcon sx={{ fontSize: 20, color: color.neutral }} aria-hidden />
      )}
      <Box role="status" sx={{ flex: 1, minWidth: 0 }}>
        <Typography sx={{ fontWeight: 600, color: color.text }}>
          {starting
            ? t('welcome.engine.starting')
            : ready
              ? t('welcome.engine.ready', { name })
              : t('welcome.engine.stopped', { name })}
        </Typography>
        {note !== null && (
          <Typography variant="caption" component="div" sx={{ color: color.text2 }}>
            {note}
          </Typography>
        )}
      </Box>
      {!ready && (
        <Button disabled={starting} onClick={onStart}>
          {t('button.startEngine')}
        </Button>
      )}
    </Row>
  );
}

function EngineFacts() {
  const { t } = useTranslation();
  const { engine } = useApp();
  return (
    <Facts
      items={[
        ...(engine.root === null
          ? []
          : [{ label: t('welcome.engine.where'), value: <PathText path={engine.root} /> }]),
        { label: t('overview.engine.socket'), value: <PathText path={engine.socket} /> },
        ...(engine.version === null
          ? []
          : [
              {
                label: t('welcome.engine.version'),
                value:
                  `${engine.version}` +
                  `${engine.storageDriver === null ? '' : ` · ${engine.storageDriver}`}`,
              },
            ]),
        ...(engine.kernel === null
          ? []
          : [
              {
                label: t('welcome.engine.system'),
                value: `${engine.os ?? ''} · Linux ${engine.kernel}`,
              },
            ]),
      ]}
    />
  );
}

/** What this machine lacks for ECI. */
function RequirementsCard() {
  const { t } = useTranslation();
  const { backends } = useApp();
  const best = backends.find((backend) => backend.available) ?? backends[0];
  const missing = best?.requirements.filter((requirement) => !requirement.met) ?? [];
  return (
    <Card title={t('welcome.engine.requirements')}>
      {best === undefined && (
        <CardBody>
          <Typography role="status" sx={{ color: color.text2 }}>
            {t('welcome.engine.examining')}
          </Typography>
        </CardBody>
      )}
      {best !== undefined && missing.length === 0 && (
        <Row>
          <AllowedIcon sx={{ fontSize: 20, color: color.ok }} aria-hidden />
          <Typography sx={{ color: color.text }}>
            {t('welcome.engine.met', {
              count: best.requirements.length,
              name: t(`isolation.backend.${best.id}.name`),
            })}
          </Typography>
        </Row>
      )}
      {missing.map((requirement) => (
        <Row key={requirement.code}>
          <DeniedIcon sx={{ fontSize: 20, color: color.danger }} aria-hidden />
          <Box sx={{ minWidth: 0 }}>
            <Typography sx={{ fontWeight: 600, color: color.text }}>
              {t('welcome.engine.missing', { what: t(`isolation.requirement.${requirement.code}`) })}
            </Typography>
            <Typography
              variant="caption"
              component="div"
              className="selectable"
              sx={{ color: color.text2, overflowWrap: 'anywhere' }}
            >
              {[
                translateText(requirement.found, requirement.sentences?.found),
                ...(requirement.fix === undefined
                  ? []
                  : [translateText(requirement.fix, requirement.sentences?.fix)]),
              ].join(' · ')}
            </Typography>
          </Box>
        </Row>
      ))}
    </Card>
  );
}
