import { useId, type ReactNode, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import OutlinedInput from '@mui/material/OutlinedInput';
import { AllowedIcon, ErrorIcon, InfoIcon, WarningIcon } from '../../components/icons.ts';
import { withCode } from '../../components/mono.tsx';
import { color, fontMono, toneText, type Tone } from '../../theme/tokens.ts';
import { canonicalReference, parseImageReference, referenceCovers } from '../../../shared/settings/index.ts';
import { matchesOf, type LocalImages } from './local-images.ts';

/** What is wrong with a reference as typed so far, or what it would match. */
export interface ReferenceCheck { readonly usable: boolean; readonly tone: Tone; readonly words: string }

/** `others`: the entries already listed, without the one being edited. */
export function checkReference(t: TFunction, written: string, others: readonly string[], local: LocalImages): ReferenceCheck {
  const text = written.trim();
  if (text === '') return { usable: false, tone: 'neutral', words: t('socket.add.hint') };
  const parsed = parseImageReference(text);
  if (!parsed.ok) return { usable: false, tone: 'danger', words: t(`socket.add.error.${parsed.error}`) };
  const canonical = canonicalReference(parsed.value);
  const read = others.flatMap((image) => { const other = parseImageReference(image); return other.ok ? [{ image, reference: other.value }] : []; });
  const same = read.find(({ reference }) => canonicalReference(reference) === canonical);
  if (same !== undefined) return { usable: false, tone: 'danger', words: t('socket.add.duplicate', { image: same.image }) };
  const wider = read.find(({ reference }) => referenceCovers(reference, parsed.value));
  if (wider !== undefined) return { usable: true, tone: 'neutral', words: t('socket.add.covered', { image: wider.image }) };
  if (parsed.value.kind === 'any') return { usable: true, tone: 'warn', words: t('socket.add.anyImage') };
  if (local.images === null) return { usable: true, tone: 'ok', words: t('socket.add.unknownHere') };
  const count = matchesOf(parsed.value, local.images).length;
  return { usable: true, tone: 'ok', words: count === 0 ? t('socket.add.noneHere') : t('socket.add.here', { count }) };
}

const icon = { ok: AllowedIcon, danger: ErrorIcon, warn: WarningIcon, neutral: InfoIcon, accent: InfoIcon } as const;

/** A field for one image reference with its helper line beside it: Enter takes it, Escape clears or leaves. */
export function ReferenceField({ value, onChange, onEnter, onEscape, check, label, inputRef, autoFocus = false, actions }: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onEnter: () => void;
  /** False when there was nothing to clear: then Escape is somebody else's. */
  readonly onEscape: () => boolean;
  readonly check: ReferenceCheck;
  readonly label: string;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly autoFocus?: boolean;
  readonly actions: ReactNode;
}) {
  const { t } = useTranslation();
  const id = useId();
  const Icon = icon[check.tone];
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: '12px', rowGap: '6px', flex: 1, minWidth: 0 }}>
      <OutlinedInput value={value} placeholder={t('socket.add.placeholder')} error={check.tone === 'danger'} autoFocus={autoFocus} {...(inputRef === undefined ? {} : { inputRef })}
        onChange={(event) => { onChange(event.target.value); }}
        onKeyDown={(event) => {
          // Enter that ends an input method's composition is not ours.
          if (event.key === 'Enter' && !event.nativeEvent.isComposing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); onEnter(); }
          else if (event.key === 'Escape' && onEscape()) event.stopPropagation();
        }}
        sx={{ flex: '1 1 260px', maxWidth: 338, '& input': { fontFamily: fontMono, fontSize: 12, fontVariantLigatures: 'none' } }}
        inputProps={{ 'aria-label': label, 'aria-describedby': id, 'aria-invalid': check.tone === 'danger', spellCheck: false, autoCapitalize: 'off', autoComplete: 'off' }} />
      <Box id={id} role="status" sx={{ display: 'flex', alignItems: 'flex-start', gap: '6px', flex: '1 1 150px', minWidth: 0, fontSize: 12, lineHeight: '16px', color: check.tone === 'danger' ? color.danger : color.text2, overflowWrap: 'anywhere' }}>
        {value.trim() !== '' && <Icon aria-hidden sx={{ fontSize: 16, flexShrink: 0, color: toneText[check.tone] }} />}
        <span>{withCode(check.words)}</span>
      </Box>
      {actions}
    </Box>
  );
}
