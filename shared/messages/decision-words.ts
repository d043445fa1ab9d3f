import type { RuleCode, SettingPointer } from '../policy/decision.ts';
import { decisions } from './en/decisions.ts';

/** What every refusal begins with, in every language. */
export const refusalPrefix = 'enhanced container isolation: ';

/** The words of decisions in one language. `{0}`, `{1}` … stand where values go in. */
export interface DecisionWords {
  readonly rules: Readonly<Record<RuleCode, string>>;
  readonly settings: Readonly<
    Record<Exclude<SettingPointer, null | `/bulkhead/perImageCommandLists/${number}`>, string>
  >;
  /** The command list of one image, by its number. */
  readonly perImageList: string;
  readonly noSetting: string;
  /** What was blocked, the rule with its asides, the setting. */
  readonly refusal: string;
  readonly aside: string;
}

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
