import { useId, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useApp, useDraft } from '../../state/context.tsx';
import { BasisToggle, type Against } from '../../components/basis-toggle.tsx';
import { useElapsedSinceMount } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { withCode } from '../../components/mono.tsx';
import { Page } from '../../components/page.tsx';
import { PreferenceNotice } from '../../components/preference-notice.tsx';
import { color } from '../../theme/tokens.ts';
import { maxComposeLength } from '../../../shared/explain/input-limits.ts';
import { markedSpans } from '../../../shared/explain/rows.ts';
import { BasisCard } from './basis-card.tsx';
import { CommandInput, marksOf } from './command-input.tsx';
import { ExamplesCard } from './examples-card.tsx';
import { FixCard } from './fix-card.tsx';
import { emptyInput, groupsOf, readInput, toSimulate } from './input.ts';
import { ProblemNote } from './problem-note.tsx';
import { RulesCard } from './rules-card.tsx';
import { useSimulation } from './use-simulation.ts';
import { useTypedInput, type InputState } from './use-typed-input.ts';
import { VerdictBand } from './verdict-band.tsx';

/**
 * Simulates a command line or a compose file under the applied settings or the draft, with the gateway's own
 * decisions.
 */
export default function SimulatorPage() {
  const { t } = useTranslation();
  const draft = useDraft();
  const typed = useTypedInput();
  const { input, setInput, openError } = typed;
  const [against, setAgainst] = useState<Against>(draft.dirty ? 'draft' : 'applied');
  const simulated = useSimulated(typed, against);
  const { answer, problem } = simulated;
  const empty = input.text.trim() === '';
  return (
    <Page
      title={t('frame.page.simulator')}
      subtitle={t('simulator.subtitle')}
      actions={
        <>
          <Button
            variant="text"
            onClick={() => {
              void typed.open();
            }}
          >
            {t('simulator.open')}
          </Button>
          <BasisToggle
            value={against}
            label={t('simulator.against.label')}
            applied={t('simulator.against.applied')}
            draft={t('simulator.against.draft')}
            onChange={setAgainst}
          />
        </>
      }
    >
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
        <InputField typed={typed} simulated={simulated} empty={empty} />
        <PreferenceNotice />
        {openError !== null && <ErrorPanel error={openError} title={t('simulator.openFailed')} />}
        {answer.running && <Running onStop={answer.stop} />}
        {answer.stopped && (
          <Typography role="status" sx={{ color: color.text2 }}>
            {t('simulator.stopped')}
          </Typography>
        )}
        {empty && (
          <ExamplesCard
            onChoose={(text) => {
              setInput(readInput(text, null));
            }}
          />
        )}
        {!empty && answer.error !== null && problem === null && (
          <ErrorPanel
            error={answer.error}
            title={
              answer.error.code === 'engine.not-installed' ? t('simulator.noDocker') : t('simulator.failed')
            }
            action={
              <Button size="small" onClick={answer.runNow}>
                {t('button.tryAgain')}
              </Button>
            }
          />
        )}
        {!empty && <Decision typed={typed} simulated={simulated} />}
      </Box>
    </Page>
  );
}

/** The gateway's decision about the input, and the affected parts of the input. */
function useSimulated({ input, typing }: InputState, against: Against) {
  const { t } = useTranslation();
  const app = useApp();
  const wanted = useMemo(() => toSimulate(input, against, app.home), [input, against, app.home]);
  const answer = useSimulation(wanted.input, typing);
  const { simulation } = answer;
  const current =
    simulation !== null &&
    answer.input !== null &&
    answer.input.text === input.text &&
    answer.input.against === against;
  const groups = useMemo(
    () =>
      simulation === null || answer.input === null ? [] : groupsOf(t, simulation, answer.input, app.home),
    [t, simulation, answer.input, app.home],
  );
  const problem = wanted.problem;
  const marks =
    problem !== null
      ? [{ start: problem.start, end: problem.end, kind: 'problem' as const }]
      : current && simulation.explanation.eci
        ? marksOf(markedSpans(groups.flatMap((group) => group.rows)))
        : [];
  return { answer, current, groups, marks, problem, sudo: wanted.sudo };
}

type Simulated = ReturnType<typeof useSimulated>;

/** The field, and below it what is wrong with the input, or its origin. */
function InputField({
  typed: { input, setInput },
  simulated: { answer, marks, problem },
  empty,
}: {
  readonly typed: InputState;
  readonly simulated: Simulated;
  readonly empty: boolean;
}) {
  const { t } = useTranslation();
  const problemId = useId();
  return (
    <Box>
      <CommandInput
        value={input.text}
        onChange={(text) => {
          setInput(readInput(text, input), true);
        }}
        onEnter={answer.runNow}
        onEscape={() => {
          setInput(emptyInput);
        }}
        marks={marks}
        invalid={problem !== null && !empty}
        label={input.kind === 'compose' ? t('simulator.input.compose') : t('simulator.input.command')}
        placeholder={t('simulator.input.placeholder')}
        describedBy={problemId}
        clear={t('simulator.input.clear')}
        maxLength={maxComposeLength}
      />
      <Box id={problemId} sx={{ fontSize: 12, lineHeight: '20px', color: color.text3 }}>
        {problem !== null && !empty ? (
          <ProblemNote problem={problem} text={input.text} />
        ) : (
          input.kind === 'compose' && (
            <Box sx={{ marginTop: '4px', overflowWrap: 'anywhere' }}>
              {withCode(
                input.file === null
                  ? t('simulator.input.pasted')
                  : t('simulator.input.from', { file: input.file }),
              )}
            </Box>
          )
        )}
      </Box>
    </Box>
  );
}

/** The decision with its rules, proposals, and its basis. */
function Decision({
  typed: { input, setInput },
  simulated: { answer, current, groups, sudo },
}: {
  readonly typed: InputState;
  readonly simulated: Simulated;
}): ReactNode {
  const { simulation } = answer;
  if (simulation === null) return null;
  return (
    <>
      <VerdictBand simulation={simulation} old={!current} />
      {simulation.explanation.eci && (
        <RulesCard simulation={simulation} groups={groups} text={answer.input?.text ?? ''} old={!current} />
      )}
      {current && (
        <FixCard
          simulation={simulation}
          onTry={(text) => {
            setInput({ ...input, text });
          }}
        />
      )}
      <BasisCard simulation={simulation} sudo={sudo} compose={answer.input?.kind === 'compose'} />
    </>
  );
}

function Running({ onStop }: { readonly onStop: () => void }) {
  const { t } = useTranslation();
  const late = useElapsedSinceMount(300);
  if (!late) return null;
  return (
    <Box role="status" sx={{ display: 'flex', alignItems: 'center', gap: 2 }}>
      <Typography sx={{ color: color.text2 }}>{t('simulator.running')}</Typography>
      <LinearProgress aria-label={t('simulator.running')} sx={{ flex: 1 }} />
      <Button size="small" onClick={onStop}>
        {t('simulator.stop')}
      </Button>
    </Box>
  );
}
