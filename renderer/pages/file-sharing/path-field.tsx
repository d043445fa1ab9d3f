import { useId, type ReactNode, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import OutlinedInput from '@mui/material/OutlinedInput';
import { AllowedIcon, ErrorIcon, InfoIcon, WarningIcon } from '../../theme/icons.ts';
import { withCode } from '../../components/mono.tsx';
import { color, fontMono, toneText } from '../../theme/tokens.ts';
import type { ShareCheck } from './check-share.ts';

const icon = { ok: AllowedIcon, warn: WarningIcon, danger: ErrorIcon, neutral: InfoIcon, accent: InfoIcon };

/** A directory being typed, with what it comes to beside it. */
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
  /** True when there was something to close or to clear. */
  readonly onEscape: () => boolean;
  readonly actions: ReactNode;
  readonly autoFocus?: boolean;
  readonly readyToType?: Ref<HTMLInputElement>;
}) {
  const { t } = useTranslation();
  const id = useId();
  const Icon = icon[check.tone];
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
          // Enter that ends an input method's composition is not ours.
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
      <Box
        id={id}
        role="status"
        sx={{
          display: 'flex',
          alignItems: 'flex-start',
          gap: '6px',
          flex: '1 1 200px',
          minWidth: 0,
          fontSize: 12,
          lineHeight: '16px',
          color: check.tone === 'danger' ? color.danger : color.text2,
          overflowWrap: 'anywhere',
        }}
      >
        {value.trim() !== '' && (
          <Icon aria-hidden sx={{ fontSize: 16, flexShrink: 0, color: toneText[check.tone] }} />
        )}
        <span>{withCode(check.text)}</span>
      </Box>
      {actions}
    </Box>
  );
}
