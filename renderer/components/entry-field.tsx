import { useId, type ReactNode, type Ref } from 'react';
import Box from '@mui/material/Box';
import OutlinedInput, { type OutlinedInputProps } from '@mui/material/OutlinedInput';
import { fontMono, type Tone } from '../theme/tokens.ts';
import { CheckText } from './check-text.tsx';

export interface EntryFieldProps {
  readonly value: string;
  readonly label: string;
  readonly placeholder: string;
  /** Validation error of the text, or its interpretation. */
  readonly check: { readonly tone: Tone; readonly text: string };
  readonly isInvalid: boolean;
  readonly onChange: (value: string) => void;
  readonly onEnter: () => void;
  /** Returns false if nothing was closed or cleared; Escape then bubbles. */
  readonly onEscape: () => boolean;
  readonly actions: ReactNode;
  readonly autoFocus?: boolean;
  readonly inputRef?: Ref<HTMLInputElement> | undefined;
  readonly inputProps?: OutlinedInputProps['inputProps'];
  /** Width below which field or text of the check are in a line of their own, px. */
  readonly widths: { readonly field: number; readonly check: number };
}

/** A field for one entry of a list, with the check of its text beside it. */
export function EntryField({
  value,
  label,
  placeholder,
  check,
  isInvalid,
  onChange,
  onEnter,
  onEscape,
  actions,
  autoFocus = false,
  inputRef,
  inputProps,
  widths,
}: EntryFieldProps) {
  const id = useId();
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        columnGap: '12px',
        rowGap: '6px',
        flex: 1,
        minWidth: 0,
      }}
    >
      <OutlinedInput
        value={value}
        placeholder={placeholder}
        error={isInvalid}
        autoFocus={autoFocus}
        {...(inputRef === undefined ? {} : { inputRef })}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        onKeyDown={(event) => {
          // Enter that ends an input method's composition is not a submit.
          if (event.key === 'Enter' && !event.nativeEvent.isComposing && !event.ctrlKey && !event.metaKey) {
            event.preventDefault();
            onEnter();
          } else if (event.key === 'Escape' && onEscape()) event.stopPropagation();
        }}
        sx={{
          flex: `1 1 ${widths.field}px`,
          maxWidth: 338,
          '& input': { fontFamily: fontMono, fontSize: 12, fontVariantLigatures: 'none' },
        }}
        inputProps={{
          'aria-label': label,
          'aria-describedby': id,
          'aria-invalid': isInvalid,
          spellCheck: false,
          autoCapitalize: 'off',
          autoComplete: 'off',
          ...inputProps,
        }}
      />
      <CheckText id={id} check={check} marked={value.trim() !== ''} width={widths.check} />
      {actions}
    </Box>
  );
}
