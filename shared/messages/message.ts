import { englishText } from './english-text.ts';
import type { MessageId, ParamNames } from './catalogue/index.ts';
import type { Message, MessageParam, MessageReference } from './localized-text.ts';

export type { Message, MessageParam, MessageReference } from './localized-text.ts';

/** The values that a sentence needs, by the names in its English text; none if it has no `{{name}}`. */
export type ParamsArgument<Id extends MessageId> = [ParamNames<Id>] extends [never]
  ? []
  : [params: { readonly [Name in ParamNames<Id>]: Name extends 'count' ? number : MessageParam }];

/** Maximum length of a value that a sentence repeats: it may come from a client, with any length. */
const maxParamLength = 5000;

/**
 * Makes a sentence of the catalogue. Long values are cut before it is rendered. `text` is rendered once, when
 * it is first read: tables of sentences at module level cost nothing at start-up.
 */
export function message<Id extends MessageId>(id: Id, ...[params]: ParamsArgument<Id>): Message {
  return params === undefined ? withLazyText({ id }) : withLazyText({ id, params: boundParams(params) });
}

/** Adds `text` as an enumerable getter: JSON, spreads and structured clones read it like a plain member. */
function withLazyText(reference: MessageReference): Message {
  let text: string | undefined;
  return {
    ...reference,
    get text() {
      return (text ??= englishText(reference.id, reference.params ?? {}));
    },
  };
}

function boundParams(params: Readonly<Record<string, MessageParam>>): Readonly<Record<string, MessageParam>> {
  return Object.values(params).some(isTooLong)
    ? Object.fromEntries(
        Object.entries(params).map(([name, value]) => [
          name,
          isTooLong(value) ? `${value.slice(0, maxParamLength)}\u2026` : value,
        ]),
      )
    : params;
}

const isTooLong = (value: MessageParam): value is string =>
  typeof value === 'string' && value.length > maxParamLength;

/** A message without its English text. */
export const referenceTo = ({ id, params }: Message): MessageReference =>
  params === undefined ? { id } : { id, params };

/** A stored text with its reference, as a sentence; without a reference, the text of another program. */
export const withReference = (text: string, reference: MessageReference | undefined): Message | string =>
  reference === undefined ? text : { ...reference, text };

/** The member `sentence` for a text; none if it is the text of another program. */
export const sentenceOf = (text: string | Message): { readonly sentence?: MessageReference } =>
  typeof text === 'string' ? {} : { sentence: referenceTo(text) };

/** A text as written to logs and JSON: a sentence in English, a text of another program unchanged. */
export const plainText = (text: string | Message): string => (typeof text === 'string' ? text : text.text);
