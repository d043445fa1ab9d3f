import type { Node } from 'jsonc-parser';
import { propertyOf } from './document-tree.ts';

/** Whether a value is a JSON object. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether a node has this value. Numbers are compared as JavaScript numbers; of duplicate keys the last one
 * counts.
 */
export function sameAsNode(node: Node, value: unknown): boolean {
  const children = node.children ?? [];
  if (node.type === 'array')
    return (
      Array.isArray(value) &&
      value.length === children.length &&
      children.every((child, index) => sameAsNode(child, value[index]))
    );
  if (node.type === 'object') {
    if (!isRecord(value)) return false;
    const names = new Set(children.map((property) => String(property.children?.[0]?.value)));
    const presentKeys = Object.keys(value).filter((key) => value[key] !== undefined);
    return (
      names.size === presentKeys.length &&
      presentKeys.every((key) => {
        const member = propertyOf(node, key)?.children?.[1];
        return member !== undefined && sameAsNode(member, value[key]);
      })
    );
  }
  return node.type !== 'property' && node.value === value;
}
