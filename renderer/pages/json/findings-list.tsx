import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { DocumentView } from '../../state/draft-view.ts';
import { Card, Row, RowText } from '../../components/card.tsx';
import { SyntaxExcerpt } from '../../components/document-problem.tsx';
import { findingTitle, findingExplanation, fixTitle } from '../../components/finding-text.ts';
import { onFirstClick } from '../../components/first-click.ts';
import { withCode } from '../../components/mono.tsx';
import { useShown } from '../../components/show-more.tsx';
import { severityIcon, severityTone } from '../../components/state-badge.tsx';
import { color, toneText } from '../../theme/tokens.ts';
import type { Finding, SettingsSyntaxError } from '../../../shared/settings/index.ts';

const order = { error: 0, warning: 1, note: 2 } as const;
const atOnce = 30;

/**
 * All findings, most severe first, each with its line and its fix; a syntax error with the line and a caret
 * under the position.
 */
export const FindingsList = memo(function FindingsList({
  findings,
  document,
  isCollapsed,
  onGo,
  onFix,
}: {
  readonly findings: readonly Finding[];
  /** The text they were found in. */ readonly document: DocumentView;
  /** Shows only the head, which names the most severe finding. */
  readonly isCollapsed: boolean;
  readonly onGo: (offset: number) => void;
  readonly onFix: ((finding: Finding) => void) | undefined;
}) {
  const { t } = useTranslation();
  const sorted = findings.toSorted((a, b) => order[a.severity] - order[b.severity]);
  const { shown, more } = useShown(sorted, atOnce);
  const [firstError] = document.syntax;
  const [first] = sorted;
  const title =
    first === undefined
      ? t('settingsState.json.noFindings')
      : t('settingsState.json.findings', { count: findings.length });
  if (isCollapsed)
    return (
      <Card title={title} note={first === undefined ? undefined : withCode(findingTitle(t, first))}>
        {null}
      </Card>
    );
  return (
    <Card title={title}>
      <Box sx={{ overflow: 'auto', minHeight: 0 }}>
        {keyed(shown).map(({ key, finding }) => (
          <FindingRow
            key={key}
            finding={finding}
            excerpt={firstError !== undefined && isAt(finding, firstError) ? firstError : null}
            onGo={onGo}
            onFix={onFix}
          />
        ))}
        {more !== null && (
          <Box sx={{ padding: '4px 16px', borderTop: `1px solid ${color.border}` }}>{more}</Box>
        )}
      </Box>
    </Card>
  );
});

/** React keys from code and JSON pointer, not text offset, so that rows survive inserted lines. */
function keyed(findings: readonly Finding[]): readonly { readonly key: string; readonly finding: Finding }[] {
  const times = new Map<string, number>();
  return findings.map((finding) => {
    const what = `${finding.code} ${finding.pointer}`;
    const time = times.get(what) ?? 0;
    times.set(what, time + 1);
    return { key: `${what} ${time}`, finding };
  });
}

/** Whether a finding is a syntax error at this position. */
const isAt = ({ range }: Finding, { line, column }: SettingsSyntaxError): boolean =>
  range.line === line && range.column === column;

interface RowProps {
  readonly finding: Finding;
  /** The error of the finding, if its line is shown. */
  readonly excerpt: SettingsSyntaxError | null;
  readonly onGo: (offset: number) => void;
  readonly onFix: ((finding: Finding) => void) | undefined;
}

/** Linting creates new objects: equal findings are not re-rendered. */
const sameRow = (a: RowProps, b: RowProps): boolean =>
  a.onGo === b.onGo &&
  a.onFix === b.onFix &&
  a.excerpt?.excerpt === b.excerpt?.excerpt &&
  (a.finding === b.finding || JSON.stringify(a.finding) === JSON.stringify(b.finding));

const FindingRow = memo(function FindingRow({ finding, excerpt, onGo, onFix }: RowProps) {
  const { t } = useTranslation();
  const Icon = severityIcon[finding.severity];
  return (
    <Row>
      <Icon
        titleAccess={t(`severity.${finding.severity}`)}
        sx={{ fontSize: 18, color: toneText[severityTone[finding.severity]] }}
      />
      <RowText
        primary={withCode(findingTitle(t, finding))}
        secondary={
          <>
            {findingExplanation(finding)}
            {excerpt !== null && <SyntaxExcerpt error={excerpt} />}
          </>
        }
      />
      {finding.fix !== undefined && onFix !== undefined && (
        <Button
          size="small"
          onClick={onFirstClick(() => {
            onFix(finding);
          })}
        >
          {fixTitle(finding.fix)}
        </Button>
      )}
      <Button
        size="small"
        variant="text"
        color="primary"
        onClick={() => {
          onGo(finding.range.offset);
        }}
      >
        {t('settingsState.json.position', { line: finding.range.line })}
      </Button>
    </Row>
  );
}, sameRow);
