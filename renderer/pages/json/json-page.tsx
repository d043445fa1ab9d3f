import { useCallback, useDeferredValue, useEffect, useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp, useAppPart, useDraft, useStore } from '../../state/context.tsx';
import { useRoute } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { useDraftEci } from '../../components/draft-eci.ts';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { ReadProblem } from '../../components/document-problem.tsx';
import { Notice } from '../../components/error-panel.tsx';
import { useMissingRoot } from '../../components/missing-root.tsx';
import { protectionOf } from '../../components/protection.ts';
import { useNow } from '../../i18n/clock.ts';
import { enforcementAlarm } from '../../../shared/enforcement/describe.ts';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { LockedNote } from '../../components/setting-row.tsx';
import { Page } from '../../components/page.tsx';
import { useLowWindow } from '../../components/use-low-window.ts';
import { low, lowForLists } from '../../theme/tokens.ts';
import { freshSettings, nodeAt, parsePointer, type Finding } from '../../../shared/settings/index.ts';
import { applyFix } from '../../../shared/settings/lint/index.ts';
import { ConflictView } from './conflict-view.tsx';
import type { EditorHandle } from './create-editor.ts';
import { EditorPane } from './editor-pane.tsx';
import { FindingsList } from './findings-list.tsx';

export default function JsonPage() {
  const { t } = useTranslation();
  const app = useApp();
  const draft = useDraft();
  const lockedBy = useReadOnlyReason();
  const missingRoot = useMissingRoot('settings');
  // Its text is not known: an empty editor would say that the file is empty.
  const isUnknown = draft.text === '' && app.settings.exists && app.settings.readError !== null;
  const noFile = draft.text === '' && !app.settings.exists;
  return (
    <Page
      fill={!app.settings.conflict}
      title={t('settingsState.json.title')}
      subtitle={
        <Box component="span" sx={{ [low]: { display: 'none' } }}>
          {t('settingsState.json.subtitle')}
        </Box>
      }
      actions={lockedBy !== undefined && <LockedNote by={lockedBy} />}
    >
      {app.settings.readError !== null && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <ReadProblem settings={app.settings} error={app.settings.readError} />
        </Box>
      )}
      {missingRoot ??
        (app.settings.conflict ? (
          <ConflictView />
        ) : noFile ? (
          <NoFile locked={lockedBy !== undefined} />
        ) : (
          !isUnknown && <Editing readOnly={lockedBy !== undefined} />
        ))}
    </Page>
  );
}

/** Notice that there is no settings file, what that means, and a button that creates a draft. */
function NoFile({ locked }: { readonly locked: boolean }) {
  const { t } = useTranslation();
  const draft = useDraft();
  const path = useAppPart(({ settings }) => settings.path);
  const { state } = useDraftEci();
  return (
    <Card>
      <EmptyState
        action={
          <Button
            variant="contained"
            color="primary"
            disabled={locked}
            onClick={() => {
              draft.setText(freshSettings);
            }}
          >
            {t('settingsState.json.create')}
          </Button>
        }
      >
        {state === 'retained'
          ? t('settingsState.json.noFileRetained')
          : state === 'unknown'
            ? t('settingsState.json.noFileUnknown')
            : t('settingsState.json.noFile', { path })}
      </EmptyState>
    </Card>
  );
}

