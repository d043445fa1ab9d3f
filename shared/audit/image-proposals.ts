import type { StoredAuditEntry } from './entry.ts';
import type { MessageId } from '../messages/catalogue/index.ts';
import { isOfLocalContent } from '../policy/decision.ts';
import { isSettingPointer } from '../rules/setting-pointer.ts';
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

const writtenImage = (entry: StoredAuditEntry): string =>
  entry.subject?.image ?? entry.image ?? entry.origin?.image ?? '';

/** The local image that was requested by a tag or its id. */
function localImage(
  entry: StoredAuditEntry,
  { images }: ProposalContext,
): ProposalContext['images'][number] | undefined {
  const written = writtenImage(entry);
  const parsed = parseImageReference(written);
  return parsed.ok && parsed.value.kind === 'image'
    ? taggedImage(parsed.value, images)
    : images.find((image) => image.id === written || image.id === `sha256:${written}`);
}

/** The local image under a tag. */
function taggedImage(reference: ImageReference, images: ProposalContext['images']) {
  const wanted = canonicalReference(reference);
  return images.find((image) =>
    image.tags.some((tag) => {
      const parsed = parseImageReference(tag);
      return parsed.ok && canonicalReference(parsed.value) === wanted;
    }),
  );
}

/**
 * The image of an entry, as a reference: the requested name, or a name of the local image that was requested
 * by its id.
 */
function imageOf(entry: StoredAuditEntry, context: ProposalContext): ImageReference | null {
  const parsed = parseImageReference(writtenImage(entry));
  if (parsed.ok) return parsed.value;
  const local = localImage(entry, context);
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
  return (taggedImage(reference, images)?.digests ?? []).flatMap((digest) => {
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

/** Whether the local image of a tag was made or loaded here: no registry is known to have its content. */
export function isMadeHere(reference: ImageReference, images: ProposalContext['images']): boolean {
  const local = reference.kind === 'any' ? undefined : taggedImage(reference, images);
  return local?.digests.every((digest) => digest.startsWith('<none>')) ?? false;
}

/**
 * Where an image's content is from. `content-made-here`: no registry has it, so no entry of the image list
 * can match it. That is the refusal's reason, or the engine knows no digest of the image (containerd's image
 * store always knows one, which an entry can pin). `unknown`: the engine knows none, and the reason is that
 * the image is built from one that could not be checked, or was refused itself.
 */
function contentOrigin(
  entry: StoredAuditEntry,
  context: ProposalContext,
): 'content-made-here' | 'unknown' | 'registry' {
  const { setting, sentences } = entry;
  const local = localImage(entry, context);
  const digests = local?.digests.filter((digest) => !digest.startsWith('<none>'));
  const ofLocalContent = isSettingPointer(setting) && isOfLocalContent({ setting, sentences });
  if (digests === undefined) return ofLocalContent ? 'content-made-here' : 'registry';
  if (digests.length > 0) return 'registry';
  // Lines of versions that wrote English only have no sentences.
  const detail = sentences?.detail?.id;
  return ofLocalContent || detail === undefined || detail === notListed ? 'content-made-here' : 'unknown';
}

const notListed = 'trust.not-listed' satisfies MessageId;

export function imageProposals(entry: StoredAuditEntry, context: ProposalContext): Allowance {
  const reference = imageOf(entry, context);
  if (reference === null || reference.kind === 'any' || reference.path.includes('*'))
    return { kind: 'by-hand' };
  const { images: listed, allowDerivedImages } = context.settings.socket;
  // A listed image whose content differed from the listed one: a derived image, or another one of that name.
  const derived = allowDerivedImages
    ? []
    : [
        makeProposal(
          'derived-images',
          [{ pointer: `${socketMountPointer}/imageList/allowDerivedImages`, value: true }],
          'wide',
        ),
      ];
  const origin = contentOrigin(entry, context);
  if (origin !== 'registry' && derived.length > 0 && listed.length > 0)
    return { kind: 'proposals', proposals: derived };
  if (origin === 'content-made-here') return { kind: 'content-made-here' };
  if (origin === 'unknown') return { kind: 'by-hand' };
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
  return toAllowance([...proposals, ...derived]);
}
