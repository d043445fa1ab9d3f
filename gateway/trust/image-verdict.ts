import { withReference, type Message, type MessageReference } from '../../shared/messages/message.ts';
import { noSuchImage, type EngineError } from '../../shared/policy/engine-errors.ts';
import { allowedEntries, mayMatchOncePulled } from '../../shared/policy/image-trust.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';

/**
 * May an image have the Docker socket (B2–B4)? Trust is by content: the verdict holds for `imageId`, whatever
 * image has that name later.
 */
export type ImageVerdict =
  | {
      readonly trusted: true;
      readonly imageId: string;
      readonly allowedBy: string;
      readonly derivedFrom: string | null;
    }
  | {
      readonly trusted: false;
      readonly reason: UntrustedReason;
      /** For the refusal's detail, in English: digests, registry, what to do. */
      readonly detail: string;
      /** The same as a sentence of the catalogue. */
      readonly sentence?: MessageReference;
    };

/** Why an image may not have the socket, for a refusal. */
export const untrustedDetail = ({
  detail,
  sentence,
}: Extract<ImageVerdict, { trusted: false }>): string | Message => withReference(detail, sentence);

export type UntrustedReason =
  /** The engine does not have it. */
  | 'not-local'
  /** No entry of the list names it. */
  | 'not-listed'
  /** Named by an entry, but its content is not what the registry serves for that entry (B3). */
  | 'other-content'
  /** Not pulled from a registry, and not built from an allowed image (B3, B4). */
  | 'local-only'
  /** The registry is unreachable and there is no last known result. */
  | 'registry-unreachable'
  /** This gateway can give no container a socket now, whatever its image. */
  | 'unavailable';

export interface ImageTrust {
  /** `image` as a create request names it. Rejects with EngineUnreachable; never for a registry's sake. */
  decide(image: string, socket: EffectiveSettings['socket']): Promise<ImageVerdict>;
  close(): void;
}

/**
 * The engine's own response to a create request of an image that it does not have, where the entries may
 * allow what a pull gets: the client pulls it then, and repeats the request. Undefined otherwise.
 */
export const missingImageError = (
  verdict: ImageVerdict,
  image: string,
  images: readonly string[],
): EngineError | undefined =>
  !verdict.trusted && verdict.reason === 'not-local' && mayMatchOncePulled(allowedEntries(images), image)
    ? noSuchImage(image)
    : undefined;
