import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import { useDraft } from '../../state/context.tsx';
import { Row, RowText } from '../../components/card.tsx';
import { withCode } from '../../components/mono.tsx';
import { ruleAlternative } from '../../components/rule-alternative.ts';
import { useFormats } from '../../i18n/format.ts';
import { AllowedIcon, DeniedIcon, InfoIcon, WarningIcon } from '../../theme/icons.ts';
import { color, toneText } from '../../theme/tokens.ts';
import { isRuleCode } from '../../../shared/rules/index.ts';
import type { Proposal } from '../../../shared/audit/proposal.ts';
import type { Finding } from '../../../shared/explain/explanation.ts';
import type { Simulation } from '../../../shared/explain/simulation.ts';
import { describeProposal } from './fixes.ts';
import { hrefOfRule, placeOfRule } from './labels.ts';

const restKeys = {
  allow: 'restAllowed',
  rewrite: 'restAllowed',
  'would-deny': 'restLogged',
  deny: 'restDenied',
  undecided: 'restOpen',
} as const;

/** Leaving out what was refused: the outcome for the rest. */
export function WithoutRow({
  without,
  onTry,
}: {
  readonly without: NonNullable<Simulation['without']>;
  readonly onTry: (text: string) => void;
}) {
  const { t } = useTranslation();
  const { list } = useFormats();
  return (
    <Row>
      {without.outcome === 'deny' ? (
        <InfoIcon sx={{ fontSize: 20, color: color.neutral }} aria-hidden />
      ) : (
        <AllowedIcon sx={{ fontSize: 20, color: toneText.ok }} aria-hidden />
      )}
      <Box sx={{ flex: 1, minWidth: 0 }}>
        {withCode(
          t('simulator.fix.leave', {
            options: list(without.left.map((option) => `\`${option}\``)),
            rest: t(`simulator.fix.${restKeys[without.outcome]}`),
          }),
        )}
      </Box>
      <Button
        size="small"
        onClick={() => {
          onTry(without.text);
        }}
      >
        {t('simulator.fix.tryIt')}
      </Button>
    </Row>
  );
}

/** A change of the draft that would allow it. */
export function ProposalRow({
  proposal,
  onAdd,
}: {
  readonly proposal: Proposal;
  readonly onAdd: () => void;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  return (
    <Row>
      {proposal.reach === 'dangerous' ? (
        <WarningIcon sx={{ fontSize: 20, color: toneText.warn }} aria-hidden />
      ) : (
        <InfoIcon sx={{ fontSize: 20, color: color.neutral }} aria-hidden />
      )}
      <Box sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
        {withCode(describeProposal(t, proposal))}
      </Box>
      <Button size="small" variant="text" disabled={draft.readOnly !== null} onClick={onAdd}>
        {t('simulator.fix.add')}
      </Button>
    </Row>
  );
}

/**
 * What to do about a refusal without a change of the draft: another setting by hand, recreating the
 * container, pushing the image, or something else.
 */
type Remedy = 'none' | 'by-hand' | 'recreate' | 'push';

function remedyText(t: TFunction, remedy: Remedy, finding: Finding): string {
  switch (remedy) {
    case 'by-hand':
      return t('simulator.fix.byHand');
    case 'recreate':
      return t('activity.allow.recreate');
    case 'push':
      return t('activity.allow.contentMadeHere');
    case 'none':
      return t('simulator.fix.cannot', { instead: ruleAlternative(t, finding.rule, finding.what) });
  }
}

/** A refusal with its remedy. */
export function FindingRow({ finding, remedy }: { readonly finding: Finding; readonly remedy: Remedy }) {
  const { t } = useTranslation();
  const row = { what: { kind: 'finding', finding } } as const;
  return (
    <Row>
      {remedy === 'recreate' ? (
        <InfoIcon sx={{ fontSize: 20, color: color.neutral }} aria-hidden />
      ) : (
        <DeniedIcon sx={{ fontSize: 20, color: color.neutral }} aria-hidden />
      )}
      <RowText
        primary={isRuleCode(finding.rule) ? t(`rules.title.${finding.rule}`) : finding.what}
        secondary={remedyText(t, remedy, finding)}
      />
      {remedy !== 'none' && (
        <Link href={hrefOfRule(row, [])} sx={{ fontSize: 12 }}>
          {t(`frame.page.${placeOfRule(row, []).page}`)}
        </Link>
      )}
    </Row>
  );
}
