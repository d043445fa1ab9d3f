import type { MessageId } from '../messages/catalogue/index.ts';
import type { SettingPointer } from './setting-pointer.ts';

/** A reason to refuse a request, or to write it differently. */
export interface Rule {
  /** Its name in the decision log, in JSON output, and in the texts of the window. */
  readonly code: string;
  /** What it says, without a capital and a full stop: a part of the refusal. */
  readonly sentence: MessageId;
  /**
   * Requirement (A7, B1, …) it comes from where the denial names no other; '' where it is the message model's
   * own.
   */
  readonly spec: string;
  /** Setting that would allow what it refuses, where the denial names no other. */
  readonly setting: SettingPointer;
  /** Whether the window has a text of its own on what to do instead (`rules.instead`). */
  readonly hasAlternative: boolean;
  /** Option of `docker build` that it is always about. */
  readonly buildOption?: string;
}

/** Keeps the literal types of a rule, from which `RuleCode` and the texts it needs follow. */
export const defineRule = <const Definition extends Rule>(rule: Definition): Definition => rule;
