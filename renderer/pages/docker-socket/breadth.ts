import type { ImageReference } from '../../../shared/settings/index.ts';

/** How much a reference lets in, the least first. */
export const breadths = ['digest', 'tag', 'any-tag', 'any-repository', 'any-image'] as const;
export type Breadth = (typeof breadths)[number];

export function breadthOf(reference: ImageReference): Breadth {
  if (reference.kind === 'any') return 'any-image';
  if (reference.path === '*' || reference.path.endsWith('/*')) return 'any-repository';
  if (reference.digest !== null) return 'digest';
  return reference.tag === '*' ? 'any-tag' : 'tag';
}