/** The editor and the findings. */
function Editing({ readOnly }: { readonly readOnly: boolean }) {
  const editor = useRef<EditorHandle>(null);
  const { linted, fix } = useLintedDraft(editor);
  const onFix = readOnly ? undefined : fix;
  const { cursor, go } = useCursor();
  const isLow = useLowWindow();
  const { isOpen, onFocus, onBlur } = useFindingsRoom(linted.findings.length > 0);
  const isCollapsed = !isOpen && !isLow;
  return (
    <>
      <AppliedProblem />
      <EditorPane
        editor={editor}
        readOnly={readOnly}
        linted={linted}
        onFix={onFix}
        cursor={cursor}
        onFocus={onFocus}
        onBlur={onBlur}
      />
      <Box
        sx={{
          marginTop: 2,
          // A fixed height: findings that come and go while typing must not move the editor's end. Relative
          // to the window, since the page's height is indefinite.
          flexShrink: 0,
          height: isCollapsed ? headHeight : 'clamp(112px, 24vh, 240px)',
          display: 'flex',
          flexDirection: 'column',
          '& > section': { display: 'flex', flexDirection: 'column', flex: 1, minHeight: 0 },
          // In a low window only their head is in view; the page scrolls to the rest.
          [lowForLists]: {
            '&&&': { height: headHeight, minHeight: 0, maxHeight: 'none' },
            '& > section': { flex: 'none', minHeight: headHeight },
            '&::after': { content: '""', flex: 'none', height: 24 },
          },
        }}
      >
        <FindingsList
          findings={linted.findings}
          document={linted.draft}
          isCollapsed={isCollapsed}
          onGo={go}
          onFix={onFix}
        />
      </Box>
    </>
  );
}

/** Height of the findings' head with the border above it, px. */
const headHeight = 41;

/**
 * Whether there is room for findings below the editor: if there are any. This does not change while the
 * editor has the focus, so that its end does not move while somebody types.
 */
function useFindingsRoom(any: boolean) {
  const [isOpen, setIsOpen] = useState(any);
  const [hasFocus, setHasFocus] = useState(false);
  if (!hasFocus && isOpen !== any) setIsOpen(any);
  const onFocus = useCallback(() => {
    setHasFocus(true);
  }, []);
  const onBlur = useCallback(() => {
    setHasFocus(false);
  }, []);
  return { isOpen, onFocus, onBlur };
}

/** Findings are rendered when no key press is pending: a long list would delay typing. */
function useLintedDraft(editor: RefObject<EditorHandle | null>) {
  const store = useStore();
  const linted = useDeferredValue(useDraft());
  const text = useRef(linted.text);
  text.current = linted.text;
  const fix = useCallback(
    (finding: Finding) => {
      editor.current?.flush();
      // A finding of an outdated text has no valid range; the next check finds it again.
      if (store.get().draft === text.current) store.setDraft(applyFix(text.current, finding));
    },
    [store, editor],
  );
  return { linted, fix };
}

/** Target of the editor's cursor: a finding, or the address's pointer. */
function useCursor() {
  const { params } = useRoute();
  const draft = useDraft();
  const [cursor, setCursor] = useState<{ readonly offset: number } | null>(null);
  const go = useCallback((offset: number) => {
    setCursor({ offset });
  }, []);

  // #/json?pointer=/bulkhead/mode moves to that key, or to its nearest existing parent.
  const { pointer, offset } = params;
  const { parsed } = draft.draft;
  const tree = useRef(parsed?.tree);
  tree.current = parsed?.tree;
  useEffect(() => {
    const path = pointer === undefined ? null : parsePointer(pointer);
    if (path === null || !path.ok || tree.current === undefined) return;
    for (let length = path.value.length; length >= 0; length--) {
      const node = nodeAt(tree.current, path.value.slice(0, length));
      // At the key if there is one: the toolbar then documents it.
      if (node !== undefined) {
        setCursor({ offset: node.parent?.type === 'property' ? node.parent.offset : node.offset });
        return;
      }
    }
  }, [pointer]);
  // #/json?offset=120: a position of a syntax error, which has no pointer.
  useEffect(() => {
    if (offset !== undefined && /^\d+$/.test(offset)) setCursor({ offset: Number(offset) });
  }, [offset]);
  return { cursor, go };
}

/** Notice that the applied settings are unusable, while the draft is the same. */
function AppliedProblem() {
  const { t } = useTranslation();
  const app = useApp();
  const draft = useDraft();
  // Above the page stands what the gateway enforces instead.
  const hasAlarm = enforcementAlarm(protectionOf(app, useNow()).enforcement) !== null;
  if (hasAlarm || draft.dirty || draft.applied.settings.ok || app.settings.readError !== null) return null;
  return (
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
  );
}
