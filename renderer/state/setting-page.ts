import { pageOfDesktopSetting, pageOfSetting } from '../../shared/pages/setting-page.ts';
import type { PageId } from '../../shared/pages/pages.ts';
import { missingBecause, type TargetCapabilities } from '../../shared/targets/capabilities.ts';
import { useSnapshotPart } from './context.tsx';

/**
 * Returns the function that finds the page whose forms edit a setting, for an engine of these capabilities.
 */
export const settingPageOf = (
  capabilities: Pick<TargetCapabilities, 'missing'> | null,
): ((pointer: string) => PageId) =>
  capabilities !== null && missingBecause(capabilities, 'desktop-settings') === null
    ? pageOfDesktopSetting
    : pageOfSetting;

/** The same for the open engine. */
export const useSettingPage = (): ((pointer: string) => PageId) =>
  useSnapshotPart(({ app }) => settingPageOf(app?.target.capabilities ?? null));
