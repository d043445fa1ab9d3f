import {
  message,
  plainText,
  referenceTo,
  withReference,
  type Message,
  type MessageReference,
} from '../messages/message.ts';
import type { EngineError } from './engine-errors.ts';
import type { MessageId } from '../messages/catalogue/index.ts';
import { originalName } from './retained-name.ts';
import { joinMessages } from '../messages/join-messages.ts';
import type { Translate } from '../messages/translator.ts';
import { rules, type RuleCode, type SettingPointer } from '../rules/index.ts';
import { settingSentence } from '../rules/setting-pointer.ts';

/**
 * A decision as data: the gateway enforces it, the Simulator explains it, the plan previews it. Its text
 * consists of catalogue sentences, for Docker clients by `refusalText`.
 */

/** The subject of a denial, as data: for finding the setting that would allow it. The text is `what`. */
export interface DenialSubject {
  /** Directory or file on the engine's machine, symbolic links followed. */
  readonly path?: string;
  /** Docker command, as named in a command list. */
  readonly command?: string;
  /** Image whose permission was checked. */
  readonly image?: string;
  /** Container that would have to be recreated. */
  readonly container?: string;
}

/** One rewrite by the gateway of what the client sent. */
export interface Change {
  readonly rule: RuleCode;
  /** Field, dotted: 'HostConfig.Runtime'. */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** The catalogue sentences of a denial's texts. */
export interface DenialSentences {
  readonly what?: MessageReference | undefined;
  readonly detail?: MessageReference | undefined;
}

export interface Denial {
  readonly outcome: 'deny';
  readonly rule: RuleCode;
  /** What was blocked, in English, as the user would name it: '--pid=host', 'bind mount of /etc'. */
  readonly what: string;
  /** Spec id of the requirement (A7, B1, …) behind the rule; '' for rules of the message model itself. */
  readonly spec: string;
  readonly setting: SettingPointer;
  /** Detail of the refusal, in English, e.g. the field's correct spelling or the engine's socket. */
  readonly detail?: string;
  /** `what` and `detail` as catalogue sentences; missing if they are the same in every language. */
  readonly sentences?: DenialSentences;
  readonly subject?: DenialSubject;
  /** Only if no engine would accept the request: then it is not a matter of policy. */
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

/** Maximum length of a client's text repeated in a refusal, which is sent to the client and logged. */
const maxTextLength = 5000;
const brief = (text: string): string =>
  text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;

/** Further arguments of `deny`. */
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
 * Makes a denial. `what` and `detail` are catalogue sentences, or text that is the same in every language (an
 * option, an address). They may repeat what the client sent, and are cut if that is very long.
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

/** The data of a refusal: a denial, or a line of the decision log. */
export interface RefusalParts extends Pick<Denial, 'rule' | 'what' | 'spec' | 'setting'> {
  readonly detail?: string | undefined;
  readonly sentences?: DenialSentences | undefined;
  readonly subject?: { readonly container?: DenialSubject['container'] | undefined } | undefined;
}

/**
 * The sentence that Docker clients display (B6): what was blocked, by which rule, and which setting would
 * allow it.
 */
export function refusalMessage(denial: RefusalParts): Message {
  const { sentences } = denial;
  const asides = [withReference(denial.detail ?? '', sentences?.detail), denial.spec].filter(
    (aside) => plainText(aside) !== '',
  );
  const text = ruleSentence(denial.rule);
  const rule =
    asides.length === 0
      ? text
      : message('rules.with-aside', { text, aside: joinMessages('statements', asides) });
  return message('rules.refusal', {
    what: withReference(denial.what, sentences?.what),
    rule,
    setting: remedySentence(denial),
  });
}

/** Which setting would allow it, or what else helps. */
function remedySentence(denial: RefusalParts): Message {
  const { setting, subject } = denial;
  if (isOfLocalContent(denial)) return message('rules.setting-image-content');
  const name = subject?.container;
  if (setting !== '/bulkhead/existingContainers' || name === undefined) return settingSentence(setting);
  const original = originalName(name);
  return original === null
    ? message('rules.setting-existing-container', { name })
    : message('rules.setting-replaced-container', { original });
}

/** Why an image may not have the Docker socket if its content is in no registry: no entry can match it. */
const localContentReasons: readonly string[] = [
  'trust.named-but-not-pulled',
  'trust.not-listed-nor-derived',
] satisfies readonly MessageId[];

/**
 * Whether the refusal is about an image whose content was made or loaded here. Entries compare content with
 * what a registry serves: none but `*` allows it.
 */
export const isOfLocalContent = ({
  setting,
  sentences,
}: Pick<RefusalParts, 'setting' | 'sentences'>): boolean =>
  setting === '/enhancedContainerIsolation/dockerSocketMount/imageList' &&
  localContentReasons.includes(sentences?.detail?.id ?? '');

/**
 * The text of a refusal. It has the same beginning in every language, and names of settings are those in the
 * file, so that scripts can match both.
 */
export const refusalText = (denial: Denial, translate: Translate = plainText): string =>
  translate(refusalMessage(denial));

/** The rule alone, as a sentence without a capital letter. */
const ruleSentence = (rule: RuleCode): Message => message(rules[rule].sentence);

/** One change of a request, as a sentence. */
export const changeSentence = ({ field, before, after, rule }: Change): Message =>
  message('rules.change', { field, before, after, rule: ruleSentence(rule) });
