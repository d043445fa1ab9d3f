import type { TFunction } from 'i18next';
import type { SettingsChange } from '../../shared/settings/changes.ts';
import { names } from '../i18n/lists.ts';

/** A change in words: which setting, and the values before and after; null where there was none. */
export interface ChangeDescription {
  readonly setting: string;
  readonly isKnownKey: boolean;
  readonly before: string | null;
  readonly after: string | null;
}

const isKnownKey = [
  '/enhancedContainerIsolation/value',
  '/enhancedContainerIsolation/locked',
  '/enhancedContainerIsolation/dockerSocketMount/imageList/allowDerivedImages',
  '/enhancedContainerIsolation/dockerSocketMount/imageList/images',
  '/enhancedContainerIsolation/dockerSocketMount/commandList/type',
  '/enhancedContainerIsolation/dockerSocketMount/commandList/commands',
  '/filesharingAllowedDirectories',
  '/configurationFileVersion',
  '/bulkhead/backend',
  '/bulkhead/existingContainers',
  '/bulkhead/mode',
  '/bulkhead/socketMounts/scope',
  '/bulkhead/hideEnvironment',
  '/bulkhead/devices',
  '/bulkhead/networkVolumes',
  '/bulkhead/language',
  '/bulkhead/perImageCommandLists',
  '/blockDockerLoad/value',
  '/blockDockerLoad/locked',
] as const;

/** Lists whose entries have several members. */
const listsOfObjects = [
  '/bulkhead/perImageCommandLists',
  '/bulkhead/devices',
  '/bulkhead/networkVolumes',
] as const;

/** Longest text of a value that is shown in a row; the JSON view has all of it. */
const maxValue = 120;

export function describeChange(t: TFunction, change: SettingsChange): ChangeDescription {
  const exact = isKnownKey.find((pointer) => pointer === change.pointer);
  const list = isKnownKey.find(
    (pointer) =>
      change.pointer.startsWith(`${pointer}/`) && /^\d+$/.test(change.pointer.slice(pointer.length + 1)),
  );
  const byDefault = /^\/filesharingAllowedDirectories\/\d+\/sharedByDefault$/.test(change.pointer);
  // What changes within one entry is named after the list of entries.
  const within = listsOfObjects.find((pointer) => change.pointer.startsWith(`${pointer}/`));
  const pointer = exact ?? list ?? within;
  return {
    setting:
      pointer !== undefined
        ? t(`review.setting.${pointer}`)
        : byDefault
          ? t('review.setting.sharedByDefault')
          : change.pointer === ''
            ? t('review.changes.document')
            : change.pointer,
    isKnownKey: pointer !== undefined || byDefault || change.pointer === '',
    before: change.kind === 'added' || change.pointer === '' ? null : valueText(t, change.before),
    after: change.kind === 'removed' || change.pointer === '' ? null : valueText(t, change.after),
  };
}

function valueText(t: TFunction, value: unknown): string {
  if (typeof value === 'boolean') return value ? t('review.changes.on') : t('review.changes.off');
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string')
    return cut(value.path);
  if (Array.isArray(value) && value.length > 0)
    return cut(
      names(
        t,
        value.map((item) => valueText(t, item)),
      ),
    );
  return cut(JSON.stringify(value) ?? t('review.changes.missing'));
}

const cut = (text: string): string => (text.length <= maxValue ? text : `${text.slice(0, maxValue)}…`);
