import type { DraftView } from '../../state/draft-view.ts';

/** What a person can choose of the recommended policy. ECI itself is what the first run is for. */
export interface Policy {
  readonly locked: boolean;
  readonly shares: boolean;
}

const sharesPointer = '/filesharingAllowedDirectories';
const recommendedShares = [
  { path: '$HOME', sharedByDefault: true },
  { path: '$TMP', sharedByDefault: false },
];

/**
 * The recommended policy, or what was chosen of it before: a draft that turns ECI on has been here, and says
 * otherwise only where somebody switched it off.
 */
export function policyIn(draft: Pick<DraftView, 'value'>): Policy {
  if (draft.value('/enhancedContainerIsolation/value') !== true) return { locked: true, shares: true };
  const listed = draft.value(sharesPointer);
  return {
    locked: draft.value('/enhancedContainerIsolation/locked') !== false,
    shares: !Array.isArray(listed) || listed.length > 0,
  };
}

/** Directories in the draft that are somebody's own choice, and stay; null: the switch decides. */
export function ownShares(draft: Pick<DraftView, 'value'>): readonly unknown[] | null {
  const listed = draft.value(sharesPointer);
  const isOwn =
    Array.isArray(listed) &&
    listed.length > 0 &&
    JSON.stringify(listed) !== JSON.stringify(recommendedShares);
  return isOwn ? listed : null;
}

/** The edits that make the draft that policy, as one step of undo. What else is in the draft stays. */
export function recommendedEdits(
  policy: Policy,
  draft: Pick<DraftView, 'value'>,
): { readonly pointer: string; readonly value: unknown }[] {
  return [
    { pointer: '/enhancedContainerIsolation/value', value: true },
    { pointer: '/enhancedContainerIsolation/locked', value: policy.locked },
    ...(ownShares(draft) === null
      ? [{ pointer: sharesPointer, value: policy.shares ? recommendedShares : [] }]
      : []),
  ];
}
