import type { DraftView } from '../../state/draft-view.ts';

/** The optional parts of the recommended policy. The first run always turns ECI on. */
export interface Policy {
  readonly locked: boolean;
  readonly shares: boolean;
}

const sharesPointer = '/filesharingAllowedDirectories';
const recommendedShares = [
  { path: '$HOME', sharedByDefault: true },
  { path: '$TMP', sharedByDefault: false },
];

/** The recommended policy; if the draft already turns ECI on, its own values are used. */
export function policyIn(draft: Pick<DraftView, 'value'>): Policy {
  if (draft.value('/enhancedContainerIsolation/value') !== true) return { locked: true, shares: true };
  const listed = draft.value(sharesPointer);
  return {
    locked: draft.value('/enhancedContainerIsolation/locked') !== false,
    shares: !Array.isArray(listed) || listed.length > 0,
  };
}

/** Directories in the draft that the user chose, and that are kept; null: the switch decides. */
export function ownShares(draft: Pick<DraftView, 'value'>): readonly unknown[] | null {
  const listed = draft.value(sharesPointer);
  const isOwn =
    Array.isArray(listed) &&
    listed.length > 0 &&
    JSON.stringify(listed) !== JSON.stringify(recommendedShares);
  return isOwn ? listed : null;
}

/** The edits that turn the draft into that policy, as one undo step. The rest of the draft is kept. */
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
