import {
  lazy,
  Suspense,
  useCallback,
  useDeferredValue,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { useRoute } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { findingTitle, findingWhy, fixTitle } from '../../components/finding-text.ts';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { LockedNote } from '../../components/setting-row.tsx';
import { Page } from '../../components/page.tsx';
import { color, low } from '../../theme/tokens.ts';
import {
  formatSettings,
  freshSettings,
  nodeAt,
  parsePointer,
  type Finding,
  type KeyHelp,
} from '../../../shared/settings/index.ts';
import { applyFix } from '../../../shared/settings/lint/index.ts';
import { assistLabels, editorPhrases } from './assist-labels.ts';
import { ConflictView } from './conflict-view.tsx';
import { EditorToolbar } from './editor-toolbar.tsx';
import { FindingsList } from './findings-list.tsx';
import type { EditorHandle } from './json-editor.tsx';

// CodeMirror is large and this page's alone.
const JsonEditor = lazy(() => import('./json-editor.tsx'));

export default function JsonPage() {
  const { t } = useTranslation();
  const app = useApp();
  const draft = useDraft();
  const lockedBy = useReadOnlyReason();
  const noFile = draft.text === '' && !app.settings.exists;
  return (
    <Page
      fill
      title={t('settingsState.json.title')}
      subtitle={t('settingsState.json.subtitle')}
      actions={lockedBy !== undefined && <LockedNote by={lockedBy} />}
    >
      {app.settings.readError !== null && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <ErrorPanel error={app.settings.readError} />
        </Box>
      )}
      {app.settings.conflict ? (
        <ConflictView />
      ) : noFile ? (
        <Card>
          <EmptyState
            action={
              <Button
                variant="contained"
                color="primary"
                disabled={lockedBy !== undefined}
                onClick={() => {
                  draft.setText(freshSettings);
                }}
              >
                {t('settingsState.json.create')}
              </Button>
            }
          >
            {t('settingsState.json.noFile', { path: app.settings.path })}
          </EmptyState>
        </Card>
      ) : (
        <Editing readOnly={lockedBy !== undefined} />
      )}
    </Page>
  );
}

/** The editor with its commands, what is known of the key at the cursor, and the findings. */
function Editing({ readOnly }: { readonly readOnly: boolean }) {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const { params } = useRoute();
  const [cursor, setCursor] = useState<{ readonly offset: number } | null>(null);
  const [help, setHelp] = useState<KeyHelp | null>(null);
  const editor = useRef<EditorHandle>(null);
  const tabHint = useId();
  const labels = useMemo(() => assistLabels(t), [t]);
  const phrases = useMemo(() => editorPhrases(t), [t]);
  const findingText = useCallback(
    (finding: Finding) => `${findingTitle(t, finding).replaceAll('`', '')}\n${findingWhy(finding)}`,
    [t],
  );
  // Findings are drawn when no key press is pending: a long list would delay typing.
  const deferredDraft = useDeferredValue(draft);
  const text = useRef(deferredDraft.text);
  text.current = deferredDraft.text;
  const fix = useCallback(
    (finding: Finding) => {
      editor.current?.flush();
      // A finding of a text that changed since has no valid range; the next check finds it again.
      if (store.get().draft === text.current) store.setDraft(applyFix(text.current, finding));
    },
    [store],
  );
  const onFix = readOnly ? undefined : fix;
  const go = useCallback((offset: number) => {
    setCursor({ offset });
  }, []);
  const change = useCallback(
    (next: string) => {
      store.setDraft(next, 'typing');
    },
    [store],
  );

  // #/json?pointer=/bulkhead/mode goes to that key, or to its nearest existing parent.
  const { pointer } = params;
  const { parsed } = draft.draft;
  const tree = useRef(parsed?.tree);
  tree.current = parsed?.tree;
  useEffect(() => {
    const path = pointer === undefined ? null : parsePointer(pointer);
    if (path === null || !path.ok || tree.current === undefined) return;
    for (let length = path.value.length; length >= 0; length--) {
      const node = nodeAt(tree.current, path.value.slice(0, length));
      // At the key where there is one: the toolbar then describes it.
      if (node !== undefined) {
        setCursor({ offset: node.parent?.type === 'property' ? node.parent.offset : node.offset });
        return;
      }
    }
  }, [pointer]);

  const format = () => {
    editor.current?.flush();
    const formatted = formatSettings(store.get().draft);
    if (formatted.ok) store.setDraft(formatted.value);
  };
  return (
    <>
      {!draft.dirty && !draft.applied.settings.ok && app.settings.readError === null && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <Notice
            tone="danger"
            live="polite"
            title={
              draft.applied.syntax.length > 0
                ? t('settingsState.broken.applied')
                : t('settingsState.broken.policy')
            }
          >
            {t('settingsState.broken.appliedMeans')}
          </Notice>
        </Box>
      )}
      <Box
        sx={{
          flex: '1 1 240px',
          minHeight: 160,
          [low]: { minHeight: 240 },
          display: 'flex',
          flexDirection: 'column',
          border: `1px solid ${color.control}`,
          borderRadius: '8px',
          overflow: 'hidden',
          '&:focus-within': { borderColor: color.accentText, boxShadow: `0 0 0 1px ${color.accentText}` },
        }}
      >
        <EditorToolbar
          help={help}
          labels={labels}
          tabHint={tabHint}
          readOnly={readOnly}
          editor={editor}
          onFormat={format}
        />
        <Box sx={{ flex: 1, minHeight: 0 }}>
          <Suspense fallback={<LoadingRows rows={8} height={20} />}>
            <JsonEditor
              text={draft.text}
              onChange={change}
              findings={deferredDraft.findings}
              lintedText={deferredDraft.text}
              findingText={findingText}
              onFix={onFix}
              fixLabel={fixTitle}
              label={t('settingsState.json.editor')}
              describedBy={tabHint}
              readOnly={readOnly}
              format={app.target.capabilities.settingsFormat}
              labels={labels}
              phrases={phrases}
              onUndo={store.undo}
              onRedo={store.redo}
              onKey={setHelp}
              cursor={cursor}
              handle={editor}
            />
          </Suspense>
        </Box>
      </Box>
      <Box
        sx={{
          marginTop: 2,
          // Always as high: findings that come and go while somebody types do not move the editor's end.
          flex: '0 0 clamp(112px, 26%, 240px)',
          display: 'flex',
          flexDirection: 'column',
          '& > section': { display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0 },
        }}
      >
        <FindingsList
          findings={deferredDraft.findings}
          document={deferredDraft.draft}
          onGo={go}
          onFix={onFix}
        />
      </Box>
    </>
  );
}
