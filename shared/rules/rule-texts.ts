import type { RuleCode } from './codes.ts';
import type { SettingPointer } from './codes.ts';

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
