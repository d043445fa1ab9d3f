import type { FactLookup, ImageLookup } from '../../shared/explain/explanation.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import { noSuchImage } from '../../shared/policy/engine-errors.ts';
import { allowedEntries } from '../../shared/policy/image-trust.ts';
import { governingList } from '../../shared/policy/commands.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { SocketMount } from '../base/socket-mount.ts';
import type { ImageTrust } from '../trust/image-verdict.ts';

/** Limit of recorded facts. */
const maxRecorded = 100;

/** The same facts; each one requested by name is recorded once. */
export function recordedFacts(facts: EngineFacts, recorded: Map<string, FactLookup>): EngineFacts {
  const recording =
    <T>(
      kind: FactLookup['kind'],
      describe: (found: T) => string,
      query: (name: string) => Promise<T | null>,
    ) =>
    async (name: string): Promise<T | null> => {
      const found = await query(name);
      if (recorded.size < maxRecorded)
        recorded.set(`${kind} ${name}`, { kind, name, found: found === null ? null : describe(found) });
      return found;
    };
  return {
    ...facts,
    container: recording(
      'container',
      (found) => `${found.id.slice(0, 12)}, ${found.runtime}`,
      (name) => facts.container(name),
    ),
    image: recording(
      'image',
      (found) => found.id.slice(0, 19),
      (name) => facts.image(name),
    ),
    volume: recording(
      'volume',
      (found) => found.driver,
      (name) => facts.volume(name),
    ),
    network: recording(
      'network',
      (found) => found.driver,
      (name) => facts.network(name),
    ),
  };
}

/**
 * The same trust for a request that is explained: an image that the engine does not have will have been
 * pulled when the gateway decides, and with the entry `*` any content is allowed.
 */
export function trustOncePulled(trust: ImageTrust): ImageTrust {
  return {
    decide: async (image, socket) => {
      const verdict = await trust.decide(image, socket);
      const any = allowedEntries(socket.images).find(({ reference }) => reference.kind === 'any');
      return !verdict.trusted && verdict.reason === 'not-local' && any && noSuchImage(image) !== undefined
        ? { trusted: true, imageId: '', allowedBy: any.written, derivedFrom: null }
        : verdict;
    },
    close: () => {
      trust.close();
    },
  };
}

/** The same trust; records the verdict for each image that requests the socket. */
export function recordedTrust(trust: ImageTrust, images: Map<string, ImageLookup>): ImageTrust {
  return {
    decide: async (image, socket) => {
      const verdict = await trust.decide(image, socket);
      // The image's command list is queried by id, which is not known before a pull.
      if ((image === '' || image.startsWith('sha256:')) && images.size > 0) return verdict;
      images.set(
        image,
        verdict.trusted
          ? {
              image,
              trusted: true,
              allowedBy: verdict.allowedBy,
              imageId: verdict.imageId,
              reason: '',
              detail: verdict.derivedFrom ?? '',
            }
          : {
              image,
              trusted: false,
              allowedBy: '',
              imageId: '',
              reason: verdict.reason,
              detail: verdict.detail,
              ...(verdict.sentence === undefined ? {} : { sentence: verdict.sentence }),
            },
      );
      return verdict;
    },
    close: () => {
      trust.close();
    },
  };
}

/** Records the command list that governs the socket of an image. */
export function recordCommands(
  images: Map<string, ImageLookup>,
  mount: SocketMount,
  settings: EffectiveSettings,
): void {
  const recorded = images.get(mount.image);
  const { type, commands } = governingList(settings.socket, mount);
  if (recorded !== undefined)
    images.set(mount.image, { ...recorded, commands: { type, names: [...commands] } });
}
