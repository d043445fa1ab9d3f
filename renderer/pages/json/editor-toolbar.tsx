import { useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { CopyIcon, FormatIcon, SearchIcon } from '../../theme/icons.ts';
import { Mono } from '../../components/mono.tsx';
import { color } from '../../theme/tokens.ts';
import type { KeyHelp } from '../../../shared/settings/index.ts';
import type { AssistLabels } from './editor-assist.ts';
import type { EditorHandle } from './create-editor.ts';

/** Commands of the editor, with the documentation of the key at the cursor. */
export function EditorToolbar({
  help,
  labels,
  tabHint,
  readOnly,
  editor,
  onFormat,
}: {
  readonly help: KeyHelp | null;
  readonly labels: AssistLabels;
  /** Id of the hint that explains how Tab leaves the editor. */
  readonly tabHint: string;
  readonly readOnly: boolean;
  readonly editor: RefObject<EditorHandle | null>;
  readonly onFormat: () => void;
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  return (
    <Box
      role="toolbar"
      aria-label={t('settingsState.json.commands')}
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: '4px',
        minHeight: 40,
        padding: '0 8px 0 16px',
        borderBottom: `1px solid ${color.border}`,
        background: color.subtle,
        flexShrink: 0,
      }}
    >
      <KeyAtCursor help={help} labels={labels} />
      {/* Tab indents in the editor: while it has the focus, the key that leaves it is shown. */}
      {!readOnly && (
        <Box
          component="span"
          id={tabHint}
          sx={{
            display: 'none',
            flexShrink: 0,
            fontSize: 12,
            color: color.text2,
            whiteSpace: 'nowrap',
            '*:has(.cm-content:focus) > [role="toolbar"] > &': { display: 'inline' },
          }}
        >
          {t('settingsState.json.tab')}
        </Box>
      )}
      <Button
        size="small"
        variant="text"
        startIcon={<SearchIcon />}
        onClick={() => {
          editor.current?.search();
        }}
      >
        {t('settingsState.find.find')}
      </Button>
      <Button
        size="small"
        variant="text"
        startIcon={<FormatIcon />}
        disabled={readOnly || draft.draft.syntax.length > 0}
        onClick={onFormat}
      >
        {t('settingsState.json.format')}
      </Button>
      <CopyDocument />
    </Box>
  );
}

/** Documentation of the key at the cursor; elsewhere, which text is edited. */
function KeyAtCursor({ help, labels }: { readonly help: KeyHelp | null; readonly labels: AssistLabels }) {
  const app = useApp();
  return (
    <Box
      sx={{
        flex: 1,
        minWidth: 0,
        fontSize: 12,
        color: color.text3,
        whiteSpace: 'nowrap',
        overflow: 'hidden',
        textOverflow: 'ellipsis',
      }}
    >
      {help === null ? (
        <Mono>{app.settings.path}</Mono>
      ) : (
        <>
          <Mono>{help.pointer}</Mono>
          {'  '}
          <Box component="span" sx={{ color: color.text2 }} title={labels.about(help.key)}>
            {labels.about(help.key)}
          </Box>
        </>
      )}
    </Box>
  );
}

function CopyDocument() {
  const { t } = useTranslation();
  const store = useStore();
  const draft = useDraft();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    setCopied((await store.request('clipboard:write', { text: store.get().draft })).ok);
  };
  // `clipboard:write` accepts a limited length.
  return (
    <Button
      size="small"
      variant="text"
      startIcon={<CopyIcon />}
      disabled={draft.text.length > 1_000_000}
      onClick={() => {
        void copy();
      }}
      onBlur={() => {
        setCopied(false);
      }}
    >
      {copied ? t('button.copied') : t('button.copy')}
    </Button>
  );
}
