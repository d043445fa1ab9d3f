import { englishText } from './english-text.ts';
import type { MessageId, ParamNames } from './catalogue/index.ts';
import type { Message, MessageParam, MessageReference } from './localized-text.ts';

export type { Message, MessageParam, MessageReference } from './localized-text.ts';

/** The values that a sentence needs, by the names in its English text; none where it has no `{{name}}`. */
export type ParamsArgument<Id extends MessageId> = [ParamNames<Id>] extends [never]
  ? []
  : [params: { readonly [Name in ParamNames<Id>]: Name extends 'count' ? number : MessageParam }];

/** Makes a sentence of the catalogue. */
export function message<Id extends MessageId>(id: Id, ...[params]: ParamsArgument<Id>): Message {
  return params === undefined
    ? { id, text: englishText(id, {}) }
    : { id, params, text: englishText(id, params) };
}

/** A message without its English text. */
export const referenceTo = ({ id, params }: Message): MessageReference =>
  params === undefined ? { id } : { id, params };

/** A text as it is written in logs and JSON: a sentence in English, anybody else's words as they are. */
export const plainText = (text: string | Message): string => (typeof text === 'string' ? text : text.text);
