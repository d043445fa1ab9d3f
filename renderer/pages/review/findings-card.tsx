import { useMemo, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import { useDraft } from '../../state/context.tsx';
import { Card, CardBody, Row, RowText } from '../../components/card.tsx';
import { settingName } from '../../components/describe-change.ts';
import { findingTitle, findingExplanation } from '../../components/finding-text.ts';
import { withCode } from '../../components/mono.tsx';
import { useShown } from '../../components/show-more.tsx';
import { severityIcon, severityTone } from '../../components/state-badge.tsx';
import { color, toneText, type Tone } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/settings/findings.ts';
import { asSentence, joinSentences, labelled } from '../../i18n/lists.ts';
import { FindingActions } from './finding-actions.tsx';
import type { Removal } from './removed-entry.tsx';

/** Rows that are rendered at first, and for each "Show more". */
const atOnce = 100;
/** Among findings of one severity, dangerous shares are first, the whole file system before all others. */
const dangerOf = ({ code, params }: Finding): number => {
  if (code !== 'share-dangerous') return 0;
  return params['danger'] === 'everything' ? 2 : 1;
};
/** A dangerous share does not block the apply, and is red as on its own page. */
const toneOf = (finding: Finding): Tone =>
  finding.code === 'share-dangerous' ? 'danger' : severityTone[finding.severity];
/** Whether a finding is shown in red. */
export const isDanger = (finding: Finding): boolean => toneOf(finding) === 'danger';
const order = { error: 0, warning: 1, note: 2 } as const;

export interface FindingsCardProps {
  readonly rows: RefObject<HTMLDivElement | null>;
  readonly removal: Removal;
  /** Other reasons that block the apply, shown above; null while there is no plan. */
  readonly otherReasons: number | null;
}

/** Whether the apply is blocked, by findings or by what is shown above them. Null while that is not known. */
function blockedText(t: TFunction, findings: number, others: number | null): string | null {
  if (findings > 0) return t('review.findings.blocks', { count: findings });
  if (others === null) return null;
  return others > 0
    ? t('review.findings.blocksAbove', { count: others })
    : t('review.findings.blocksNothing');
}

/** The linter's findings for the draft on this engine. A fix edits the draft; undo reverts it. */
export function FindingsCard({ rows, removal, otherReasons }: FindingsCardProps) {
  const { t } = useTranslation();
  const draft = useDraft();
  const blocking = draft.findings.filter((finding) => finding.severity === 'error').length;
  const sorted = useMemo(
    () =>
      draft.findings.toSorted((a, b) => order[a.severity] - order[b.severity] || dangerOf(b) - dangerOf(a)),
    [draft.findings],
  );
  const { shown, more } = useShown(sorted, atOnce);
  return (
    <Card
      title={
        draft.findings.length === 0
          ? t('review.findings.none')
          : t('review.findings.count', { count: draft.findings.length })
      }
      actions={blockedText(t, blocking, otherReasons)}
    >
      {draft.findings.length === 0 && (
        <CardBody>
          <Box sx={{ color: color.text2 }}>{t('review.findings.checked')}</Box>
        </CardBody>
      )}
      <Box ref={rows}>
        {shown.map((finding, index) => (
          <FindingRow
            key={`${finding.code}-${finding.pointer}-${finding.range.offset}`}
            finding={finding}
            onRemove={() => {
              removal.remove(finding, index);
            }}
          />
        ))}
        {more !== null && (
          <Box sx={{ padding: '4px 16px', borderTop: `1px solid ${color.border}` }}>{more}</Box>
        )}
      </Box>
    </Card>
  );
}

/** The title; with the setting's name, where neither the title nor the explanation has it. */
const titleWithSetting = (t: TFunction, finding: Finding): string =>
  finding.code === 'wrong-type' && finding.pointer !== ''
    ? labelled(t, findingTitle(t, finding), settingName(t, finding.pointer))
    : findingTitle(t, finding);

function FindingRow({ finding, onRemove }: { readonly finding: Finding; readonly onRemove: () => void }) {
  const { t } = useTranslation();
  const Icon = severityIcon[finding.severity];
  return (
    <Row>
      <Icon
        titleAccess={t(`severity.${finding.severity}`)}
        sx={{ fontSize: 18, color: toneText[toneOf(finding)] }}
      />
      <RowText
        primary={withCode(titleWithSetting(t, finding))}
        secondary={joinSentences(t, [
          ...(finding.severity === 'note'
            ? [asSentence(t, t('findings.line', { line: finding.range.line }))]
            : []),
          findingExplanation(finding),
        ])}
      />
      <FindingActions finding={finding} onRemove={onRemove} />
    </Row>
  );
}
