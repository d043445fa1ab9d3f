import { useRef, type KeyboardEvent } from 'react';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import { CloseIcon } from '../../theme/icons.ts';
import { color, fontMono } from '../../theme/tokens.ts';
import type { MarkedSpan, RowOutcome } from '../../../shared/explain/rows.ts';

/** A highlighted range, coloured by outcome or syntax error. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly kind: RowOutcome | 'problem';
}

const markColor: Record<Mark['kind'], { readonly line: string; readonly ground: string }> = {
  deny: { line: color.danger, ground: color.dangerSoft },
  'would-deny': { line: color.warn, ground: color.warnSoft },
  missing: { line: color.warn, ground: color.warnSoft },
  rewrite: { line: color.neutral, ground: color.neutralSoft },
  allow: { line: color.ok, ground: color.okSoft },
  problem: { line: color.danger, ground: 'transparent' },
};
export const marksOf = (spans: readonly MarkedSpan[]): readonly Mark[] =>
  spans.map(({ start, end, outcome }) => ({ start, end, kind: outcome }));

const text = {
  gridArea: '1 / 1',
  margin: 0,
  padding: '12px 48px 12px 16px',
  boxSizing: 'border-box',
  fontFamily: fontMono,
  fontSize: 13,
  lineHeight: '22px',
  fontVariantLigatures: 'none',
  letterSpacing: 'normal',
  whiteSpace: 'pre-wrap',
  overflowWrap: 'anywhere',
  border: 0,
  minWidth: 0,
} as const;

const textarea = {
  ...text,
  resize: 'none',
  overflow: 'hidden',
  background: 'transparent',
  color: color.text,
  width: '100%',
  height: '100%',
  outline: 'none !important',
  '&::placeholder': { color: color.text3, opacity: 1 },
} as const;

const frameOf = (invalid: boolean) => ({
  maxHeight: 320,
  overflow: 'auto',
  borderRadius: '6px',
  border: `1px solid ${invalid ? color.danger : color.control}`,
  background: color.card,
  '&:focus-within': {
    borderColor: invalid ? color.danger : color.accentText,
    boxShadow: `0 0 0 1px ${invalid ? color.danger : color.accentText}`,
  },
});

const isPlainEnter = ({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  key === 'Enter' && !shiftKey && !ctrlKey && !metaKey;

/** The field: a plain text area over the same text with highlighted ranges, which the rows below explain. */
export function CommandInput({
  value,
  onChange,
  onEnter,
  onEscape,
  marks,
  label,
  placeholder,
  describedBy,
  invalid,
  maxLength,
  clear,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onEnter: () => void;
  readonly onEscape: () => void;
  readonly marks: readonly Mark[];
  readonly label: string;
  readonly placeholder: string;
  readonly describedBy?: string | undefined;
  readonly invalid: boolean;
  readonly maxLength: number;
  /** Name of the button that clears the field. */
  readonly clear: string;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (isPlainEnter(event) && !value.includes('\n')) {
      event.preventDefault();
      onEnter();
    }
    if (event.key === 'Escape' && value !== '') {
      event.stopPropagation();
      onEscape();
    }
  };
  return (
    <Box sx={{ position: 'relative' }}>
      <Box sx={frameOf(invalid)}>
        <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)' }}>
          <MarkedText value={value} marks={marks} />
          <Box
            component="textarea"
            ref={field}
            value={value}
            aria-label={label}
            placeholder={placeholder}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            rows={1}
            maxLength={maxLength}
            aria-invalid={invalid || undefined}
            aria-describedby={describedBy}
            onChange={(event) => {
              onChange(event.target.value);
            }}
            onKeyDown={onKeyDown}
            sx={textarea}
          />
        </Box>
      </Box>
      {value !== '' && (
        <IconButton
          size="small"
          aria-label={clear}
          title={clear}
          onClick={() => {
            onEscape();
            field.current?.focus();
          }}
          sx={{ position: 'absolute', top: 9, right: 10 }}
        >
          <CloseIcon sx={{ fontSize: 18 }} />
        </IconButton>
      )}
    </Box>
  );
}

/** The text again, transparent, with highlighted ranges. */
function MarkedText({ value, marks }: { readonly value: string; readonly marks: readonly Mark[] }) {
  return (
    <Box aria-hidden sx={{ ...text, color: 'transparent', pointerEvents: 'none' }}>
      {pieces(value, marks).map(({ text: words, mark, at }) =>
        mark === null ? (
          <span key={at}>{words}</span>
        ) : (
          <Box
            component="span"
            key={at}
            data-mark={mark}
            sx={{
              background: markColor[mark].ground,
              boxShadow: `0 2px 0 ${markColor[mark].line}`,
              borderRadius: '2px 2px 0 0',
              padding: '2px 0',
            }}
          >
            {words}
          </Box>
        ),
      )}
      {'\n'}
    </Box>
  );
}

/** The text split at the ranges, which are sorted and don't overlap. */
function pieces(
  value: string,
  marks: readonly Mark[],
): readonly { readonly text: string; readonly mark: Mark['kind'] | null; readonly at: number }[] {
  const cut: { text: string; mark: Mark['kind'] | null; at: number }[] = [];
  let from = 0;
  for (const { start, end, kind } of marks) {
    if (start < from || end > value.length) continue;
    if (start > from) cut.push({ text: value.slice(from, start), mark: null, at: from });
    cut.push({ text: value.slice(start, Math.max(end, start + 1)), mark: kind, at: start });
    from = Math.max(end, start + 1);
  }
  cut.push({ text: value.slice(from), mark: null, at: from });
  return cut;
}
