import type { Node } from 'jsonc-parser';
import { childPointer, type SettingsPath } from './pointer.ts';

/** A key that occurs twice in an object. `offset`/`length` are the later key's. */
export interface DuplicateKey {
  readonly pointer: string;
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  readonly firstOffset: number;
}

/** Duplicate keys in the objects of the document, in the order of the text. */
export function findDuplicates(root: Node): DuplicateKey[] {
  const found: DuplicateKey[] = [];
  const walk = (node: Node, pointer: string): void => {
    const children = node.children ?? [];
    if (node.type === 'array')
      children.forEach((child, index) => {
        walk(child, childPointer(pointer, index));
      });
    if (node.type !== 'object') return;
    const first = new Map<string, number>();
    for (const property of children) {
      const [key, value] = property.children ?? [];
      if (key === undefined) continue;
      const name = String(key.value);
      const at = childPointer(pointer, name);
      const earlier = first.get(name);
      if (earlier === undefined) first.set(name, key.offset);
      else
        found.push({ pointer: at, key: name, offset: key.offset, length: key.length, firstOffset: earlier });
      if (value !== undefined) walk(value, at);
    }
  };
  walk(root, '');
  return found;
}

/**
 * The node of a path, or undefined. Of duplicate keys the last one, as JSON.parse interprets it. A number
 * finds a key in an object, a digit string an index in an array.
 */
export function nodeAt(root: Node, path: SettingsPath): Node | undefined {
  let node: Node | undefined = root;
  for (const segment of path) {
    if (node === undefined) return undefined;
    const children: Node[] = node.children ?? [];
    if (node.type === 'array')
      node = /^(0|[1-9]\d*)$/.test(String(segment)) ? children[Number(segment)] : undefined;
    else if (node.type === 'object') node = propertyOf(node, String(segment))?.children?.[1];
    else return undefined;
  }
  return node;
}

/** The property node (key and value) of an object; the last one of duplicates. */
export function propertyOf(object: Node, key: string): Node | undefined {
  return object.children?.findLast((property) => property.children?.[0]?.value === key);
}
