import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useApp } from '../../state/context.tsx';
import { navigate } from '../../state/router.ts';
import { withCode } from '../../components/mono.tsx';
import { AllowedIcon, ErrorIcon, PowerIcon, UnprotectedIcon } from '../../theme/icons.ts';
import { color, fontMono } from '../../theme/tokens.ts';
import { firstNames, asSentence, joinSentences } from '../../i18n/lists.ts';
import { translateText } from '../../i18n/translate.ts';
import { killedContainers } from '../../../shared/containers/killed.ts';
import { openEngineSwitcher } from './lost-file-steps.ts';
import type { NextStep, NextStepContext } from './next-step.ts';

/** An apply to an engine that a product contains was interrupted. */
export function interruptedStep({ t, app, starting, onRestart }: NextStepContext): NextStep | null {
  if (app.target.product?.interrupted === true && (app.run === null || app.run.activity === 'ended')) {
    return {
      key: 'interrupted',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.interrupted'),
      why: t('overview.next.interruptedWhy'),
      action: t('overview.next.settle'),
      run: onRestart,
      busy: starting,
    };
  }
  return null;
}

/** What the engine needs: another engine, a start or a restart. */
export function engineStep(context: NextStepContext): NextStep | null {
  const { t, app, canApply, starting, onStart, onRestart } = context;
  const { engine } = app;
  if (!canApply) {
    return {
      key: 'machine',
      icon: UnprotectedIcon,
      tone: 'neutral',
      title: t('target.machine.next'),
      why: withCode(t('target.machine.nextWhy')),
      action: t('target.machine.switch'),
      run: openEngineSwitcher,
    };
  }
  if (engine.phase === 'failed') {
    return {
      key: 'failed',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.engineFailed'),
      why: <EngineProblem />,
      action: t('button.startEngine'),
      run: onStart,
      busy: starting,
    };
  }
  if (engine.phase === 'stopped') {
    return {
      key: 'stopped',
      icon: PowerIcon,
      tone: 'neutral',
      title: t('overview.next.engineStopped'),
      why: t(
        engine.missingRoot === undefined
          ? 'overview.next.engineStoppedWhy'
          : 'overview.next.engineStoppedEmpty',
      ),
      action: t('button.startEngine'),
      run: onStart,
      busy: starting,
    };
  }
  if (engine.phase === 'ready' && !engine.gatewayUp && app.target.capabilities.enforcedByGateway) {
    return {
      key: 'gateway',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.gateway'),
      why: t('overview.next.gatewayWhy'),
      action: t('overview.engine.restart'),
      run: onRestart,
      busy: starting,
    };
  }
  return null;
}

/** What is known about the engine because of which no verification counts. */
export function gapStep({ t, protection: { enforcement, state } }: NextStepContext): NextStep | null {
  const { isBypassed, otherRuntime: runtime } = enforcement;
  if (state === 'audit') return null;
  if (isBypassed === true)
    return {
      key: 'bypassed',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.bypassed'),
      why: <EngineProblem />,
    };
  if (runtime === undefined) return null;
  return {
    key: 'other-runtime',
    icon: ErrorIcon,
    tone: 'warn',
    title: t('overview.next.otherRuntime'),
    why: withCode(t('overview.next.otherRuntimeWhy', { runtime })),
  };
}

/** Containers that a crash of the engine killed, and that have not run since. */
export function crashStep({ t, formats, app: { engine, scan } }: NextStepContext): NextStep | null {
  const killed = killedContainers(engine.crash, scan);
  if (engine.crash == null || killed.length === 0) return null;
  return {
    key: 'crash',
    icon: ErrorIcon,
    tone: 'warn',
    title: t('overview.next.crashed', { count: killed.length }),
    why: joinSentences(t, [
      asSentence(
        t,
        firstNames(
          t,
          killed.map(({ name }) => name),
        ),
      ),
      t('overview.next.crashedWhy', { time: formats.dateTime(engine.crash.at) }),
    ]),
    action: t('overview.next.crashedShow'),
    run: () => {
      navigate('containers');
    },
  };
}

/**
 * An apply that was rolled back while no window was open, or that was interrupted and rolled back at this
 * start.
 */
export function failedRunStep({ t, app }: NextStepContext): NextStep | null {
  const ended = app.run?.outcome ?? null;
  if (ended === null || ended.kind === 'applied') return null;
  const title =
    ended.kind === 'rolled-back' ? t('overview.next.rolledBack') : t('overview.next.rollbackFailed');
  return { ...runReport(t), icon: ErrorIcon, tone: 'danger', title };
}

/** An apply that succeeded and whose report is still available: nothing has to be done. */
export function appliedRunStep({ t, app }: NextStepContext): NextStep | null {
  const ended = app.run?.outcome ?? null;
  if (ended?.kind !== 'applied') return null;
  const title = t('overview.next.applied', { version: ended.version });
  return { ...runReport(t), icon: AllowedIcon, tone: 'ok', title };
}

const runReport = (t: NextStepContext['t']): Pick<NextStep, 'key' | 'why' | 'action' | 'run'> => ({
  key: 'run',
  why: t('overview.next.runWhy'),
  action: t('overview.next.runSee'),
  run: () => {
    navigate('review');
  },
});

/** Why the engine is stopped, with the end of its log. */
function EngineProblem() {
  const { t } = useTranslation();
  const { engine } = useApp();
  if (engine.problem === null) return null;
  return (
    <>
      {translateText(engine.problem.message, engine.problem.sentence)}
      {engine.problem.logTail.length > 0 && (
        <Box
          component="pre"
          tabIndex={0}
          aria-label={t('overview.next.engineLog')}
          sx={{
            margin: '6px 0 0',
            padding: '6px 8px',
            border: `1px solid ${color.border}`,
            borderRadius: '6px',
            background: color.subtle,
            fontFamily: fontMono,
            fontSize: 12,
            lineHeight: '18px',
            whiteSpace: 'pre-wrap',
            overflowWrap: 'anywhere',
            maxHeight: 160,
            overflow: 'auto',
            color: color.text,
          }}
        >
          {engine.problem.logTail.join('\n')}
        </Box>
      )}
    </>
  );
}
