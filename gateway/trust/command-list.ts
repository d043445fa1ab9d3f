import { listsNeedingTrust, type ListFinding, type MountedImage } from '../../shared/policy/commands.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { ImageTrust } from './image-trust.ts';

/**
 * Of which per-image lists an image is by content (B7): what was known of it, and what image trust says of
 * the lists that are open. Each is asked about as if it were the whole image list, derived images included
 * (B4); whether those count is for the reader, who knows the settings of the moment. Rejects with
 * EngineUnreachable.
 */
export async function resolveCommandList(
  trust: ImageTrust,
  mount: MountedImage & { readonly imageId: string },
  socket: EffectiveSettings['socket'],
): Promise<readonly ListFinding[]> {
  const open = listsNeedingTrust(socket, mount);
  if (open.length === 0) return mount.governing;
  const found = await Promise.all(
    open.map(async (image): Promise<ListFinding> => {
      const verdict = await trust.decide(mount.imageId, {
        ...socket,
        images: [image],
        allowDerivedImages: true,
      });
      if (verdict.trusted)
        return {
          image,
          its:
            verdict.imageId !== mount.imageId
              ? 'unknown'
              : verdict.derivedFrom === null
                ? 'direct'
                : 'derived',
        };
      switch (verdict.reason) {
        case 'not-listed':
        case 'other-content':
        case 'local-only':
          return { image, its: 'no' };
        case 'not-local':
        case 'registry-unreachable':
        case 'unavailable':
          return { image, its: 'unknown' };
      }
    }),
  );
  // Lists that the settings no longer have are dropped: a record must not grow with every change of them.
  const listedImages = new Set(socket.perImage.map(({ image }) => image));
  return [
    ...mount.governing.filter(({ image }) => listedImages.has(image) && !open.includes(image)),
    ...found,
  ];
}
