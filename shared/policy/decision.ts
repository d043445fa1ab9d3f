import {
  message,
  plainText,
  referenceTo,
  withReference,
  type Message,
  type MessageReference,
} from '../messages/message.ts';
import type { EngineError } from './engine-errors.ts';
import type { Translate } from '../messages/translator.ts';
import { rules, type RuleCode, type SettingPointer } from '../rules/index.ts';
import { settingSentence } from '../rules/setting-pointer.ts';

/**
 * A decision as data: the gateway enforces it, the Simulator explains it, the plan previews it. Its text is
 * made of sentences of the catalogue, for Docker clients by `refusalText`.
 */

/**
 * What a denial is about, as data: for whoever looks for the setting that would allow it. The text is `what`.
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

/** Which sentences of the catalogue the texts of a denial are. */
export interface DenialSentences {
  readonly what?: MessageReference | undefined;
  readonly detail?: MessageReference | undefined;
}

export interface Denial {
  readonly outcome: 'deny';
  readonly rule: RuleCode;
  /** What was blocked, in English, as the user would name it: '--pid=host', 'bind mount of /etc'. */
  readonly what: string;
  /** Spec id of the requirement (A7, B1, …) the rule comes from; '' where it is the message model's own. */
  readonly spec: string;
  readonly setting: SettingPointer;
  /** Detail of the refusal, in English, e.g. the field's right spelling or the engine's socket. */
  readonly detail?: string;
  /** `what` and `detail` as sentences of the catalogue; missing where they are the same in every language. */
  readonly sentences?: DenialSentences;
  readonly subject?: DenialSubject;
  /** Only where no engine would do what was requested: then it is not a matter of policy. */
  readonly engineError?: EngineError;
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

/** Characters of what a client sent that a refusal repeats: the client gets it, and the log. */
const maxTextLength = 5000;
const brief = (text: string): string =>
  text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;

/** What `deny` takes besides the rule and what was blocked. */
export interface DenialOptions {
  /** Default: the rule's. */
  readonly spec?: string;
  /** Default: the rule's. */
  readonly setting?: SettingPointer;
  readonly detail?: string | Message;
  readonly subject?: DenialSubject;
  readonly engineError?: EngineError;
}

/**
 * Makes a denial. `what` and `detail` are sentences of the catalogue, or what is the same in every language
 * (an option, an address). They may repeat what the client sent, and are cut where that is very long.
 */
export function deny(rule: RuleCode, what: string | Message, options: DenialOptions = {}): Denial {
  const { spec, setting, detail, subject, engineError } = options;
  const sentences = {
    ...(typeof what === 'string' ? {} : { what: referenceTo(what) }),
    ...(typeof detail === 'object' ? { detail: referenceTo(detail) } : {}),
  };
  return {
    outcome: 'deny',
    rule,
    what: brief(plainText(what)),
    spec: spec ?? rules[rule].spec,
    setting: setting === undefined ? rules[rule].setting : setting,
    ...(detail === undefined ? {} : { detail: brief(plainText(detail)) }),
    ...(Object.keys(sentences).length === 0 ? {} : { sentences }),
    ...(subject === undefined ? {} : { subject }),
    ...(engineError === undefined ? {} : { engineError }),
  };
}

/** The beginning of every refusal, in every language. */
export const refusalPrefix = 'enhanced container isolation: ';

/** What a refusal is made of: a denial, or a line of the decision log. */
export interface RefusalParts extends Pick<Denial, 'rule' | 'what' | 'spec' | 'setting'> {
  readonly detail?: string | undefined;
  readonly sentences?: DenialSentences | undefined;
}

/**
 * The sentence that Docker clients show (B6): what was blocked, by which rule, and which setting would allow
 * it.
 */
export function refusalMessage(denial: RefusalParts): Message {
  const { sentences } = denial;
  const asides = [withReference(denial.detail ?? '', sentences?.detail), denial.spec].filter(
    (aside) => plainText(aside) !== '',
  );
  const rule = asides.reduce<Message>(
    (text, aside) => message('rules.with-aside', { text, aside }),
    ruleSentence(denial.rule),
  );
  return message('rules.refusal', {
    what: withReference(denial.what, sentences?.what),
    rule,
    setting: settingSentence(denial.setting),
  });
}

/**
 * The text of a refusal. It begins alike in every language, and names of settings stay as they are written in
 * the file, so that scripts can match both.
 */
export const refusalText = (denial: Denial, translate: Translate = plainText): string =>
  translate(refusalMessage(denial));

/** The rule alone, as a sentence without a capital. */
export const ruleSentence = (rule: RuleCode): Message => message(rules[rule].sentence);

/** One change of a request, as a sentence. */
export const changeSentence = ({ field, before, after, rule }: Change): Message =>
  message('rules.change', { field, before, after, rule: ruleSentence(rule) });
