import type { MessageId } from '../messages/catalogue/index.ts';
import type { SettingPointer } from './setting-pointer.ts';

/** A reason to refuse a request, or to rewrite it. */
export interface Rule {
  /** Its name in the decision log, in JSON output, and in the texts of the window. */
  readonly code: string;
  /** What it states, without a capital letter and a full stop: part of the refusal. */
  readonly sentence: MessageId;
  /**
   * The requirement (A7, B1, …) behind it if the denial names no other; '' for rules of the message model
   * itself.
   */
  readonly spec: string;
  /** Setting that would allow what it refuses, if the denial names no other. */
  readonly setting: SettingPointer;
  /** Whether the window has a text of its own about alternatives (`rules.instead`). */
  readonly hasAlternative: boolean;
  /** Option of `docker build` that it is always about. */
  readonly buildOption?: string;
}

/** Keeps the literal types of a rule, from which `RuleCode` and its required texts are derived. */
export const defineRule = <const Definition extends Rule>(rule: Definition): Definition => rule;
