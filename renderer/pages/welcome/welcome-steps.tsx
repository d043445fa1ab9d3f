import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Step from '@mui/material/Step';
import StepLabel from '@mui/material/StepLabel';
import Stepper from '@mui/material/Stepper';
import { useAppPart } from '../../state/context.tsx';
import { color, narrow, visuallyHidden } from '../../theme/tokens.ts';
import { firstRunSteps, type FirstRun } from '../../../shared/ipc/user-choices.ts';

/** A step of the first run. */
export type StepId = Exclude<FirstRun, 'dismissed'>;

/** The steps as a row, each a link to its step if that is reachable. */
export function WelcomeSteps({
  step,
  onStep,
}: {
  readonly step: StepId;
  readonly onStep: (step: StepId) => void;
}) {
  const { t } = useTranslation();
  const ready = useAppPart(({ engine }) => engine.phase === 'ready');
  const index = firstRunSteps.indexOf(step);
  const reachable = (to: number) => to === 0 || ready;
  return (
    <Box role="group" aria-label={t('welcome.steps')} sx={{ maxWidth: 720, marginBottom: 3 }}>
      <Stepper activeStep={index} sx={steps}>
        {firstRunSteps.map((id, at) => (
          <Step key={id} completed={at < index && reachable(at)} disabled={!reachable(at)}>
            <ButtonBase
              disabled={!reachable(at)}
              aria-current={at === index ? 'step' : undefined}
              onClick={() => {
                onStep(id);
              }}
              sx={{ padding: '2px', borderRadius: '6px' }}
            >
              <StepLabel>{t(`welcome.step.${id}`)}</StepLabel>
            </ButtonBase>
          </Step>
        ))}
        {/* Not a step of this page: the next page. */}
        <Step disabled={!ready}>
          <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', padding: '2px' }}>
            <StepLabel>{t('welcome.step.review')}</StepLabel>
          </Box>
        </Step>
      </Stepper>
    </Box>
  );
}

const steps = {
  '& .MuiStepConnector-line': { borderColor: color.border },
  '& .MuiStepLabel-label': {
    fontSize: 13,
    fontWeight: 500,
    color: color.text2,
    '&.Mui-active': { color: color.text, fontWeight: 600 },
    '&.Mui-disabled': { color: color.text3 },
    whiteSpace: 'nowrap',
    // The others' names would not fit beside each other.
    [narrow]: { '&:not(.Mui-active)': visuallyHidden },
  },
  [narrow]: { '& .MuiStepLabel-iconContainer:not(.Mui-active)': { paddingRight: 0 } },
  '& .MuiStepIcon-root': {
    fontSize: 20,
    color: color.control,
    '&.Mui-active, &.Mui-completed': { color: color.accent },
  },
  // The hole of a finished step's check mark shows the background.
  '& .MuiStepIcon-root.Mui-completed': {
    background: 'radial-gradient(#FFFFFF 55%, transparent 60%)',
    borderRadius: '50%',
  },
  '& .MuiStepIcon-text': { fontSize: 12, fontWeight: 600, fill: '#FFFFFF' },
  '& .MuiStep-root:first-of-type': { paddingLeft: 0 },
} as const;
