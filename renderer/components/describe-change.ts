import * as z from 'zod';
import type { TFunction } from 'i18next';
import type { SettingsChange } from '../../shared/settings/changes.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { names } from '../i18n/lists.ts';

type CommandListType = EffectiveSettings['socket']['commands']['type'];

/** A change as text: which setting, and the values before and after; null for a missing one. */
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

/** Longest text of a value that is shown in a row; the JSON view has the whole value. */
const maxValue = 120;

/** Type of the command list, before and after the change; it may not be one of the changes. */
export interface CommandListTypes {
  readonly before: CommandListType;
  readonly after: CommandListType;
}

const commandsPointer = '/enhancedContainerIsolation/dockerSocketMount/commandList/commands';

/** Labels of the values of a choice; other values are shown as they are. */
const valueNames: Readonly<Record<string, Readonly<Record<string, (t: TFunction) => string>>>> = {
  '/bulkhead/mode': {
    enforce: (t) => t('isolation.mode.enforceOption'),
    audit: (t) => t('isolation.mode.auditOption'),
  },
  '/bulkhead/existingContainers': {
    block: (t) => t('isolation.existing.blockOption'),
    warn: (t) => t('isolation.existing.warnOption'),
  },
  '/enhancedContainerIsolation/dockerSocketMount/commandList/type': {
    deny: (t) => t('socket.commands.type.deny'),
    allow: (t) => t('socket.commands.type.allow'),
  },
  '/bulkhead/socketMounts/scope': {
    all: (t) => t('socket.sight.scope.allOption'),
    own: (t) => t('socket.sight.scope.ownOption'),
  },
  '/bulkhead/language': {
    en: (t) => t('preferences.language.en'),
    'zh-CN': (t) => t('preferences.language.zh-CN'),
  },
  '/bulkhead/hideEnvironment': {
    never: (t) => t('socket.sight.hide.neverOption'),
    'socket-mounts': (t) => t('socket.sight.hide.socket-mountsOption'),
    always: (t) => t('socket.sight.hide.alwaysOption'),
  },
};

/** The setting that a place in the file belongs to; undefined for none that the window names. */
function knownPointer(place: string): (typeof isKnownKey)[number] | undefined {
  const exact = isKnownKey.find((pointer) => pointer === place);
  const list = isKnownKey.find(
    (pointer) => place.startsWith(`${pointer}/`) && /^\d+$/.test(place.slice(pointer.length + 1)),
  );
  // Changes within one entry are named after the list of entries.
  const within = listsOfObjects.find((pointer) => place.startsWith(`${pointer}/`));
  return exact ?? list ?? within;
}

const isByDefault = (place: string): boolean =>
  /^\/filesharingAllowedDirectories\/\d+\/sharedByDefault$/.test(place);

/** The name of the setting at a place in the file; the place itself for one without a name. */
export function settingName(t: TFunction, place: string): string {
  const pointer = knownPointer(place);
  if (pointer !== undefined) return t(`review.setting.${pointer}`);
  return isByDefault(place) ? t('review.setting.sharedByDefault') : place;
}

/** `types`: without it, descriptions of commands do not mention deny or allow. */
export function describeChange(
  t: TFunction,
  change: SettingsChange,
  types?: CommandListTypes,
): ChangeDescription {
  const pointer = knownPointer(change.pointer);
  const valueOf = (value: unknown): string => valueLabel(t, change.pointer, value) ?? valueText(t, value);
  const settingText = (): string => {
    if (types !== undefined && pointer === commandsPointer)
      return t(`review.commands.${change.kind === 'removed' ? types.before : types.after}`);
    return change.pointer === '' ? t('review.changes.document') : settingName(t, change.pointer);
  };
  return {
    setting: settingText(),
    isKnownKey: pointer !== undefined || isByDefault(change.pointer) || change.pointer === '',
    before: change.kind === 'added' || change.pointer === '' ? null : valueOf(change.before),
    after: change.kind === 'removed' || change.pointer === '' ? null : valueOf(change.after),
  };
}

/** The label of a value, which may be anything of the file; null if it has none. */
export function valueLabel(t: TFunction, pointer: string, value: unknown): string | null {
  if (typeof value === 'boolean') return value ? t('review.changes.on') : t('review.changes.off');
  const ofSetting = valueNames[pointer];
  if (ofSetting === undefined || typeof value !== 'string' || !Object.hasOwn(ofSetting, value)) return null;
  return ofSetting[value]?.(t) ?? null;
}

/** A command list of one image without members that the text would leave out. */
const plainImageList = z.strictObject({
  image: z.string(),
  type: z.enum(['deny', 'allow']),
  commands: z.array(z.string()).min(1),
});

function valueText(t: TFunction, value: unknown): string {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string')
    return cut(value.path);
  const imageList = plainImageList.safeParse(value);
  if (imageList.success) {
    const { image, type, commands } = imageList.data;
    return cut(t(`review.changes.imageList.${type}`, { image, commands: names(t, commands) }));
  }
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
