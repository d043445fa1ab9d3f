import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import { useApp, useAppPart, useDraft } from '../../state/context.tsx';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { Card, Row, RowText } from '../../components/card.tsx';
import { AllowedIcon } from '../../theme/icons.ts';
import { color, toneText } from '../../theme/tokens.ts';
import { useRestoreVersion } from '../../components/restore-version.ts';
import { useFormats } from '../../i18n/format.ts';
import {
  appliedRunStep,
  crashStep,
  engineStep,
  failedRunStep,
  gapStep,
  interruptedStep,
} from './engine-steps.tsx';
import { denialSteps, findingSteps, movingTagSteps } from './finding-steps.ts';
import type { NextStep, NextStepContext } from './next-step.ts';
import { useClientStep } from './client-step.ts';
import { deletedFileStep, missingRootStep } from './lost-file-steps.ts';
import { brokenFileStep } from './broken-file-step.tsx';
import {
  failedProbesStep,
  isolationOffStep,
  scanStep,
  unprotectedStep,
  verifyStep,
} from './protection-steps.ts';

type Props = Pick<
  NextStepContext,
  'protection' | 'appliedFindings' | 'onVerify' | 'onResults' | 'onStart' | 'onRestart' | 'starting'
>;

/** Suggested actions, most urgent first; each with the one button that does it or opens its page. */
export function NextSteps(props: Props) {
  const { t } = useTranslation();
  const steps = useSteps(props);
  const { dirty } = useDraft();
  return (
    <Card title={t('overview.next.title')}>
      {steps.length === 0 && <NoStep />}
      {steps.map((step, index) => (
        <Row key={step.key}>
          <step.icon
            sx={{ fontSize: 20, color: toneText[step.tone], alignSelf: 'flex-start', marginTop: '10px' }}
            aria-hidden
          />
          <RowText primary={step.title} secondary={step.why} />
          {/* One filled button per page: the footer's, if there is one. */}
          {step.action !== undefined && (
            <Button
              size="small"
              sx={{ minWidth: 148, flexShrink: 0 }}
              {...(index === 0 && !dirty ? { variant: 'contained' as const, color: 'primary' as const } : {})}
              disabled={step.busy === true}
              onClick={step.run}
              {...(step.busy === true
                ? { startIcon: <CircularProgress size={14} color="inherit" aria-hidden /> }
                : {})}
            >
              {step.action}
            </Button>
          )}
        </Row>
      ))}
    </Card>
  );
}

/** Nothing to suggest; an engine that is not ready leaves open what there would be. */
function NoStep() {
  const { t } = useTranslation();
  const ready = useAppPart(({ engine }) => engine.phase === 'ready');
  return (
    <Row>
      {ready && <AllowedIcon sx={{ fontSize: 20, color: color.ok }} aria-hidden />}
      <RowText strong={false} primary={t(ready ? 'overview.next.nothing' : 'overview.next.notReady')} />
    </Row>
  );
}

/** The suggestions, most urgent first. */
function useSteps(props: Props): readonly NextStep[] {
  const { t } = useTranslation();
  const formats = useFormats();
  const app = useApp();
  const { applied } = useDraft();
  // Nothing can be done about the machine's own engine from here: the notice on top explains why.
  const canApply = useUnavailableReason('apply') === undefined;
  const { restore, restoring } = useRestoreVersion();
  const onRestore = (version: number) => {
    void restore(version);
  };
  const context: NextStepContext = {
    ...props,
    t,
    formats,
    app,
    applied,
    canApply,
    onRestore,
    restoring,
  };
  const clientStep = useClientStep(context);
  const fromEngine = engineStep(context);
  const deleted = deletedFileStep(context);
  const steps: readonly (NextStep | null)[] = [
    interruptedStep(context),
    missingRootStep(context),
    // A start without the file may enforce something else; an engine that failed can't be applied to.
    ...(app.engine.phase === 'stopped' ? [deleted, fromEngine] : [fromEngine, deleted]),
    gapStep(context),
    crashStep(context),
    // An unreadable file takes precedence over the result of the last run.
    brokenFileStep(context),
    failedRunStep(context),
    isolationOffStep(context),
    failedProbesStep(context),
    unprotectedStep(context),
    scanStep(context),
    verifyStep(context),
    ...denialSteps(context),
    // The reason why the file is unusable has its own step.
    ...(applied.settings.ok ? findingSteps(context) : []),
    ...movingTagSteps(context),
    clientStep,
    appliedRunStep(context),
  ];
  return steps.filter((step) => step !== null);
}
