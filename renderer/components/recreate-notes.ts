import type { TFunction } from 'i18next';
import { ensureSentence, labelled, names } from '../i18n/lists.ts';
import { translateMessage, translateText } from '../i18n/translate.ts';
import { bytesText } from '../../shared/containers/bytes.ts';
import type { MessageParam } from '../../shared/messages/message.ts';
import type { RecreateItem, RecreateNote } from '../../shared/containers/recreate.ts';

/** Long paths are cut at the start: the end is more telling. */
const shortPath = (path: string): string => (path.length > 64 ? `…${path.slice(-63)}` : path);

/** Changes in a container's writable layer: their size, and the first paths. */
export function writtenText(t: TFunction, written: NonNullable<RecreateItem['written']>): string {
  const text = t('recreate.note.writable-layer', {
    size: bytesText(written.bytes),
    count: written.paths,
  });
  const shown = (written.names ?? []).map((path) => `\`${shortPath(path)}\``);
  if (shown.length === 0) return text;
  const listed = names(t, shown);
  const count = written.paths - shown.length;
  return labelled(t, text, count > 0 ? t('list.more', { names: listed, count }) : listed);
}

/** The gateway's refusals to create the container again. */
export const refusalsOf = ({ blockers }: Pick<RecreateItem, 'blockers'>): readonly RecreateNote[] =>
  blockers.filter(({ code }) => code === 'refused');

/** JSON pointers of the settings that would allow what was refused. */
export const settingsOf = (refusals: readonly RecreateNote[]): readonly string[] =>
  refusals.flatMap(({ params: { setting } }) => (typeof setting === 'string' ? [setting] : []));

/** What a refusal is about and why, without what would allow it: "bind mount of /etc: …". */
export function refusalReason(t: TFunction, refusal: RecreateNote): string {
  const { what, rule } = refusal.sentence?.params ?? {};
  const text = (param: MessageParam) => (typeof param === 'object' ? translateMessage(param) : String(param));
  return what === undefined || rule === undefined
    ? noteText(t, refusal)
    : labelled(t, text(what), text(rule));
}

/** A note of a plan in the window's language; code is between backticks. */
export function noteText(t: TFunction, { code, params, sentence }: RecreateNote): string {
  const value = (key: string): string => {
    const param = params[key];
    return Array.isArray(param) ? names(t, param.map(String)) : String(param ?? '');
  };
  switch (code) {
    case 'writable-layer': {
      const written = params['names'];
      return writtenText(t, {
        bytes: Number(params['bytes'] ?? 0),
        paths: Number(params['paths'] ?? 0),
        names: Array.isArray(written) ? written : [],
      });
    }
    case 'execs':
      return t('recreate.note.execs', { count: Number(params['count'] ?? 0) });
    case 'image':
      return t('recreate.note.image', {
        before: value('before'),
        after: value('after').replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…'),
      });
    // The gateway's own text.
    case 'refused':
      return ensureSentence(t, translateText(value('message'), sentence));
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
