import type { TFunction } from 'i18next';

/** Names one after the other, as the language separates them. */
export const names = (t: TFunction, list: readonly string[]): string => list.join(t('join.name'));
/** The first names, then how many more there are. */
export const firstNames = (t: TFunction, list: readonly string[], atMost = 4): string =>
  list.length <= atMost
    ? names(t, list)
    : t('list.more', { names: names(t, list.slice(0, atMost)), count: list.length - atMost });
/** Parts of one sentence: "3 made past the gateway, 1 …". */
export const clauses = (t: TFunction, list: readonly string[]): string => list.join(t('join.clause'));
/** Words closed as a sentence. */
export const sentence = (t: TFunction, text: string): string => t('join.sentence', { text });
/** Words closed as a sentence, unless they are one already or nothing. */
export const closed = (t: TFunction, text: string): string =>
  text === '' || /[.。]$/.test(text) ? text : sentence(t, text);
/** Whole sentences after one another; empty ones count for nothing. */
export const sentences = (t: TFunction, list: readonly string[]): string =>
  list.filter((one) => one !== '').join(t('join.sentences'));
/** "what: text" */
export const labelled = (t: TFunction, label: string, text: string): string =>
  t('join.labelled', { what: label, text });
/** The accessible name of a control that is locked. */
export const lockedName = (t: TFunction, name: string, lockedBy: string): string =>
  sentences(t, [sentence(t, name), t('locked.by', { who: lockedBy })]);
