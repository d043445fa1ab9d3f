import type { DraftView } from '../../state/draft-view.ts';
import { namesIn, typedNames } from '../../../shared/settings/typed-list.ts';

/** The two proxies of Docker Desktop: its own, and that of containers. */
export const proxies = ['proxy', 'containersProxy'] as const;
export type ProxyName = (typeof proxies)[number];

export const proxyTexts = ['http', 'https', 'exclude', 'pac', 'embeddedPac', 'transparentPorts'] as const;
export type ProxyText = (typeof proxyTexts)[number];

export const proxyModes = ['system', 'manual'] as const;
export type ProxyMode = (typeof proxyModes)[number];

/** A proxy in the document. */
export interface Proxy {
  /** One of `proxyModes`, or one that Docker Desktop may have learned since; null for none. */
  readonly mode: string | null;
  readonly locked: boolean;
  readonly texts: Readonly<Record<ProxyText, string>>;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value of the document that is no group of settings. */
const isOtherThanGroup = (value: unknown): boolean => value !== undefined && !isObject(value);

/** A text as it is; another value as JSON. */
export const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** A text, or a list as typed; another value as JSON. */
const asTyped = (value: unknown): string =>
  Array.isArray(value) ? typedNames(value.map(textOf)) : textOf(value);

/** Null if the document has none, or a value that is none. */
export function proxyOf(value: unknown): Proxy | null {
  if (!isObject(value)) return null;
  return {
    mode: typeof value['mode'] === 'string' ? value['mode'] : null,
    locked: value['locked'] === true,
    texts: {
      http: asTyped(value['http']),
      https: asTyped(value['https']),
      exclude: asTyped(value['exclude']),
      pac: asTyped(value['pac']),
      embeddedPac: asTyped(value['embeddedPac']),
      transparentPorts: asTyped(value['transparentPorts']),
    },
  };
}

/** Sets the source of a proxy; null removes the proxy from the document. */
export function writeProxyMode(draft: DraftView, name: ProxyName, mode: ProxyMode | null): void {
  if (mode === null) draft.edit(`/${name}`, undefined);
  else if (proxyOf(draft.value(`/${name}`)) === null) draft.edit(`/${name}`, { locked: true, mode });
  else draft.edit(`/${name}/mode`, mode);
}

/**
 * Writes one text of a proxy; an empty one is removed. Hosts without the proxy are written as a list, as in
 * Docker's example, unless the document has a string.
 */
export function writeProxyText(draft: DraftView, name: ProxyName, key: ProxyText, text: string): void {
  const pointer = `/${name}/${key}`;
  const trimmed = text.trim();
  const isList = key === 'exclude' && typeof draft.value(pointer) !== 'string';
  draft.edit(pointer, trimmed === '' ? undefined : isList ? namesIn(trimmed) : trimmed);
}

/** A port as it is typed; -1 turns the proxy for dockerd off, 0 picks a free one. */
export const isPort = (text: string): boolean => {
  const number = Number(text);
  return /^-?\d{1,5}$/.test(text.trim()) && number >= -1 && number <= 65_535;
};

/** Writes a port; none if the text is empty. Of another text, false: it would be a value of another type. */
export function writePort(draft: DraftView, pointer: string, text: string): boolean {
  if (text !== '' && !isPort(text)) return false;
  draft.edit(pointer, text === '' ? undefined : Number(text));
  return true;
}

/** Settings of Docker Desktop that administrators lock most often, by the names of their texts. */
export const entries = {
  disableUpdate: '/disableUpdate',
  analyticsEnabled: '/analyticsEnabled',
  extensionsEnabled: '/extensionsEnabled',
  onlyMarketplaceExtensions: '/onlyMarketplaceExtensions',
  allowBetaFeatures: '/allowBetaFeatures',
  enableDockerAI: '/enableDockerAI',
  enableDockerMCPToolkit: '/enableDockerMCPToolkit',
  enableInference: '/enableInference',
  enableCloud: '/enableCloud',
  blockDockerLoad: '/blockDockerLoad',
  portBindingBehavior: '/portBindingBehavior',
  wslEngineEnabled: '/linuxVM/wslEngineEnabled',
  exposeDockerAPIOnTCP2375: '/exposeDockerAPIOnTCP2375',
} as const;
export type EntryName = keyof typeof entries;
/** Object.entries forgets the names. */
export const namedEntries = Object.entries(entries) as readonly [EntryName, string][];

/** The file's entry for a setting: a value, locked or as a default. */
export interface EntryState {
  readonly value: boolean | string;
  readonly locked: boolean;
}

/** Null where the file says nothing, or nothing of a form that is known here. */
export function entryState(value: unknown): EntryState | null {
  if (!isObject(value)) return null;
  const inner = value['value'];
  return typeof inner === 'boolean' || typeof inner === 'string'
    ? { value: inner, locked: value['locked'] === true }
    : null;
}

const parentOf = (pointer: string): string => pointer.slice(0, pointer.lastIndexOf('/'));

export function writeEntry(draft: DraftView, pointer: string, state: EntryState | null): void {
  const next = state === null ? undefined : { locked: state.locked, value: state.value };
  const parent = parentOf(pointer);
  if (isOtherThanGroup(draft.value(parent))) {
    draft.edit(parent, next === undefined ? undefined : { [pointer.slice(parent.length + 1)]: next });
    return;
  }
  if (next === undefined) {
    draft.edit(pointer, undefined);
    return;
  }
  const now = draft.value(pointer);
  // Unknown members are preserved.
  draft.edit(pointer, isObject(now) ? { ...now, ...next } : next);
}

/** Puts back what is applied of an entry, with what it is in if that was, or is, no group. */
export function revertEntry(draft: DraftView, pointer: string): void {
  const parent = parentOf(pointer);
  const isReplaced = isOtherThanGroup(draft.value(parent)) || isOtherThanGroup(draft.appliedValue(parent));
  draft.revert(isReplaced ? parent : pointer);
}

/** Settings with one lock for all of them. */
export const groups = {
  kubernetes: ['enabled', 'showSystemContainers', 'imagesRepository'],
  scout: ['sbomIndexing', 'useBackgroundIndexing'],
} as const;
export type GroupName = keyof typeof groups;
/** Object.keys forgets the names. */
export const groupNames = Object.keys(groups) as readonly GroupName[];

/** Whether a group locks its settings; null where the file has no such group. */
export function groupLock(value: unknown): boolean | null {
  return isObject(value) ? value['locked'] === true : null;
}

/**
 * Writes a setting of a group, undefined removes it. A new group locks its settings; one without any goes as
 * a whole, as does a value that is no group.
 */
export function writeMember(draft: DraftView, group: GroupName, member: string, value: unknown): void {
  const pointer = `/${group}`;
  const now = draft.value(pointer);
  if (!isObject(now)) {
    if (value !== undefined) draft.edit(pointer, { locked: true, [member]: value });
    else if (now !== undefined) draft.edit(pointer, undefined);
    return;
  }
  const isLast = Object.keys(now).every((key) => key === 'locked' || key === member);
  if (value === undefined && isLast) draft.edit(pointer, undefined);
  else draft.edit(`${pointer}/${member}`, value);
}

/**
 * Reverts one setting of a group to its applied value; reverts the whole group if the change added, removed
 * or replaced it.
 */
export function revertMember(draft: DraftView, group: GroupName, member: string): void {
  const pointer = `/${group}`;
  if (!isObject(draft.value(pointer)) || isOtherThanGroup(draft.appliedValue(pointer))) draft.revert(pointer);
  else if (draft.appliedValue(pointer) === undefined) writeMember(draft, group, member, undefined);
  else draft.revert(`${pointer}/${member}`);
}
