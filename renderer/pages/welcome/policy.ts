import type { DraftView } from '../../state/draft-view.ts';

/** What a person can choose of the recommended policy. ECI itself is what the first run is for. */
export interface Policy {
  readonly locked: boolean;
  readonly shares: boolean;
}
export const recommended: Policy = { locked: true, shares: true };

/** The edits that make the draft that policy, as one step of undo. What else is in the draft stays. */
export function recommendedEdits(
  policy: Policy,
  draft: Pick<DraftView, 'value'>,
): { readonly pointer: string; readonly value: unknown }[] {
  const listed = draft.value('/filesharingAllowedDirectories');
  return [
    { pointer: '/enhancedContainerIsolation/value', value: true },
    { pointer: '/enhancedContainerIsolation/locked', value: policy.locked },
    // A list that somebody wrote into the draft already is his choice.
    ...(Array.isArray(listed) && listed.length > 0
      ? []
      : [
          {
            pointer: '/filesharingAllowedDirectories',
            value: policy.shares
              ? [
                  { path: '$HOME', sharedByDefault: true },
                  { path: '$TMP', sharedByDefault: false },
                ]
              : [],
          },
        ]),
  ];
}
