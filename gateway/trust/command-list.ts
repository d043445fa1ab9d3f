import { listsNeedingTrust, type ListFinding, type MountedImage } from '../../shared/policy/commands.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { ImageTrust } from './image-verdict.ts';

/**
 * Which per-image lists apply to an image by its content (B7): the recorded findings, and the verdicts of
 * image trust for the lists without one. Each list is checked as if it were the whole image list, derived
 * images included (B4); whether those count is decided by the reader of the findings, under the current
 * settings. Rejects with EngineUnreachable.
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
