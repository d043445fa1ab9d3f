import type { EffectiveSettings } from '../settings/effective.ts';
import type { ShareContext, ShareDanger } from '../settings/shares.ts';

/**
 * One edit of the document; undefined would remove. Pointers refer to the draft for which the proposal was
 * made.
 */
export interface ProposedEdit {
  readonly pointer: string;
  readonly value: unknown;
}

/** The text of a proposal: each code is a text in the window's languages, with `params`. */
export type ProposalCode =
  | 'image-digest'
  | 'image-tag'
  | 'image-any-tag'
  | 'derived-images'
  | 'command-for-image'
  | 'command'
  | 'unlisted-entry'
  | 'share'
  | 'share-parent'
  | 'docker-load'
  | 'existing-warn'
  | 'scope-all'
  | 'environment-sockets'
  | 'environment-never';

/** A change of the draft that would allow what an entry of the decision log is about. */
export interface Proposal {
  readonly code: ProposalCode;
  readonly params: Readonly<Record<string, string>>;
  readonly edits: readonly ProposedEdit[];
  /**
   * `narrow`: no more than what was requested. `wide`: more than that. `dangerous`: it reduces protection;
   * never preselected.
   */
  readonly reach: 'narrow' | 'wide' | 'dangerous';
  /** Why sharing the directory is dangerous. */
  readonly danger?: ShareDanger;
}

/** What can be done about an entry. */
export type Allowance =
  | { readonly kind: 'proposals'; readonly proposals: readonly Proposal[] }
  /**
   * The draft allows it already, and only has to be applied. Or the applied settings do, and the request can
   * be repeated.
   */
  | { readonly kind: 'allowed-already' }
  /** A setting would help, but no exact change can be proposed: only the page where it is edited. */
  | { readonly kind: 'by-hand' }
  /** The image's content was made or loaded here: no entry of the image list can match it. */
  | { readonly kind: 'content-made-here' }
  /** No setting changes it. */
  | { readonly kind: 'no-setting' }
  /** Nothing was refused. */
  | { readonly kind: 'not-refused' };

export interface ProposalContext {
  /** The draft's settings. */
  readonly settings: EffectiveSettings;
  /** References and digests of local images, to name the exact one. */
  readonly images: readonly {
    readonly id: string;
    readonly tags: readonly string[];
    readonly digests: readonly string[];
  }[];
  readonly shares: ShareContext & { readonly tmp?: string };
}

/** The settings of Docker socket mounts. */
export const socketMountPointer = '/enhancedContainerIsolation/dockerSocketMount';

/** A proposal without a danger. */
export const makeProposal = (
  code: ProposalCode,
  edits: readonly ProposedEdit[],
  reach: Proposal['reach'],
  params: Proposal['params'] = {},
): Proposal => ({ code, params, edits, reach });

/** The proposals; if there are none, the setting has to be edited by hand. */
export const toAllowance = (proposals: readonly Proposal[]): Allowance =>
  proposals.length === 0 ? { kind: 'by-hand' } : { kind: 'proposals', proposals };
