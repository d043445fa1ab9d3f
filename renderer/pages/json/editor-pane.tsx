import { useCallback, useId, useMemo, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import type { DraftView } from '../../state/draft-view.ts';
import { findingTitle, findingExplanation, fixTitle } from '../../components/finding-text.ts';
import { color, low } from '../../theme/tokens.ts';
import { formatSettings, type Finding, type KeyHelp } from '../../../shared/settings/index.ts';
import { assistLabels, editorPhrases } from './assist-labels.ts';
import type { EditorHandle } from './create-editor.ts';
import { EditorToolbar } from './editor-toolbar.tsx';
import JsonEditor from './json-editor.tsx';

const frame = {
  flex: '1 1 240px',
  minHeight: 160,
  [low]: { minHeight: 240 },
  display: 'flex',
  flexDirection: 'column',
  border: `1px solid ${color.control}`,
  borderRadius: '8px',
  overflow: 'hidden',
  '&:focus-within': { borderColor: color.accentText, boxShadow: `0 0 0 1px ${color.accentText}` },
} as const;

/** The editor with its commands, and the documentation of the key at the cursor. */
export function EditorPane({
  editor,
  readOnly,
  linted,
  onFix,
  cursor,
  onFocus,
  onBlur,
}: {
  readonly editor: RefObject<EditorHandle | null>;
  readonly readOnly: boolean;
  /** The draft whose findings are shown; may be older than the draft. */
  readonly linted: DraftView;
  /** Applies a finding's fix; undefined if nothing can be edited. */
  readonly onFix: ((finding: Finding) => void) | undefined;
  /** Offset to move to; a new object moves there again. */
  readonly cursor: { readonly offset: number } | null;
  /** The editor or one of its buttons got the focus, or lost it. */
  readonly onFocus: () => void;
  readonly onBlur: () => void;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const draft = useDraft();
  const [help, setHelp] = useState<KeyHelp | null>(null);
  const tabHint = useId();
  const labels = useMemo(() => assistLabels(t), [t]);
  const phrases = useMemo(() => editorPhrases(t), [t]);
  const findingText = useCallback(
    (finding: Finding) => `${findingTitle(t, finding).replaceAll('`', '')}\n${findingExplanation(finding)}`,
    [t],
  );
  const change = useCallback(
    (next: string) => {
      store.setDraft(next, 'typing');
    },
    [store],
  );

  const format = () => {
    editor.current?.flush();
    const formatted = formatSettings(store.get().draft);
    if (formatted.ok) store.setDraft(formatted.value);
  };
  return (
    <Box sx={frame} onFocus={onFocus} onBlur={onBlur}>
      <EditorToolbar
        help={help}
        labels={labels}
        tabHint={tabHint}
        readOnly={readOnly}
        editor={editor}
        onFormat={format}
      />
      <Box sx={{ flex: 1, minHeight: 0 }}>
        <JsonEditor
          text={draft.text}
          onChange={change}
          findings={linted.findings}
          lintedText={linted.text}
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
      </Box>
    </Box>
  );
}
