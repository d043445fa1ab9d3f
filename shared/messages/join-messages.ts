import { message, type Message } from './message.ts';

/**
 * How several texts are joined: `sentences` are whole sentences, `statements` clauses separated by
 * semicolons, `outcomes` and `enumeration` are separated by commas, which Chinese writes differently for
 * names.
 */
export type JoinKind = 'sentences' | 'statements' | 'outcomes' | 'enumeration';

/**
 * Joins several texts. Each half is a sentence of its own: nested in this way, a long list stays short as
 * data, although every sentence contains the text of its parts. '' for none.
 */
export function joinMessages(kind: JoinKind, parts: readonly [Message, ...Message[]]): Message;
export function joinMessages(kind: JoinKind, parts: readonly (string | Message)[]): string | Message;
export function joinMessages(kind: JoinKind, parts: readonly (string | Message)[]): string | Message {
  const [first = ''] = parts;
  if (parts.length < 2) return first;
  const middle = Math.ceil(parts.length / 2);
  return message(`common.${kind}`, {
    before: joinMessages(kind, parts.slice(0, middle)),
    after: joinMessages(kind, parts.slice(middle)),
  });
}
