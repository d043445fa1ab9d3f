import { defaultRoot } from './target-id.ts';

/**
 * What tells an embedded engine from the others: the end of its root directory, as much of it as no other of
 * `roots` ends with. Null for the engine at the default root, which needs no name.
 */
export function embeddedName(root: string, roots: readonly string[]): string | null {
  if (root === defaultRoot) return null;
  const parts = partsOf(root);
  const others = roots.filter((other) => other !== root).map(partsOf);
  for (let count = 1; count < parts.length; count++) {
    const name = endOf(parts, count);
    if (others.every((other) => endOf(other, count) !== name)) return name;
  }
  return root;
}

const partsOf = (root: string): readonly string[] => root.split('/').filter((part) => part !== '');
const endOf = (parts: readonly string[], count: number): string => parts.slice(-count).join('/');
