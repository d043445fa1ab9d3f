import type { TFunction } from 'i18next';
import { ensureSentence, joinSentences } from '../../i18n/lists.ts';
import { translateMessage, translateText } from '../../i18n/translate.ts';
import type { MessageReference } from '../../../shared/messages/message.ts';

/** A caption starts with a capital, unless its first word is a name without one. */
const caption = (text: string): string =>
  /^(?:dockerd|containerd|runc|bulkhead)\b|^\S*[^\sa-z]/.test(text)
    ? text
    : text.charAt(0).toUpperCase() + text.slice(1);

/**
 * A step's detail in the window's language: `sentence` is its sentence of the catalogue. Names are the same
 * in every language, and earlier versions have no sentence.
 */
export function stepDetail(t: TFunction, detail: string, sentence?: MessageReference): string {
  const claims = sentence?.id === 'apply.detail-claims-audit' ? sentence.params?.['claims'] : undefined;
  if (typeof claims === 'object')
    return joinSentences(t, [ensureSentence(t, translateMessage(claims)), t('review.detail.audit')]);
  if (sentence?.id === 'apply.detail-version' && sentence.params?.['version'] === 0)
    return t('review.firstBackUp');
  return caption(translateText(detail, sentence));
}
