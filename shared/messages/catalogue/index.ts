import { english } from './en/index.ts';

export { english };

/** Every sentence has an id: '<area>.<what it says>'. */
export type MessageId = keyof typeof english;

/** Names in `{{…}}`. */
type NamesIn<Text extends string> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** The names of the values that a sentence needs. */
export type ParamNames<Id extends MessageId> = NamesIn<(typeof english)[Id]>;
