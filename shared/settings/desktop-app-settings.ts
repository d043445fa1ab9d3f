import { foldCase } from './known-keys.ts';

/**
 * Settings of the Docker Desktop app that its reference of admin-settings.json does not list. Docker Desktop
 * takes every setting's name in this file, in any case; these are the ones that its own settings file
 * (settings-store.json) usually holds. The list is not complete: it only tells engines of this project whose
 * key it is.
 */
const names = [
  'autoDownloadUpdates',
  'autoPauseTimedActivitySeconds',
  'autoPauseTimeoutSeconds',
  'autoStart',
  'cpus',
  'dataFolder',
  'diskSizeMiB',
  'enableIntegrationWithDefaultWslDistro',
  'enableIntegrityCheck',
  'filesharingDirectories',
  'integratedWslDistros',
  'kubernetesEnabled',
  'memoryMiB',
  'openUIOnStartupDisabled',
  'showAnnouncementNotifications',
  'showGeneralNotifications',
  'swapMiB',
  'themeSource',
  'useContainerdSnapshotter',
  'useCredentialHelper',
  'useResourceSaver',
  'useVirtualizationFramework',
];
const folded: ReadonlySet<string> = new Set(names.map(foldCase));

/** Whether a key is a setting of the Docker Desktop app that Docker does not document for the file. */
export const isAppSetting = (key: string): boolean => folded.has(foldCase(key));
