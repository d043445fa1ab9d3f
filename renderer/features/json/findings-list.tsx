import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useDraft } from '../../app/context.tsx';
import { Card, Row, RowText } from '../../components/card.tsx';
import { SyntaxPlace } from '../../components/document-problem.tsx';
import { findingTitle, findingWhy } from '../../components/finding-text.ts';
import { withCode } from '../../components/mono.tsx';
import { severityIcon, severityTone } from '../../components/state-badge.tsx';
import { told } from '../../i18n/told.ts';
import { color, toneText } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/settings/index.ts';

const order = { error: 0, warning: 1, note: 2 } as const;
const atMost = 100;

/** Every finding, worst first, each with its line and its fix; a text that is no JSON with the line and a caret under the place. */
export function FindingsList({ findings, onGo, onFix }: { readonly findings: readonly Finding[]; readonly onGo: (offset: number) => void; readonly onFix: ((finding: Finding) => void) | undefined }) {
  const { t } = useTranslation();
  const { draft } = useDraft();
  const [all, setAll] = useState(false);
  const sorted = findings.toSorted((a, b) => order[a.severity] - order[b.severity]);
  const shown = all ? sorted : sorted.slice(0, atMost);
  return (
    <Card title={findings.length === 0 ? t('settingsState.json.noFindings') : t('settingsState.json.findings', { count: findings.length })}>
      <Box sx={{ overflow: 'auto', minHeight: 0 }}>
      {draft.syntax.length > 0 && <Box sx={{ padding: '0 16px 12px', borderBottom: `1px solid ${color.border}` }}><SyntaxPlace document={draft} /></Box>}
      {shown.map((finding) => {
        const Icon = severityIcon[finding.severity];
        return (
          <Row key={`${finding.code}-${finding.pointer}-${finding.range.offset}`}>
            <Icon titleAccess={t(`severity.${finding.severity}`)} sx={{ fontSize: 18, color: toneText[severityTone[finding.severity]] }} />
            <RowText primary={withCode(findingTitle(t, finding))} secondary={findingWhy(finding)} />
            {finding.fix !== undefined && onFix !== undefined && <Button size="small" onClick={() => { onFix(finding); }}>{told(finding.fix.title)}</Button>}
            <Button size="small" variant="text" color="primary" onClick={() => { onGo(finding.range.offset); }}>{t('settingsState.json.position', { line: finding.range.line })}</Button>
          </Row>
        );
      })}
      {shown.length < sorted.length && <Box sx={{ padding: '4px 16px', borderTop: `1px solid ${color.border}` }}><Button size="small" variant="text" color="primary" onClick={() => { setAll(true); }}>{t('settingsState.json.allFindings', { count: sorted.length })}</Button></Box>}
      </Box>
    </Card>
  );
}
