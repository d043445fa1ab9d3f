import type { StoredAuditEntry } from './entry.ts';
import {
  canonicalReference,
  familiarReference,
  parseImageReference,
  referenceCovers,
  type ImageReference,
} from '../settings/image-reference.ts';
import {
  type ProposalCode,
  type Proposal,
  type Allowance,
  type ProposalContext,
  socketMountPointer,
  makeProposal,
  toAllowance,
} from './proposal.ts';

/**
 * The image of an entry, as a reference: the requested name, or a name of the local image that was requested
 * by its id.
 */
function imageOf(entry: StoredAuditEntry, context: ProposalContext): ImageReference | null {
  const written = entry.subject?.image ?? entry.image ?? entry.origin?.image ?? '';
  const parsed = parseImageReference(written);
  if (parsed.ok) return parsed.value;
  const local = context.images.find((image) => image.id === written || image.id === `sha256:${written}`);
  const name = parseImageReference(local?.tags[0] ?? local?.digests[0] ?? '');
  return name.ok ? name.value : null;
}

/** Digests of the local image of a reference in that repository. */
export function localDigests(
  reference: ImageReference,
  images: ProposalContext['images'],
): readonly string[] {
  if (reference.kind === 'any') return [];
  if (reference.digest !== null) return [reference.digest];
  const wanted = canonicalReference(reference);
  const local = images.find((image) =>
    image.tags.some((tag) => {
      const parsed = parseImageReference(tag);
      return parsed.ok && canonicalReference(parsed.value) === wanted;
    }),
  );
  return (local?.digests ?? []).flatMap((digest) => {
    const parsed = parseImageReference(digest);
    return parsed.ok &&
      parsed.value.kind === 'image' &&
      parsed.value.digest !== null &&
      parsed.value.domain === reference.domain &&
      parsed.value.path === reference.path
      ? [parsed.value.digest]
      : [];
  });
}

export function imageProposals(entry: StoredAuditEntry, context: ProposalContext): Allowance {
  const reference = imageOf(entry, context);
  if (reference === null || reference.kind === 'any' || reference.path.includes('*'))
    return { kind: 'by-hand' };
  const { images: listed, allowDerivedImages } = context.settings.socket;
  const pointer = `${socketMountPointer}/imageList/images/-`;
  const covered = (wanted: ImageReference): boolean =>
    listed.some((written) => {
      const parsed = parseImageReference(written);
      return parsed.ok && referenceCovers(parsed.value, wanted);
    });
  const proposals: Proposal[] = [];
  const add = (
    code: ProposalCode,
    wanted: ImageReference,
    reach: Proposal['reach'],
    params: Proposal['params'],
  ) => {
    if (!covered(wanted))
      proposals.push(makeProposal(code, [{ pointer, value: familiarReference(wanted) }], reach, params));
  };
  const repository = familiarReference({ ...reference, tag: '*', digest: null }).replace(/:\*$/, '');
  const digest = localDigests(reference, context.images)[0];
  if (digest !== undefined)
    add('image-digest', { ...reference, tag: null, digest, tagWritten: false }, 'narrow', {
      digest,
      repository,
    });
  if (reference.tag !== null && reference.tag !== '*')
    add('image-tag', { ...reference, digest: null, tagWritten: true }, 'wide', {
      tag: reference.tag,
      repository,
    });
  add('image-any-tag', { ...reference, tag: '*', digest: null, tagWritten: true }, 'wide', { repository });
  // It is listed, and its content differed from the listed image's: a derived image, or another one under
  // that name.
  if (!allowDerivedImages)
    proposals.push(
      makeProposal(
        'derived-images',
        [{ pointer: `${socketMountPointer}/imageList/allowDerivedImages`, value: true }],
        'wide',
      ),
    );
  return toAllowance(proposals);
}
