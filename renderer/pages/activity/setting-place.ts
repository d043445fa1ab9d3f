import { pageOfSetting } from '../../../shared/pages/setting-page.ts';
import { hrefFor } from '../../state/router.ts';

/**
 * `/enhancedContainerIsolation/dockerSocketMount/imageList` in the notation of Docker's documentation: with
 * dots, and indexes of lists in brackets.
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

/** The page that edits the setting; the pointer is included for pages that can focus the field. */
export const settingHref = (pointer: string): string => hrefFor(pageOfSetting(pointer), { pointer });
