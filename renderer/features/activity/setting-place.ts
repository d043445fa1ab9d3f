import { hrefFor, type PageId } from '../../app/router.ts';

/** `/enhancedContainerIsolation/dockerSocketMount/imageList` as documentation writes it: with dots, places of lists in brackets. */
export function settingName(pointer: string): string {
  const name = pointer.slice(1).split('/').map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join('').replace(/^\./, '');
  return name.replace(/^enhancedContainerIsolation\./, '');
}

/** The page whose forms edit the setting. */
export function settingPage(pointer: string): PageId {
  if (/^\/(?:enhancedContainerIsolation\/dockerSocketMount|bulkhead\/(?:perImageCommandLists|socketMounts|hideEnvironment))(?:\/|$)/.test(pointer)) return 'docker-socket';
  if (pointer.startsWith('/filesharingAllowedDirectories')) return 'file-sharing';
  if (pointer.startsWith('/enhancedContainerIsolation') || pointer.startsWith('/bulkhead')) return 'isolation';
  return 'json';
}

/** Where the setting is edited; the pointer goes along for pages that can show the field. */
export const settingHref = (pointer: string): string => hrefFor(settingPage(pointer), { pointer });
