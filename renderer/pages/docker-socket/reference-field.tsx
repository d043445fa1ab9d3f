import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { EntryField, type EntryFieldProps } from '../../components/entry-field.tsx';
import { linkFocusTarget } from '../../components/linked-setting.ts';
import { translateText } from '../../i18n/translate.ts';
import type { Tone } from '../../theme/tokens.ts';
import {
  canonicalReference,
  parseImageReference,
  referenceCovers,
  type ImageReference,
} from '../../../shared/settings/index.ts';
import { matchesOf, sameContent, type LocalImages } from './local-images.ts';
import { shortDigest, useRegistryState, type RegistryState } from './registry-state.ts';

/** Validation error of the reference typed so far, or what it would match. */
export interface ReferenceCheck {
  readonly usable: boolean;
  readonly tone: Tone;
  readonly text: string;
}

/** Whether the reference can be looked up: only one that names a single manifest. */
function isQueryable(written: string): boolean {
  const parsed = parseImageReference(written.trim());
  return (
    parsed.ok && parsed.value.kind === 'image' && !parsed.value.path.includes('*') && parsed.value.tag !== '*'
  );
}

interface ParsedReference {
  readonly image: string;
  readonly reference: ImageReference;
}

const parsedLists = new WeakMap<readonly string[], readonly ParsedReference[]>();

/** The entries that are references; parsed once per list, not at every key press. */
function parsedReferences(images: readonly string[]): readonly ParsedReference[] {
  const known = parsedLists.get(images);
  if (known !== undefined) return known;
  const parsed = images.flatMap((image) => {
    const result = parseImageReference(image);
    return result.ok ? [{ image, reference: result.value }] : [];
  });
  parsedLists.set(images, parsed);
  return parsed;
}

/**
 * `others`: the entries already listed, without the edited one. `state`: of its registry lookup, undefined
 * before it.
 */
export function checkReference(
  t: TFunction,
  written: string,
  others: readonly string[],
  local: LocalImages,
  state: RegistryState | undefined,
): ReferenceCheck {
  const text = written.trim();
  if (text === '') return { usable: false, tone: 'neutral', text: t('socket.add.hint') };
  const parsed = parseImageReference(text);
  if (!parsed.ok) return { usable: false, tone: 'danger', text: t(`socket.add.error.${parsed.error}`) };
  const canonical = canonicalReference(parsed.value);
  const read = parsedReferences(others);
  const same = read.find(({ reference }) => canonicalReference(reference) === canonical);
  if (same !== undefined)
    return { usable: false, tone: 'danger', text: t('socket.add.duplicate', { image: same.image }) };
  const wider = read.find(({ reference }) => referenceCovers(reference, parsed.value));
  if (wider !== undefined)
    return { usable: true, tone: 'neutral', text: t('socket.add.covered', { image: wider.image }) };
  if (parsed.value.kind === 'any') return { usable: true, tone: 'warn', text: t('socket.add.anyImage') };
  const matches = local.images === null ? null : matchesOf(parsed.value, local.images);
  const here =
    matches === null
      ? t('socket.add.unknownHere')
      : matches.length === 0
        ? t('socket.add.noneHere')
        : t('socket.add.here', { count: matches.length });
  switch (state?.kind) {
    case undefined:
    case 'not-queried':
      return { usable: true, tone: 'neutral', text: here };
    case 'querying':
      return { usable: true, tone: 'neutral', text: t('socket.add.querying', { here }) };
    case 'absent':
      return { usable: true, tone: 'warn', text: t('socket.add.absent') };
    case 'denied':
      return {
        usable: true,
        tone: 'warn',
        text: t('socket.add.denied', { why: translateText(state.why, state.sentence) }),
      };
    case 'unavailable':
      return {
        usable: true,
        tone: 'neutral',
        text: t('socket.add.unavailable', { here, why: translateText(state.why, state.sentence) }),
      };
    case 'served': {
      const digest = shortDigest(state.digest);
      if (state.lastKnown !== null)
        return {
          usable: true,
          tone: 'neutral',
          text: t('socket.add.lastKnown', {
            digest,
            why: translateText(state.lastKnown, state.lastKnownSentence),
          }),
        };
      if (matches === null) return { usable: true, tone: 'ok', text: t('socket.add.served', { digest }) };
      const same = matches.filter((image) => sameContent(image, state) === true).length;
      return {
        usable: true,
        tone: 'ok',
        text:
          same === 0
            ? t('socket.add.servedNone', { digest })
            : t('socket.add.servedHere', { digest, count: same }),
      };
    }
  }
}

/** Debounce of the registry lookup, ms. */
const pause = 600;

/**
 * Registry state of the typed reference, debounced; undefined while typing or when it cannot be looked up.
 */
export function useTypedReferenceState(written: string): RegistryState | undefined {
  const text = written.trim();
  const [queried, setQueried] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      setQueried(isQueryable(text) ? text : null);
    }, pause);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  const state = useRegistryState(queried);
  return queried === text ? state : undefined;
}

/**
 * A field for one image reference with its helper text beside it: Enter submits, Escape clears or cancels.
 */
export function ReferenceField({
  check,
  suggestions,
  ...field
}: Omit<EntryFieldProps, 'placeholder' | 'isInvalid' | 'inputProps' | 'widths'> & {
  readonly check: ReferenceCheck;
  /** References that the field suggests. */
  readonly suggestions: readonly string[];
}) {
  const { t } = useTranslation();
  const list = useId();
  return (
    <>
      <EntryField
        {...field}
        placeholder={t('socket.add.placeholder')}
        check={check}
        isInvalid={check.tone === 'danger'}
        inputProps={{ ...(field.inputRef === undefined ? {} : linkFocusTarget), list }}
        widths={{ field: 260, check: 150 }}
      />
      <datalist id={list}>
        {suggestions.map((reference) => (
          <option key={reference} value={reference} />
        ))}
      </datalist>
    </>
  );
}
