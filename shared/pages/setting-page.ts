import { pageIds, pages, type PageDefinition, type PageId, type SettingPage } from './pages.ts';

const definitions: Readonly<Record<PageId, PageDefinition>> = pages;
const isSettingPage = (id: PageId): id is SettingPage => definitions[id].settings !== undefined;

/** The pages by the settings that they edit, the longest pointer first. */
const bySetting = pageIds
  .filter(isSettingPage)
  .flatMap((page) => pages[page].settings.map((pointer) => ({ pointer, page })))
  .toSorted((a, b) => b.pointer.length - a.pointer.length);

/** The page whose forms edit the setting at a JSON pointer; `json` if no form does. */
export function pageOfSetting(pointer: string): SettingPage {
  return bySetting.find((entry) => `${pointer}/`.startsWith(`${entry.pointer}/`))?.page ?? 'json';
}

/** As above with Docker Desktop, which has a page for settings of its own. */
export function pageOfDesktopSetting(pointer: string): SettingPage | 'desktop-settings' {
  const settings: readonly string[] = pages['desktop-settings'].settingsWhereOffered;
  return settings.some((setting) => `${pointer}/`.startsWith(`${setting}/`))
    ? 'desktop-settings'
    : pageOfSetting(pointer);
}
