import { useId, useState, type ChangeEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import OutlinedInput from '@mui/material/OutlinedInput';
import { useDraft } from '../../state/context.tsx';
import { Row, RowText } from '../../components/card.tsx';
import { EditedMark, UndoChange } from '../../components/edited-mark.tsx';
import { Mono, withCode } from '../../components/mono.tsx';
import { LockedNote, withLock } from '../../components/setting-row.tsx';
import { color, fontMono, narrow } from '../../theme/tokens.ts';
import { useInvalidValue } from './key-notes.ts';

interface TextRowProps {
  readonly pointer: string;
  readonly name: string;
  /** What it is; code between backticks. */
  readonly description: string;
  /** As the document has it, '' where it has none; a value that is no text as JSON. */
  readonly value: string;
  readonly placeholder?: string;
  /** A script, of several lines. */
  readonly multiline?: boolean;
  readonly lockedBy: string | undefined;
  /** Why a text is of no use; null for one that is. */
  readonly problemOf: (text: string) => string | null;
  /** Writes it into the draft. False: it cannot be written, and stays in the field with its problem. */
  readonly onWrite: (text: string) => boolean;
  readonly onUndo: () => void;
}

/** A setting with a text, written when the field loses focus or Enter is pressed. */
export function TextRow(props: TextRowProps) {
  const { pointer, name, description, value, lockedBy, onUndo } = props;
  const { t } = useTranslation();
  const draft = useDraft();
  const id = useId();
  const edited = draft.isEdited(pointer);
  const { problem, field, forget } = useTypedText(props, useInvalidValue()(pointer));
  return (
    <Row edited={edited} pointer={pointer}>
      <RowText
        primary={name}
        secondary={
          <span id={id}>
            {problem === null ? (
              withCode(description)
            ) : (
              <Box component="span" sx={{ color: color.danger }}>
                {withCode(problem)}
              </Box>
            )}
          </span>
        }
      />
      {edited && <EditedMark />}
      {edited && lockedBy === undefined && (
        <UndoChange
          name={name}
          onUndo={() => {
            forget();
            onUndo();
          }}
        />
      )}
      {lockedBy === undefined ? (
        <OutlinedInput
          {...field}
          sx={{
            flex: '0 1 320px',
            minWidth: 160,
            [narrow]: { flexBasis: 200 },
            '& input, & textarea': { fontFamily: fontMono, fontSize: 12, fontVariantLigatures: 'none' },
          }}
          inputProps={{
            'aria-label': name,
            'aria-describedby': id,
            'aria-invalid': problem !== null,
            spellCheck: false,
            autoCapitalize: 'off',
            autoComplete: 'off',
          }}
        />
      ) : (
        <>
          <Box component="span" aria-label={withLock(t, name, lockedBy)} sx={{ maxWidth: 320 }}>
            <Mono>{value}</Mono>
          </Box>
          <LockedNote by={lockedBy} />
        </>
      )}
    </Row>
  );
}

/**
 * The text of a field while it is edited, and its event handlers. `invalid`: why the value of the document
 * cannot be used.
 */
function useTypedText(
  { value, problemOf, onWrite, placeholder = '', multiline = false }: TextRowProps,
  invalid: string | null,
) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? value;
  const problem = typed === null && invalid !== null ? invalid : problemOf(shown);
  const write = () => {
    // 8080 and "8080" are shown alike.
    const isUnchanged = typed?.trim() === value && invalid === null;
    if (typed === null || isUnchanged || onWrite(typed.trim())) setTyped(null);
  };
  return {
    problem,
    forget: () => {
      setTyped(null);
    },
    field: {
      value: shown,
      error: problem !== null,
      placeholder,
      ...(multiline ? { multiline, maxRows: 8 } : {}),
      onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
        setTyped(event.target.value);
      },
      onBlur: write,
      onKeyDown: (event: KeyboardEvent) => {
        if (
          event.key === 'Enter' &&
          !multiline &&
          !event.nativeEvent.isComposing &&
          !event.ctrlKey &&
          !event.metaKey
        )
          write();
        else if (event.key === 'Escape' && typed !== null) {
          event.stopPropagation();
          setTyped(null);
        }
      },
    },
  };
}
