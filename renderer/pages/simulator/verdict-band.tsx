import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useStore } from '../../state/context.tsx';
import { AllowedIcon, ChangedIcon, CopyIcon, DeniedIcon, InfoIcon, WarningIcon } from '../../theme/icons.ts';
import { withCode } from '../../components/mono.tsx';
import { color, fontMono, toneSoft, toneText, type Tone } from '../../theme/tokens.ts';
import type { Simulation } from '../../../shared/explain/simulation.ts';
import { isRuleCode } from '../../../shared/rules/index.ts';
import { asClause } from './labels.ts';
import { decisionTexts } from '../../../shared/audit/decision-text.ts';
import { translateMessage } from '../../i18n/translate.ts';

/** The answer in one line, and what the client would see. */
export function VerdictBand({ simulation, old }: { readonly simulation: Simulation; readonly old: boolean }) {
  const { t } = useTranslation();
  const store = useStore();
  const [copied, setCopied] = useState('');
  const { explanation } = simulation;
  const verdict = verdictText(simulation, t);
  const clientOutput = clientOutputOf(simulation);
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
          <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1, marginTop: '4px' }}>
            <Box
              component="pre"
              aria-label={t('simulator.verdict.by')}
              tabIndex={0}
              sx={{
                flex: 1,
                minWidth: 0,
                margin: 0,
                fontFamily: fontMono,
                fontSize: 12,
                lineHeight: '18px',
                color: color.text,
                whiteSpace: 'pre-wrap',
                overflowWrap: 'anywhere',
                maxHeight: 160,
                overflow: 'auto',
              }}
            >
              {clientOutput}
            </Box>
            <Button
              size="small"
              variant="text"
              startIcon={<CopyIcon />}
              onClick={() => {
                void store.request('clipboard:write', { text: clientOutput }).then((answer) => {
                  if (answer.ok) setCopied(clientOutput);
                });
              }}
            >
              {copied === clientOutput ? t('button.copied') : t('button.copy')}
            </Button>
          </Box>
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
            findings.filter(({ outcome }) => outcome === 'missing').map(({ message }) => message),
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

/** The client's own words where it was refused; in audit mode what the log would get. */
function clientOutputOf({ explanation }: Simulation): string {
  const services = explanation.requests.filter(
    ({ service, refusal }) => service !== undefined && refusal !== null,
  );
  if (services.length > 0)
    return services
      .map(({ service, refusal }) => `${service ?? ''}: Error response from daemon: ${refusal ?? ''}`)
      .join('\n');
  if (explanation.outcome === 'deny')
    return explanation.clientWords !== ''
      ? explanation.clientWords
      : explanation.requests.flatMap(({ refusal }) => (refusal === null ? [] : [refusal])).join('\n');
  if (explanation.outcome === 'would-deny')
    return [
      ...new Set(
        explanation.requests.flatMap(({ findings }) =>
          findings.flatMap((finding) =>
            finding.outcome === 'would-deny'
              ? decisionTexts({ ...finding, outcome: finding.outcome }, translateMessage)
              : [],
          ),
        ),
      ),
    ].join('\n');
  return '';
}
