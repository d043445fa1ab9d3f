import type { MessageId } from '../messages/catalogue/index.ts';
import { message, type Message } from '../messages/message.ts';

/** Settings with one place in the document, and the sentence about what they allow. */
export const settingSentences = {
  '/enhancedContainerIsolation/dockerSocketMount/imageList': 'rules.setting-image-list',
  '/filesharingAllowedDirectories': 'rules.setting-shared-directories',
  '/blockDockerLoad': 'rules.setting-block-docker-load',
  '/enhancedContainerIsolation/dockerSocketMount/commandList': 'rules.setting-command-list',
  '/bulkhead/socketMounts/scope': 'rules.setting-socket-scope',
  '/bulkhead/hideEnvironment': 'rules.setting-hide-environment',
  '/bulkhead/devices': 'rules.setting-devices',
  '/bulkhead/networkVolumes': 'rules.setting-network-volumes',
  '/bulkhead/existingContainers': 'rules.setting-existing-container',
} as const satisfies Readonly<Record<string, MessageId>>;

/** A setting with one place in the document. */
export type FixedSettingPointer = keyof typeof settingSentences;

/** JSON pointer of the setting that would allow what was refused; null when none does. */
export type SettingPointer = FixedSettingPointer | `/bulkhead/perImageCommandLists/${number}` | null;

const perImageList = '/bulkhead/perImageCommandLists/';

/** Whether a setting with one place in the document is known. */
export const isFixedPointer = (pointer: string): pointer is FixedSettingPointer =>
  Object.hasOwn(settingSentences, pointer);

/** Whether a pointer is known: the log may come from another version. */
export const isSettingPointer = (pointer: string | null): pointer is SettingPointer =>
  pointer === null ||
  isFixedPointer(pointer) ||
  (pointer.startsWith(perImageList) && /^\d+$/.test(pointer.slice(perImageList.length)));

/**
 * The setting that the text of a refusal names. A client of the gateway gets only the text, in the language
 * of the policy; names of settings are those in the file in every one. The last one counts: what is before it
 * comes from the client.
 */
export function settingNamedIn(text: string): FixedSettingPointer | null {
  const named = Object.keys(settingSentences)
    .filter(isFixedPointer)
    .map((pointer) => ({ pointer, at: text.lastIndexOf(pointer.slice(1).replaceAll('/', '.')) }))
    .toSorted((a, b) => b.at - a.at)[0];
  return named === undefined || named.at === -1 ? null : named.pointer;
}

/** The sentence on which setting would allow what was refused. */
export function settingSentence(pointer: SettingPointer): Message {
  if (pointer === null) return message('rules.no-setting');
  if (!isFixedPointer(pointer))
    return message('rules.setting-per-image-list', { index: pointer.slice(perImageList.length) });
  // Of no certain container.
  if (pointer === '/bulkhead/existingContainers') return message(settingSentences[pointer], { name: 'NAME' });
  return message(settingSentences[pointer]);
}
