import type { TFunction } from 'i18next';
import { clauses, sentences, closed } from '../../i18n/lists.ts';
import { translateText } from '../../i18n/translate.ts';
import type { MessageReference } from '../../../shared/messages/message.ts';

const claimVerdicts = {
  limited: 'limited',
  'not offered here': 'notOffered',
  'not enforced': 'notEnforced',
  'not run': 'notRun',
  failed: 'failed',
} as const;
const isClaimWord = (word: string): word is keyof typeof claimVerdicts => Object.hasOwn(claimVerdicts, word);

/** A caption starts with a capital, unless it starts with a name that has none. */
const caption = (text: string): string =>
  /^(?:dockerd|containerd|runc|bulkhead)\b|^\S*[^\sa-z]/.test(text)
    ? text
    : text.charAt(0).toUpperCase() + text.slice(1);

/**
 * What a step left behind, in the window's language: `sentence` is which sentence of the catalogue `detail`
 * is. Names are the same in every language, and earlier versions wrote no sentence.
 */
export function stepDetail(t: TFunction, detail: string, sentence?: MessageReference): string {
  if (sentence === undefined) return claimsShown(t, detail) ?? caption(detail);
  if (sentence.id === 'apply.detail-version' && sentence.params?.['version'] === 0)
    return t('review.firstBackUp');
  return caption(translateText(detail, sentence));
}

/** What a verification observed; null for anything else. */
function claimsShown(t: TFunction, detail: string): string | null {
  const claims = /^(\d+) of (\d+) claims shown((?:, \d+ [a-z ]+)*)(; audit mode: nothing is refused)?$/.exec(
    detail,
  );
  if (claims === null) return null;
  const rest = [...(claims[3] ?? '').matchAll(/, (\d+) ([a-z ]+)/g)].map(([, count = '', word = '']) =>
    isClaimWord(word)
      ? t(`review.detail.claim.${claimVerdicts[word]}`, { count: Number(count) })
      : `${count} ${word}`,
  );
  const shown = clauses(t, [t('review.detail.claims', { passed: claims[1], total: claims[2] }), ...rest]);
  return claims[4] === undefined ? shown : sentences(t, [closed(t, shown), t('review.detail.audit')]);
}
