import { ruleList } from './list.ts';

export type { Rule } from './rule.ts';
export type { SettingPointer } from './setting-pointer.ts';

type ListedRule = (typeof ruleList)[number];

/** Name of a rule in the decision log, in JSON output, and in the texts of the window. */
export type RuleCode = ListedRule['code'];

/** Rules for which the window has a text of its own about alternatives. */
export type RuleWithAlternative = Extract<ListedRule, { readonly hasAlternative: true }>['code'];

/**
 * Every rule by its code. The type of Object.fromEntries does not contain that each rule is under its own
 * code.
 */
export const rules = Object.fromEntries(ruleList.map((rule) => [rule.code, rule])) as {
  readonly [Code in RuleCode]: Extract<ListedRule, { readonly code: Code }>;
};

/** Whether a code is known: the log may come from another version. */
export const isRuleCode = (code: string): code is RuleCode => Object.hasOwn(rules, code);

/** Whether the window has a text of its own about alternatives. */
export const hasAlternative = (code: string): code is RuleWithAlternative =>
  isRuleCode(code) && rules[code].hasAlternative;
