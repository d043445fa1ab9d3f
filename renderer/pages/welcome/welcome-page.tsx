import { useEffect, useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useApp, useDraft, useSnapshotPart, useStore } from '../../state/context.tsx';
import { navigationFromHere } from '../../state/router.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { ExistingContainersDialog } from '../../components/existing-containers-dialog.tsx';
import { FooterBar, footerNote, Page } from '../../components/page.tsx';
import { color, narrow } from '../../theme/tokens.ts';
import { firstRunSteps } from '../../../shared/ipc/user-choices.ts';
import type { ContainerChoices } from '../../../shared/apply/plan.ts';
import type { AppError, Result } from '../../../shared/result.ts';
import { EngineStep } from './engine-step.tsx';
import { PolicyStep } from './policy-step.tsx';
import { policyIn, recommendedEdits, type Policy } from './policy.ts';
import { ScanStep } from './scan-step.tsx';
import { isUnprotected } from '../../../shared/containers/protection.ts';
import { WelcomeSteps, type StepId } from './welcome-steps.tsx';

/** The text with the recommended policy; undefined if the draft can't be edited. */
const textOf = (edited: Result<string>): string | undefined => (edited.ok ? edited.value : undefined);

const stepAt = (index: number): StepId => firstRunSteps[index] ?? 'engine';

/**
 * The first run: the engine, its containers, the recommended policy, then Review & apply with the prepared
 * draft. Every step shows the current state; nothing is applied here. It can be left at any time, and resumes
 * at the same step.
 */
export default function WelcomePage() {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const choices = useSnapshotPart((snapshot) => snapshot.choices);
  const [step, setStep] = useState<StepId>(app.firstRun === 'dismissed' ? 'engine' : app.firstRun);
  const [policy, setPolicy] = useState<Policy>(() => policyIn(draft));
  const [confirming, setConfirming] = useState(false);
  const [problem, setProblem] = useState<AppError | null>(null);
  const index = firstRunSteps.indexOf(step);
  const unprotected = app.scan?.containers.filter(isUnprotected) ?? [];

  const { heading, moved } = useStepFocus(step);
  const go = (next: StepId) => {
    moved.current = true;
    setStep(next);
    void store.request('first-run:set', { step: next });
  };
  const skip = async () => {
    const navigate = navigationFromHere();
    const result = await store.request('first-run:set', { step: 'dismissed' });
    if (result.ok) navigate('overview');
    else setProblem(result.error);
  };
  const review = async (chosen?: ContainerChoices) => {
    setConfirming(false);
    const navigate = navigationFromHere();
    const edited = draft.editAll(recommendedEdits(policy, draft));
    // After the edit: choices belong to a draft that turns ECI on.
    if (edited.ok && chosen !== undefined) store.setChoices(chosen);
    const written = edited.ok ? await store.flush() : edited;
    if (written.ok) navigate('review');
    else setProblem(written.error);
  };
  const next = () => {
    setProblem(null);
    if (step !== 'policy') go(stepAt(index + 1));
    else if (unprotected.length > 0) setConfirming(true);
    else void review();
  };

  return (
    <Page
      title={t('welcome.title')}
      subtitle={t('welcome.subtitle')}
      footer={
        <WelcomeFooter
          step={step}
          onSkip={() => {
            void skip();
          }}
          onBack={() => {
            setProblem(null);
            go(stepAt(index - 1));
          }}
          onNext={next}
        />
      }
    >
      <WelcomeSteps step={step} onStep={go} />
      <Box sx={{ maxWidth: 720, display: 'grid', gap: 2 }}>
        <StepHeading step={step} heading={heading} />
        {problem !== null && <ErrorPanel error={problem} />}
        {step === 'engine' && <EngineStep />}
        {step === 'scan' && <ScanStep />}
        {step === 'policy' && <PolicyStep policy={policy} onChange={setPolicy} />}
      </Box>
      <ExistingContainersDialog
        open={confirming}
        containers={unprotected}
        text={confirming ? textOf(draft.edited(recommendedEdits(policy, draft))) : undefined}
        initial={choices}
        onCancel={() => {
          setConfirming(false);
        }}
        onContinue={(chosen) => {
          void review(chosen);
        }}
      />
    </Page>
  );
}

/** Moves the focus to the heading of a new step, once the user has `moved`. */
function useStepFocus(step: StepId) {
  const heading = useRef<HTMLHeadingElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (moved.current) heading.current?.focus({ preventScroll: true });
  }, [step]);
  return { heading, moved };
}

/** The title of a step, which takes the focus when the step is opened, and its description. */
function StepHeading({
  step,
  heading,
}: {
  readonly step: StepId;
  readonly heading: RefObject<HTMLHeadingElement | null>;
}) {
  const { t } = useTranslation();
  return (
    <Box>
      <Typography
        variant="h2"
        ref={heading}
        tabIndex={-1}
        sx={{ color: color.text, '&:focus': { outline: 'none' } }}
      >
        {t(`welcome.${step}.title`)}
      </Typography>
      <Typography sx={{ color: color.text2, marginTop: '4px' }}>{t(`welcome.${step}.text`)}</Typography>
    </Box>
  );
}

/** Where the text between the buttons is below them. */
const toTheRight = { [narrow]: { marginLeft: 'auto' } } as const;

/** Buttons Next, Back, Skip, and the reason if Next is disabled. */
function WelcomeFooter({
  step,
  onSkip,
  onBack,
  onNext,
}: {
  readonly step: StepId;
  readonly onSkip: () => void;
  readonly onBack: () => void;
  readonly onNext: () => void;
}) {
  const { t } = useTranslation();
  const app = useApp();
  const draft = useDraft();
  const ready = app.engine.phase === 'ready';
  const possible = app.backends.some((backend) => backend.available);
  const canContinue = ready && (step !== 'policy' || (possible && draft.readOnly === null));
  const missing = (): string => {
    if (!ready) return t('welcome.needsEngine');
    return draft.readOnly === null ? t('welcome.needsBackend') : t('welcome.needsRights');
  };
  return (
    <FooterBar label={t('welcome.footer')}>
      <Button variant="text" onClick={onSkip}>
        {t('welcome.skip')}
      </Button>
      <Typography
        variant="caption"
        component="div"
        role="status"
        sx={{
          color: color.text2,
          textAlign: 'right',
          paddingRight: 1,
          ...footerNote,
          [narrow]: { ...footerNote[narrow], textAlign: 'left' },
        }}
      >
        {canContinue ? t('welcome.nothingYet') : missing()}
      </Typography>
      {step !== firstRunSteps[0] && (
        <Button sx={toTheRight} onClick={onBack}>
          {t('welcome.back')}
        </Button>
      )}
      <Button
        variant="contained"
        color="primary"
        disabled={!canContinue}
        sx={step === firstRunSteps[0] ? toTheRight : {}}
        onClick={onNext}
      >
        {step === 'policy' ? t('welcome.toReview') : t('welcome.next')}
      </Button>
    </FooterBar>
  );
}
