import { ruleList } from './list.ts';

export type { Rule } from './rule.ts';
export type { SettingPointer } from './setting-pointer.ts';

type ListedRule = (typeof ruleList)[number];

/** Name of a rule in the decision log, in JSON output, and in the texts of the window. */
export type RuleCode = ListedRule['code'];

/** Rules that the window has a text of its own for on what to do instead. */
export type RuleWithAlternative = Extract<ListedRule, { readonly hasAlternative: true }>['code'];

/** Every rule by its code. */
// Object.fromEntries forgets that each rule stands under its own code.
export const rules = Object.fromEntries(ruleList.map((rule) => [rule.code, rule])) as {
  readonly [Code in RuleCode]: Extract<ListedRule, { readonly code: Code }>;
};

/** Whether this version knows a code: the log may be of another one. */
export const isRuleCode = (code: string): code is RuleCode => Object.hasOwn(rules, code);

/** Whether the window has a text of its own on what to do instead. */
export const hasAlternative = (code: string): code is RuleWithAlternative =>
  isRuleCode(code) && rules[code].hasAlternative;
