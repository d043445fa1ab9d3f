import type { TFunction } from 'i18next';
import { closed, names } from '../i18n/lists.ts';
import { translateText } from '../i18n/translate.ts';
import { bytesText } from '../../shared/containers/bytes.ts';
import type { RecreateNote } from '../../shared/containers/recreate.ts';

/** A note of a plan in the window's language; code between backticks. */
export function noteText(t: TFunction, { code, params, sentence }: RecreateNote): string {
  const value = (key: string): string => {
    const param = params[key];
    return Array.isArray(param) ? names(t, param.map(String)) : String(param ?? '');
  };
  switch (code) {
    case 'writable-layer':
      return t('recreate.note.writable-layer', {
        size: bytesText(Number(params['bytes'] ?? 0)),
        count: Number(params['paths'] ?? 0),
      });
    case 'execs':
      return t('recreate.note.execs', { count: Number(params['count'] ?? 0) });
    case 'image':
      return t('recreate.note.image', {
        before: value('before'),
        after: value('after').replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…'),
      });
    // The gateway's own text.
    case 'refused':
      return closed(t, translateText(value('message'), sentence));
    case 'not-inspected':
      return t('recreate.note.not-inspected', { why: translateText(value('why'), sentence) });
    default:
      return t(`recreate.note.${code}`, {
        before: value('before'),
        after: value('after'),
        destination: value('destination'),
        names: value('names'),
        name: value('name'),
        project: value('project'),
        option: value('option'),
        state: value('state'),
        image: value('image'),
        sources: value('sources'),
        user: value('user'),
      });
  }
}
