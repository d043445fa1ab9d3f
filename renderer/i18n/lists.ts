import type { TFunction } from 'i18next';

/** Joins names with the language's separator. */
export const names = (t: TFunction, list: readonly string[]): string => list.join(t('join.name'));
/** The first names, then the number of others. */
export const firstNames = (t: TFunction, list: readonly string[], atMost = 4): string =>
  list.length <= atMost
    ? names(t, list)
    : t('list.more', { names: names(t, list.slice(0, atMost)), count: list.length - atMost });
/** Joins the clauses of a sentence: "3 unprotected, 1 …". */
export const clauses = (t: TFunction, list: readonly string[]): string => list.join(t('join.clause'));
/** Ends a text as a sentence. */
export const asSentence = (t: TFunction, text: string): string => t('join.sentence', { text });
/** Ends a text as a sentence, unless it is one already or empty. */
export const ensureSentence = (t: TFunction, text: string): string =>
  text === '' || /[.。]$/.test(text) ? text : asSentence(t, text);
/** Joins sentences; empty ones are omitted. */
export const joinSentences = (t: TFunction, list: readonly string[]): string =>
  list.filter((one) => one !== '').join(t('join.sentences'));
/** "what: text" */
export const labelled = (t: TFunction, label: string, text: string): string =>
  t('join.labelled', { what: label, text });
/** The accessible name of a control that is locked. */
export const lockedName = (t: TFunction, name: string, lockedBy: string): string =>
  joinSentences(t, [asSentence(t, name), t('locked.by', { who: lockedBy })]);
