/** Texts by nested keys. */
export interface TextTree {
  readonly [key: string]: string | TextTree;
}

/** The texts of a tree by their dotted keys, as i18next names them. */
export const flattenTexts = (tree: TextTree, prefix = ''): readonly (readonly [string, string])[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${prefix}${key}`, value] as const]
      : flattenTexts(value, `${prefix}${key}.`),
  );
