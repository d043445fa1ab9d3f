import { english } from './en/index.ts';

export { english };

type CatalogueKey = keyof typeof english;

/** Every sentence has an id: '<area>.<what it says>'. Its plural forms end in `_one` and `_other`. */
export type MessageId = CatalogueKey extends infer Key
  ? Key extends `${infer Id}_${'one' | 'other'}`
    ? Id
    : Key
  : never;

type KeyOf<Id extends MessageId> = Extract<CatalogueKey, Id | `${Id}_one` | `${Id}_other`>;

/** Names in `{{…}}`. */
type NamesIn<Text extends string> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** The names of the values that a sentence needs; a plural one needs `count`, which selects its form. */
export type ParamNames<Id extends MessageId> =
  NamesIn<(typeof english)[KeyOf<Id>]> | (Id extends CatalogueKey ? never : 'count');
