import fc from 'fast-check';
import type { Node } from 'jsonc-parser';
import { editSettings, toPointer, type SettingsPath } from './index.ts';

export const edit = (text: string, path: SettingsPath, value: unknown): string => {
  const result = editSettings(text, path, value);
  if (!result.ok) throw new Error(`${JSON.stringify(result.error)} in ${text}`);
  return result.value;
};
type Layout = {
  readonly eol: string;
  readonly unit: string;
  readonly colon: string;
  readonly mode: 'tall' | 'compact' | 'airy' | 'mixed';
};
export type Tree =
  | { readonly leaf: string }
  | { readonly keys: readonly string[]; readonly members: readonly Tree[] }
  | { readonly elements: readonly Tree[]; readonly flat: boolean };
export const layout: fc.Arbitrary<Layout> = fc.record({
  eol: fc.constantFrom('\n', '\r\n', '\r'),
  unit: fc.constantFrom('  ', '\t', '    ', ' '),
  colon: fc.constantFrom(': ', ':', ' : '),
  mode: fc.constantFrom('tall', 'compact', 'airy', 'mixed'),
});

export function print(node: Tree, at: Layout, indent = ''): string {
  if ('leaf' in node) return node.leaf;
  const inner = indent + at.unit;
  const parts =
    'keys' in node
      ? node.members.map((member, i) => JSON.stringify(node.keys[i]) + at.colon + print(member, at, inner))
      : node.elements.map((element) => print(element, at, inner));
  const [open, close] = 'keys' in node ? ['{', '}'] : ['[', ']'];
  if (at.mode === 'compact') return open + parts.join(',') + close;
  if (at.mode === 'airy' || (at.mode === 'mixed' && 'elements' in node && node.flat))
    return `${open} ${parts.join(' , ')} ${close}`;
  return `${open}${at.eol}${inner}${parts.join(`,${at.eol}${inner}`)}${at.eol}${indent}${close}`;
}
export const runs = { numRuns: 800 };

export function findNode(root: Node, path: SettingsPath): Node {
  let node: Node | undefined = root;
  for (const segment of path) {
    const children: Node[] = node?.children ?? [];
    node =
      node?.type === 'array'
        ? children[Number(segment)]
        : children.findLast((p) => p.children?.[0]?.value === String(segment))?.children?.[1];
  }
  if (node === undefined) throw new Error(`no node at ${toPointer(path)}`);
  return node;
}
