import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp, useDraft, useStore } from '../../app/context.tsx';
import { Card, Row, RowText } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { findingTitle, findingWhy } from '../../components/finding-text.ts';
import { severityIcon, severityTone } from '../../components/state-badge.tsx';
import { withCode } from '../../components/mono.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { LockedNote } from '../../components/setting-row.tsx';
import { Page } from '../../components/page.tsx';
import { color, toneText } from '../../theme/tokens.ts';
import { applyFix, freshSettings, type Finding } from '../../../shared/settings/index.ts';
import { ConflictView } from './conflict-view.tsx';
import { told } from '../../i18n/told.ts';

// CodeMirror is large and this page's alone.
const JsonEditor = lazy(() => import('./json-editor.tsx'));

export default function JsonPage() {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const lockedBy = useReadOnlyReason();
  const [cursor, setCursor] = useState<{ readonly offset: number } | null>(null);
  const noFile = draft.text === '' && !app.settings.exists;
  return (
    <Page fill title={t('settingsState.json.title')} subtitle={t('settingsState.json.subtitle')} actions={lockedBy !== undefined && <LockedNote by={lockedBy} />}>
      {app.settings.readError !== null && <Box sx={{ marginBottom: 2, flexShrink: 0 }}><ErrorPanel error={app.settings.readError} /></Box>}
      {app.settings.conflict ? <ConflictView />
        : noFile ? (
          <Card><EmptyState action={<Button variant="contained" color="primary" disabled={lockedBy !== undefined} onClick={() => { draft.setText(freshSettings); }}>{t('settingsState.json.create')}</Button>}>{t('settingsState.json.noFile', { path: app.settings.path })}</EmptyState></Card>
        ) : (
          <>
            {!draft.dirty && !draft.applied.settings.ok && app.settings.readError === null && <Box sx={{ marginBottom: 2, flexShrink: 0 }}><Notice tone="danger" live="polite" title={draft.applied.syntax.length > 0 ? t('settingsState.broken.applied') : t('settingsState.broken.policy')}>{t('settingsState.broken.appliedMeans')}</Notice></Box>}
            <Box sx={{ flex: '1 1 240px', minHeight: 160, border: `1px solid ${color.control}`, borderRadius: '8px', overflow: 'hidden', '&:focus-within': { borderColor: color.accentText, boxShadow: `0 0 0 1px ${color.accentText}` } }}>
              <Suspense fallback={<LoadingRows rows={8} height={20} />}>
                <JsonEditor text={draft.text} onChange={draft.setText} findings={draft.findings} label={t('settingsState.json.editor')} readOnly={lockedBy !== undefined} onUndo={store.undo} onRedo={store.redo} cursor={cursor} />
              </Suspense>
            </Box>
            <Box sx={{ marginTop: 2, flex: '0 1 auto', minHeight: 41, maxHeight: '40%', overflow: 'auto' }}>
              <Findings findings={draft.findings} onGo={(offset) => { setCursor({ offset }); }} onFix={lockedBy === undefined ? (finding) => { draft.setText(applyFix(draft.text, finding)); } : undefined} />
            </Box>
          </>
        )}
    </Page>
  );
}

function Findings({ findings, onGo, onFix }: { readonly findings: readonly Finding[]; readonly onGo: (offset: number) => void; readonly onFix: ((finding: Finding) => void) | undefined }) {
  const { t } = useTranslation();
  const order = { error: 0, warning: 1, note: 2 } as const;
  return (
    <Card title={findings.length === 0 ? t('settingsState.json.noFindings') : t('settingsState.json.findings', { count: findings.length })}>
      {findings.toSorted((a, b) => order[a.severity] - order[b.severity]).map((finding) => {
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
    </Card>
  );
}
