import { message, withReference, type Message } from '../messages/message.ts';
import type { Translate } from '../messages/translator.ts';
import { changeSentence, refusalMessage } from '../policy/decision.ts';
import { isRuleCode } from '../rules/index.ts';
import { isSettingPointer } from '../rules/setting-pointer.ts';
import type { StoredAuditEntry } from './entry.ts';

/** The data of a decision's text: a line of the decision log, or a finding of the Simulator. */
export type DecisionParts = Pick<
  StoredAuditEntry,
  | 'outcome'
  | 'rule'
  | 'spec'
  | 'setting'
  | 'what'
  | 'message'
  | 'detail'
  | 'sentences'
  | 'subject'
  | 'changes'
>;

/**
 * The text of a decision in one language, one line per change. English if it was written by an earlier
 * version, or by one with other rules and settings.
 */
export function decisionTexts(
  decision: DecisionParts,
  translate: (sentence: Message) => string,
): readonly string[] {
  const sentences = decisionSentences(decision);
  return sentences === null ? [decision.message] : sentences.map(translate);
}

/** The same as one text, for copying and printing. */
export const decisionText = (decision: DecisionParts, translate: (sentence: Message) => string): string =>
  decisionTexts(decision, translate).join('; ');

function decisionSentences(decision: DecisionParts): readonly Message[] | null {
  const { outcome, changes } = decision;
  if (outcome === 'rewrite')
    return (
      changes?.flatMap((change) =>
        isRuleCode(change.rule) ? [changeSentence({ ...change, rule: change.rule })] : [],
      ) ?? null
    );
  const refusal = refusalSentence(decision);
  if (refusal === null) return null;
  return outcome === 'allow' ? [message('rules.let-pass-with-warning', { refusal })] : [refusal];
}

/** The refusal of a decision, as a sentence; null if an earlier version wrote it in English only. */
export function refusalSentence({
  rule,
  what,
  spec,
  setting,
  detail,
  sentences,
  subject,
}: Omit<DecisionParts, 'outcome'>): Message | null {
  return sentences !== undefined && what !== undefined && isRuleCode(rule) && isSettingPointer(setting)
    ? refusalMessage({ rule, what, spec: spec ?? '', setting, detail, sentences, subject })
    : null;
}

/** The subject of a decision, in one language. */
export const decisionSubject = ({ what, sentences }: DecisionParts, translate: Translate): string | null =>
  what === undefined ? null : translate(withReference(what, sentences?.what));
