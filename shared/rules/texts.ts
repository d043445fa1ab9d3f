import type { DecisionWords } from './rule-texts.ts';

import { decisions } from './english.ts';

/** What every refusal begins with, in every language. */
export const refusalPrefix = 'enhanced container isolation: ';

/** Words, and how what a decision names (`what`, `detail`: English) is told in their language. */
export interface DecisionLanguage {
  readonly words: DecisionWords;
  readonly named: (english: string) => string;
}

export const english: DecisionLanguage = { words: decisions, named: (text) => text };

/** Puts values in the places `{0}`, `{1}` … of a text. */
export function fill(text: string, values: readonly string[]): string {
  return text.replaceAll(/\{(\d+)\}/g, (_, index: string) => values[Number(index)] ?? '');
}
