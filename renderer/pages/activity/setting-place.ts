import { pageOfSetting } from '../../../shared/pages/setting-page.ts';
import { hrefFor } from '../../state/router.ts';

/**
 * `/enhancedContainerIsolation/dockerSocketMount/imageList` as documentation writes it: with dots, places of
 * lists in brackets.
 */
export function settingName(pointer: string): string {
  const name = pointer
    .slice(1)
    .split('/')
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
  return name.replace(/^enhancedContainerIsolation\./, '');
}

/** Where the setting is edited; the pointer goes along for pages that can show the field. */
export const settingHref = (pointer: string): string => hrefFor(pageOfSetting(pointer), { pointer });
