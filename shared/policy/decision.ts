import type { RuleCode, SettingPointer } from '../rules/codes.ts';
import { english, fill, refusalPrefix, type DecisionLanguage } from '../rules/texts.ts';
import type { DecisionWords } from '../rules/rule-texts.ts';

/**
 * What a denial is about, as data: for whoever looks for the setting that would allow it. The words are
 * `what`.
 */
export interface DenialSubject {
  /** Directory or file on the engine's machine, symbolic links followed. */
  readonly path?: string;
  /** Docker command, as a command list names it. */
  readonly command?: string;
  /** Image whose right it is about. */
  readonly image?: string;
}

/** One thing the gateway writes differently from what the client sent. */
export interface Change {
  readonly rule: RuleCode;
  /** Field, dotted: 'HostConfig.Runtime'. */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

export interface Denial {
  readonly outcome: 'deny';
  readonly rule: RuleCode;
  /** What was blocked, as the user would name it: '--pid=host', 'bind mount of /etc'. */
  readonly what: string;
  /** Spec id of the requirement (A7, B1, …) the rule comes from; '' where it is the message model's own. */
  readonly spec: string;
  readonly setting: SettingPointer;
  /** Detail for the sentence, e.g. the field's right spelling or the engine's socket. */
  readonly detail?: string;
  readonly subject?: DenialSubject;
}
export type Decision =
  | { readonly outcome: 'allow'; readonly changes: readonly [] }
  | { readonly outcome: 'rewrite'; readonly changes: readonly Change[] }
  | Denial;

export const allow: Decision = { outcome: 'allow', changes: [] };

/** `allow`, or `rewrite` when there are changes. */
export function passed(changes: readonly Change[]): Decision {
  return changes.length === 0 ? allow : { outcome: 'rewrite', changes };
}

/** Characters of what a client sent that a refusal repeats: it is told to the client, and logged. */
const maxWords = 5000;
const brief = (text: string): string => (text.length > maxWords ? `${text.slice(0, maxWords)}…` : text);

/** `what` and `detail` may repeat what the client sent; they are cut where that is very long. */
export function deny(
  rule: RuleCode,
  what: string,
  more: { spec?: string; setting?: SettingPointer; detail?: string; subject?: DenialSubject } = {},
): Denial {
  return {
    outcome: 'deny',
    rule,
    what: brief(what),
    spec: more.spec ?? '',
    setting: more.setting ?? null,
    ...(more.detail === undefined ? {} : { detail: brief(more.detail) }),
    ...(more.subject === undefined ? {} : { subject: more.subject }),
  };
}

/**
 * The text Docker clients show (B6): what was blocked, by which rule, and which setting would allow it. It
 * begins alike in every language, and names of settings stay as they are written in the file, so that scripts
 * can match both.
 */
export function refusalText(denial: Denial, language: DecisionLanguage = english): string {
  const { words, named } = language;
  const asides = [denial.detail === undefined ? '' : named(denial.detail), denial.spec]
    .filter((aside) => aside !== '')
    .map((aside) => fill(words.aside, [aside]));
  const setting = denial.setting === null ? words.noSetting : settingText(words, denial.setting);
  return `${refusalPrefix}${fill(words.refusal, [named(denial.what), `${words.rules[denial.rule]}${asides.join('')}`, setting])}`;
}

function settingText(words: DecisionWords, setting: Exclude<SettingPointer, null>): string {
  const index = /^\/bulkhead\/perImageCommandLists\/(\d+)$/.exec(setting)?.[1];
  if (index !== undefined) return fill(words.perImageList, [index]);
  // the one family of pointers without a text of its own is dealt with above
  return words.settings[setting as keyof typeof words.settings];
}

/** Requirement behind what is written differently; '' where it is the message model's own. */
export function ruleSpec(rule: RuleCode): string {
  switch (rule) {
    case 'runtime-forced':
      return 'A6';
    case 'privileged-by-runtime':
      return 'A4';
    case 'userns-ignored':
    case 'pinned-reference':
      return 'A7';
    case 'own-socket':
      return 'B2';
    case 'cleaned-path':
      return 'A8';
    default:
      return '';
  }
}

/** The rule alone, as a sentence without a capital. */
export function ruleText(rule: RuleCode, words: DecisionWords = english.words): string {
  return words.rules[rule];
}
