import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { useRoute } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { useAfter } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { withCode } from '../../components/mono.tsx';
import { Page } from '../../components/page.tsx';
import { PreferenceNotice } from '../../components/preference-notice.tsx';
import { color } from '../../theme/tokens.ts';
import type { AppError } from '../../../shared/result.ts';
import { maxComposeLength } from '../../../shared/explain/limits.ts';
import type { AppStore } from '../../state/snapshot.ts';
import { markedSpans } from '../../../shared/explain/rows.ts';
import { BasisCard } from './basis-card.tsx';
import { CommandInput, marksOf } from './command-input.tsx';
import { examples } from './examples.ts';
import { FixCard } from './fix-card.tsx';
import { emptyInput, groupsOf, readInput, toSimulate, type Against, type TypedInput } from './input.ts';
import { ProblemNote } from './problem-note.tsx';
import { RulesCard } from './rules-card.tsx';
import { useSimulation } from './use-simulation.ts';
import { VerdictBand } from './verdict-band.tsx';

const isAgainst = (value: unknown): value is Against => value === 'applied' || value === 'draft';
/** The typed text stays while another page is open. */
const storedInputs = new WeakMap<AppStore, TypedInput>();

/**
 * What would happen to a command line or a compose file, under the applied settings or the draft, as the
 * gateway decides it.
 */
export default function SimulatorPage() {
  const { t } = useTranslation();
  const app = useApp();
  const store = useStore();
  const draft = useDraft();
  const { params } = useRoute();
  const linkedCommand = params['command'];
  const [input, setState] = useState<TypedInput>(() =>
    linkedCommand === undefined || linkedCommand === ''
      ? (storedInputs.get(store) ?? emptyInput)
      : readInput(linkedCommand, null),
  );
  const [from, setFrom] = useState(linkedCommand);
  const [against, setAgainst] = useState<Against>(draft.dirty ? 'draft' : 'applied');
  const [openError, setOpenError] = useState<AppError | null>(null);
  const [typing, setTyping] = useState(false);
  const problemId = useId();
  const setInput = (next: TypedInput, typed = false) => {
    storedInputs.set(store, next);
    setState(next);
    setTyping(typed);
    setOpenError(null);
  };
  // Another link to this page brings another command.
  if (linkedCommand !== from) {
    setFrom(linkedCommand);
    if (linkedCommand !== undefined && linkedCommand !== '') setInput(readInput(linkedCommand, null));
  }

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
  const open = async () => {
    const picked = await store.request('simulate:open-compose', undefined);
    if (!picked.ok) setOpenError(picked.error);
    else if (picked.value !== null)
      setInput({ kind: 'compose', text: picked.value.text, file: picked.value.path });
  };
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
              void open();
            }}
          >
            {t('simulator.open')}
          </Button>
          <ToggleButtonGroup
            exclusive
            value={against}
            aria-label={t('simulator.against.label')}
            onChange={(_, value: unknown) => {
              if (isAgainst(value)) setAgainst(value);
            }}
          >
            <ToggleButton value="applied">{t('simulator.against.applied')}</ToggleButton>
            <ToggleButton value="draft">{t('simulator.against.draft')}</ToggleButton>
          </ToggleButtonGroup>
        </>
      }
    >
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
        <Box>
          <CommandInput
            value={input.text}
            onChange={(text) => {
              setInput(readInput(text, input), true);
            }}
            onEnter={answer.now}
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
        <PreferenceNotice />
        {openError !== null && <ErrorPanel error={openError} title={t('simulator.openFailed')} />}
        {answer.running && <Running onStop={answer.stop} />}
        {answer.stopped && (
          <Typography role="status" sx={{ color: color.text2 }}>
            {t('simulator.stopped')}
          </Typography>
        )}
        {empty && (
          <Examples
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
              <Button size="small" onClick={answer.now}>
                {t('button.tryAgain')}
              </Button>
            }
          />
        )}
        {!empty && simulation !== null && (
          <>
            <VerdictBand simulation={simulation} old={!current} />
            {simulation.explanation.eci && (
              <RulesCard
                simulation={simulation}
                groups={groups}
                text={answer.input?.text ?? ''}
                old={!current}
              />
            )}
            {current && (
              <FixCard
                simulation={simulation}
                onTry={(text) => {
                  setInput({ ...input, text });
                }}
              />
            )}
            <BasisCard
              simulation={simulation}
              sudo={wanted.sudo}
              compose={answer.input?.kind === 'compose'}
            />
          </>
        )}
      </Box>
    </Page>
  );
}

function Running({ onStop }: { readonly onStop: () => void }) {
  const { t } = useTranslation();
  const late = useAfter(300);
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

function Examples({ onChoose }: { readonly onChoose: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <Card title={t('simulator.empty.title')}>
      <Typography sx={{ padding: '12px 16px 4px', color: color.text2 }}>
        {t('simulator.empty.body')}
      </Typography>
      <Box component="ul" sx={{ listStyle: 'none', margin: 0, padding: '4px 4px 12px' }}>
        {examples.map(({ name, text }) => (
          <li key={name}>
            <Button
              variant="text"
              onClick={() => {
                onChoose(text);
              }}
              sx={{
                display: 'grid',
                gridTemplateColumns: '220px minmax(0, 1fr)',
                gap: 2,
                textAlign: 'left',
                justifyContent: 'start',
                width: '100%',
                height: 'auto',
                minHeight: 32,
              }}
            >
              <span>{t(`simulator.empty.example.${name}`)}</span>
              <Box
                component="span"
                className="mono"
                sx={{
                  fontSize: 12,
                  color: color.text2,
                  overflow: 'hidden',
                  textOverflow: 'ellipsis',
                  whiteSpace: 'nowrap',
                  fontWeight: 400,
                }}
              >
                {text.split('\n')[0]}
                {text.includes('\n') && ' …'}
              </Box>
            </Button>
          </li>
        ))}
      </Box>
    </Card>
  );
}
