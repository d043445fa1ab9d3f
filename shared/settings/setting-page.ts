/** The pages of the window whose forms edit settings; `json` has all of them as text. */
export type SettingPage = 'isolation' | 'docker-socket' | 'file-sharing' | 'json';

/** The page whose forms edit the setting at a JSON pointer. */
export function pageOfSetting(pointer: string): SettingPage {
  if (
    /^\/(?:enhancedContainerIsolation\/dockerSocketMount|bulkhead\/(?:perImageCommandLists|socketMounts|hideEnvironment))(?:\/|$)/.test(
      pointer,
    )
  )
    return 'docker-socket';
  if (/^\/filesharingAllowedDirectories(?:\/|$)/.test(pointer)) return 'file-sharing';
  if (/^\/(?:enhancedContainerIsolation|bulkhead)(?:\/|$)/.test(pointer)) return 'isolation';
  return 'json';
}

/**
 * A pointer to a setting as a link may carry it: names and list positions, nothing that would need escaping.
 */
export const settingPointer = /^(?:\/[A-Za-z0-9_-]{1,64}){1,12}$/;
