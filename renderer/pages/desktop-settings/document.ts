import type { DraftView } from '../../state/draft-view.ts';
import { namesIn, typedNames } from '../../../shared/settings/typed-list.ts';

/** The two proxies of Docker Desktop: its own, and that of containers. */
export const proxies = ['proxy', 'containersProxy'] as const;
export type ProxyName = (typeof proxies)[number];

export const proxyTexts = ['http', 'https', 'exclude', 'pac', 'transparentPorts'] as const;
export type ProxyText = (typeof proxyTexts)[number];

export const proxyModes = ['system', 'manual'] as const;
export type ProxyMode = (typeof proxyModes)[number];

/** A proxy in the document; null if it has none. */
export interface Proxy {
  readonly mode: ProxyMode | null;
  readonly locked: boolean;
  readonly texts: Readonly<Record<ProxyText, string>>;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text, or a list as typed. */
const asTyped = (value: unknown): string =>
  Array.isArray(value) ? typedNames(value.map(String)) : typeof value === 'string' ? value : '';

export function proxyOf(value: unknown): Proxy | null {
  if (!isObject(value)) return null;
  return {
    mode: proxyModes.find((mode) => mode === value['mode']) ?? null,
    locked: value['locked'] === true,
    texts: {
      http: asTyped(value['http']),
      https: asTyped(value['https']),
      exclude: asTyped(value['exclude']),
      pac: asTyped(value['pac']),
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

/** Whether a text can be the address of a proxy or of a configuration file. */
export function isAddress(text: string): boolean {
  try {
    return ['http:', 'https:', 'socks5:', 'file:'].includes(new URL(text.trim()).protocol);
  } catch {
    return false;
  }
}

/** On/off settings of Docker Desktop that administrators lock most often. */
export const toggles = [
  'disableUpdate',
  'analyticsEnabled',
  'extensionsEnabled',
  'onlyMarketplaceExtensions',
  'allowBetaFeatures',
  'enableDockerAI',
  'enableInference',
  'blockDockerLoad',
  'exposeDockerAPIOnTCP2375',
] as const;
export type ToggleName = (typeof toggles)[number];

/** The file's entry for a setting: none, or a value, locked or as a default. */
export const toggleStates = ['unset', 'on', 'off', 'on-locked', 'off-locked'] as const;
export type ToggleState = (typeof toggleStates)[number];

export function toggleState(value: unknown): ToggleState {
  if (!isObject(value) || typeof value['value'] !== 'boolean') return 'unset';
  const on = value['value'] ? 'on' : 'off';
  return value['locked'] === true ? `${on}-locked` : on;
}

export function writeToggle(draft: DraftView, name: ToggleName, state: ToggleState): void {
  const pointer = `/${name}`;
  if (state === 'unset') {
    draft.edit(pointer, undefined);
    return;
  }
  const next = { locked: state.endsWith('-locked'), value: state.startsWith('on') };
  const now = draft.value(pointer);
  // Unknown members are preserved.
  draft.edit(pointer, isObject(now) ? { ...now, ...next } : next);
}
