import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useDraft } from '../../state/context.tsx';
import { AllowedIcon, ChangedIcon, DeniedIcon, InfoIcon, WarningIcon } from '../../theme/icons.ts';
import { CopyableText } from '../../components/copyable-text.tsx';
import { withCode } from '../../components/mono.tsx';
import { color, toneSoft, toneText, type Tone } from '../../theme/tokens.ts';
import type { Simulation } from '../../../shared/explain/simulation.ts';
import { isRuleCode } from '../../../shared/rules/index.ts';
import { asClause } from './labels.ts';
import { decisionTexts } from '../../../shared/audit/decision-text.ts';
import { clientLanguage, useTranslateIn } from '../../i18n/client-language.ts';
import { translateMessage, translateText } from '../../i18n/translate.ts';
import type { Message } from '../../../shared/messages/message.ts';

/** Outcome in one line, and the client's output. */
export function VerdictBand({ simulation, old }: { readonly simulation: Simulation; readonly old: boolean }) {
  const { t } = useTranslation();
  const { explanation } = simulation;
  const verdict = verdictText(simulation, t);
  const draft = useDraft();
  const language = clientLanguage(simulation.against === 'applied' ? draft.applied : draft.draft);
  const translateForClient = useTranslateIn(language);
  const clientOutput = clientOutputOf(simulation, translateForClient);
  const translation = translationOf(simulation, clientOutput, translateForClient);
  const Icon = {
    danger: DeniedIcon,
    warn: WarningIcon,
    ok: AllowedIcon,
    neutral: explanation.outcome === 'rewrite' ? ChangedIcon : InfoIcon,
    accent: InfoIcon,
  }[verdict.tone];
  return (
    <Box
      component="section"
      aria-label={t('simulator.verdict.label')}
      sx={{
        display: 'flex',
        gap: 2,
        padding: 2,
        borderRadius: '8px',
        background: toneSoft[verdict.tone],
        opacity: old ? 0.6 : 1,
        '@media (forced-colors: active)': { border: '1px solid' },
      }}
    >
      <Icon sx={{ fontSize: 24, color: toneText[verdict.tone], flexShrink: 0 }} aria-hidden />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <div role="status">
          <Typography variant="h2" component="h2" sx={{ color: color.text }}>
            {verdict.title}
          </Typography>
        </div>
        {verdict.text !== '' && (
          <Typography component="div" sx={{ color: color.text2, marginTop: '2px', maxWidth: 720 }}>
            {withCode(verdict.text)}
          </Typography>
        )}
        {clientOutput !== '' && (
          <Box sx={{ marginTop: '4px' }}>
            <CopyableText
              text={clientOutput}
              label={t('simulator.verdict.by')}
              lang={translation === '' ? undefined : language}
              maxHeight={160}
            />
          </Box>
        )}
        {translation !== '' && (
          <Typography
            variant="caption"
            component="div"
            className="selectable"
            sx={{ color: color.text2, marginTop: '4px', maxWidth: 720, whiteSpace: 'pre-line' }}
          >
            {t('rules.translated', { text: translation })}
          </Typography>
        )}
      </Box>
    </Box>
  );
}

interface VerdictText {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

function verdictText({ explanation }: Simulation, t: TFunction): VerdictText {
  if (!explanation.eci)
    return { tone: 'neutral', title: t('simulator.verdict.off'), text: t('simulator.verdict.offText') };
  const services = new Map<string, string>();
  for (const { service, outcome } of explanation.requests)
    if (service !== undefined) services.set(service, outcome);
  switch (explanation.outcome) {
    case 'allow':
      return {
        tone: 'ok',
        title:
          explanation.requests.length === 0 ? t('simulator.verdict.reads') : t('simulator.verdict.allow'),
        text: '',
      };
    case 'rewrite':
      return { tone: 'ok', title: t('simulator.verdict.rewrite'), text: '' };
    case 'undecided':
      return {
        tone: 'warn',
        title: t('simulator.verdict.undecided'),
        text: explanation.requests
          .flatMap(({ findings }) =>
            findings
              .filter(({ outcome }) => outcome === 'missing')
              .map(({ message, sentences }) => translateText(message, sentences?.what)),
          )
          .join('\n'),
      };
    case 'would-deny':
      return { tone: 'warn', title: t('simulator.verdict.would-deny'), text: t('simulator.verdict.audit') };
    case 'deny': {
      const refused = [...services.values()].filter((outcome) => outcome === 'deny').length;
      if (services.size > 1)
        return {
          tone: 'danger',
          title: t('simulator.verdict.services', { count: refused, total: services.size }),
          text: '',
        };
      const rules = [
        ...new Set(
          explanation.requests.flatMap(({ findings }) =>
            findings.filter(({ outcome }) => outcome === 'deny').map(({ rule }) => rule),
          ),
        ),
      ];
      const [only] = rules;
      return {
        tone: 'danger',
        title:
          rules.length === 1 && only !== undefined && isRuleCode(only)
            ? t('simulator.verdict.denyOne', { why: asClause(t(`rules.why.${only}`)) })
            : t('simulator.verdict.denyMany', { count: rules.length }),
        text: '',
      };
    }
  }
}

/** The refusals among the findings, each in one language; those of an earlier version in English only. */
const refusalTexts = (
  { explanation }: Simulation,
  translate: (sentence: Message) => string,
): readonly string[] =>
  explanation.requests.flatMap(({ findings }) =>
    findings.flatMap((finding) =>
      finding.outcome === 'deny' || finding.outcome === 'would-deny'
        ? [decisionTexts({ ...finding, outcome: finding.outcome }, translate).join('\n')]
        : [],
    ),
  );

/** The client's output for refusals in the window's language; '' if it is the same. */
function translationOf(
  simulation: Simulation,
  clientOutput: string,
  translateForClient: (sentence: Message) => string,
): string {
  const inWindow = refusalTexts(simulation, translateMessage);
  const lines = refusalTexts(simulation, translateForClient).flatMap((text, index) => {
    const translation = inWindow[index] ?? text;
    return translation !== text && clientOutput.includes(text) ? [translation] : [];
  });
  return [...new Set(lines)].join('\n');
}

/** The client's output if refused; in audit mode the log's text. */
function clientOutputOf(simulation: Simulation, translateForClient: (sentence: Message) => string): string {
  const { explanation } = simulation;
  const services = explanation.requests.filter(
    ({ service, refusal }) => service !== undefined && refusal !== null,
  );
  if (services.length > 0)
    return services
      .map(({ service, refusal }) => `${service ?? ''}: Error response from daemon: ${refusal ?? ''}`)
      .join('\n');
  if (explanation.outcome === 'deny')
    return explanation.clientOutput !== ''
      ? explanation.clientOutput
      : explanation.requests.flatMap(({ refusal }) => (refusal === null ? [] : [refusal])).join('\n');
  return explanation.outcome === 'would-deny'
    ? [...new Set(refusalTexts(simulation, translateForClient))].join('\n')
    : '';
}
