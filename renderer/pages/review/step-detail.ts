import type { TFunction } from 'i18next';
import { clauses, sentences, closed } from '../../i18n/lists.ts';
import { told } from '../../i18n/translate.ts';

const claimWords = {
  limited: 'limited',
  'not offered here': 'notOffered',
  'not enforced': 'notEnforced',
  'not run': 'notRun',
  failed: 'failed',
} as const;
const isClaimWord = (word: string): word is keyof typeof claimWords => Object.hasOwn(claimWords, word);

/** A caption starts with a capital, unless it starts with a name that has none. */
const caption = (text: string): string =>
  /^(?:dockerd|containerd|runc|bulkhead)\b|^\S*[^\sa-z]/.test(text)
    ? text
    : text.charAt(0).toUpperCase() + text.slice(1);

/**
 * What a step left behind, in the window's language. The engine tells it as a short English line ("version
 * 12", "2 keys set in daemon.json"), which the log and the command line print as it is; what is none of these
 * is told as any other sentence.
 */
export function stepDetail(t: TFunction, detail: string): string {
  const whole = known(t, detail);
  if (whole !== null) return whole;
  // Cleaning up says what was removed and what was recreated, one after the other.
  const parts = detail.split('; ').map((part) => known(t, part));
  return parts.every((part) => part !== null) ? clauses(t, parts) : caption(told(detail));
}

function known(t: TFunction, detail: string): string | null {
  const version = /^version (\d+)(, same text)?$/.exec(detail);
  if (version !== null)
    return version[1] === '0'
      ? t('review.firstBackUp')
      : version[2] === undefined
        ? t('review.detail.version', { version: version[1] })
        : t('review.detail.sameText', { version: version[1] });
  const keys = /^(\d+) keys? (set|given back) in daemon\.json$/.exec(detail);
  if (keys !== null)
    return keys[2] === 'set'
      ? t('review.detail.keysSet', { count: Number(keys[1]) })
      : t('review.detail.keysBack', { count: Number(keys[1]) });
  const counted = /^(\d+) of (\d+)(?: (removed|recreated))?$/.exec(detail);
  if (counted !== null) {
    const values = { done: counted[1], total: counted[2] };
    return counted[3] === undefined
      ? t('review.detail.of', values)
      : counted[3] === 'removed'
        ? t('review.detail.removed', values)
        : t('review.detail.recreated', values);
  }
  const name = /^recreating (\S+)$/.exec(detail)?.[1];
  if (name !== undefined) return t('review.detail.recreating', { name });
  const runtime = /^default runtime (\S+)$/.exec(detail)?.[1];
  if (runtime !== undefined) return t('review.detail.runtime', { name: runtime });
  const claims = /^(\d+) of (\d+) claims shown((?:, \d+ [a-z ]+)*)(; audit mode: nothing is refused)?$/.exec(
    detail,
  );
  if (claims !== null) {
    const rest = [...(claims[3] ?? '').matchAll(/, (\d+) ([a-z ]+)/g)].map(([, count = '', word = '']) =>
      isClaimWord(word)
        ? t(`review.detail.claim.${claimWords[word]}`, { count: Number(count) })
        : `${count} ${word}`,
    );
    const shown = clauses(t, [t('review.detail.claims', { passed: claims[1], total: claims[2] }), ...rest]);
    return claims[4] === undefined ? shown : sentences(t, [closed(t, shown), t('review.detail.audit')]);
  }
  switch (detail) {
    case 'daemon.json unchanged':
      return t('review.detail.unchanged');
    case 'nothing removed':
      return t('review.detail.nothingRemoved');
    case 'nothing recreated':
      return t('review.detail.nothingRecreated');
    case 'Docker Desktop reads the file when it starts':
      return t('review.detail.desktopReads');
    case 'Docker Desktop answers':
      return t('review.detail.desktopAnswers');
    case 'not verified: a user has turned isolation off, as the settings let them':
      return t('review.detail.userOff');
    default:
      return null;
  }
}
