import { useId, type ReactNode, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import OutlinedInput from '@mui/material/OutlinedInput';
import { CheckText } from '../../components/check-text.tsx';
import { fontMono } from '../../theme/tokens.ts';
import type { ShareCheck } from './check-share.ts';

/** A field for a directory, with its validation beside it. */
export function PathField({
  value,
  label,
  check,
  onChange,
  onEnter,
  onEscape,
  actions,
  autoFocus = false,
  readyToType,
}: {
  readonly value: string;
  readonly label: string;
  readonly check: ShareCheck;
  readonly onChange: (value: string) => void;
  readonly onEnter: () => void;
  /** Returns whether there was anything to close or to clear. */
  readonly onEscape: () => boolean;
  readonly actions: ReactNode;
  readonly autoFocus?: boolean;
  readonly readyToType?: Ref<HTMLInputElement>;
}) {
  const { t } = useTranslation();
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
        placeholder={t('files.add.placeholder')}
        error={check.tone === 'danger' && !check.usable}
        autoFocus={autoFocus}
        {...(readyToType === undefined ? {} : { inputRef: readyToType })}
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
          flex: '1 1 280px',
          maxWidth: 338,
          '& input': { fontFamily: fontMono, fontSize: 12, fontVariantLigatures: 'none' },
        }}
        inputProps={{
          'aria-label': label,
          'aria-describedby': id,
          'aria-invalid': check.tone === 'danger' && !check.usable,
          spellCheck: false,
          autoCapitalize: 'off',
          autoComplete: 'off',
        }}
      />
      <CheckText id={id} check={check} marked={value.trim() !== ''} width={140} />
      {actions}
    </Box>
  );
}
