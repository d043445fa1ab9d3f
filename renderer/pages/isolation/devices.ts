import type { DraftView } from '../../state/draft-view.ts';
import type { AppStore } from '../../state/snapshot.ts';
import { deviceAccessChoices, diffSettings, settingDefaults } from '../../../shared/settings/index.ts';
import { namesIn, typedNames } from '../../../shared/settings/typed-list.ts';

export const devicesPointer = '/bulkhead/devices';

export type DeviceAccess = (typeof deviceAccessChoices)[number];

/** An entry of `bulkhead.devices` in the document; unknown keys are preserved. */
export interface WrittenDevice {
  readonly device: string;
  readonly permissions?: DeviceAccess;
  readonly images?: readonly string[];
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  readonly [key: string]: unknown;
}

/** Placeholders of empty fields. */
export const placeholders = { device: '/dev/ttyUSB*', images: 'ghcr.io/team/tool:*', users: '', groups: '' };

/** The lists of an entry: who may use the device. */
export const deviceLists = ['images', 'users', 'groups'] as const;
export type DeviceList = (typeof deviceLists)[number];

const isDevice = (entry: unknown): entry is WrittenDevice =>
  typeof entry === 'object' && entry !== null && 'device' in entry && typeof entry.device === 'string';

/** The devices of a document. The schema was checked before any form is shown. */
export const devicesOf = (value: unknown): readonly WrittenDevice[] =>
  Array.isArray(value) ? value.filter(isDevice) : [];

/** An entry of the draft with the applied one of the same device; null for a new one. */
export interface DeviceRow {
  readonly index: number;
  readonly now: WrittenDevice;
  readonly change: 'added' | 'edited' | null;
}

/** The draft's entries, and the applied ones that it no longer has. */
export function deviceRows(draft: DraftView): {
  readonly rows: readonly DeviceRow[];
  readonly removed: readonly WrittenDevice[];
} {
  const remaining = [...devicesOf(draft.appliedValue(devicesPointer))];
  const rows = devicesOf(draft.value(devicesPointer)).map((now, index): DeviceRow => {
    const at = remaining.findIndex(({ device }) => device === now.device);
    const before = at === -1 ? undefined : remaining.splice(at, 1)[0];
    if (before === undefined) return { index, now, change: 'added' };
    const differs = diffSettings(JSON.stringify(before), JSON.stringify(now)).length > 0;
    return { index, now, change: differs ? 'edited' : null };
  });
  return { rows, removed: remaining };
}

/**
 * Makes `next` the draft's list. A list that did not exist is removed again; a draft without semantic changes
 * is replaced by the applied text.
 */
export function writeDevices(store: AppStore, draft: DraftView, next: readonly WrittenDevice[]): void {
  const isGone = next.length === 0 && draft.appliedValue(devicesPointer) === undefined;
  draft.edit(devicesPointer, isGone ? undefined : next);
  if (diffSettings(draft.applied.text, store.get().draft).length === 0) draft.setText(draft.applied.text);
}

/** The form's values of an entry: lists as typed. */
export interface DeviceInput {
  readonly device: string;
  readonly access: DeviceAccess;
  readonly images: string;
  readonly users: string;
  readonly groups: string;
}

/** Whether the access is read and write: `m` has no effect, since device files can never be created. */
export const readAndWrite = (access: DeviceAccess): access is 'rw' | 'rwm' =>
  access === 'rw' || access === 'rwm';

export const inputOf = (entry: WrittenDevice | null): DeviceInput => ({
  device: entry?.device ?? '',
  access: entry?.permissions ?? settingDefaults.deviceAccess,
  images: typedNames(entry?.images ?? []),
  users: typedNames(entry?.users ?? []),
  groups: typedNames(entry?.groups ?? []),
});

/** The entry for a form's values. Defaults are left out, unless the key was set. */
export function entryOf(input: DeviceInput, before: WrittenDevice | null): WrittenDevice {
  const listed = (list: DeviceList) => {
    const names = namesIn(input[list]);
    // An empty list means nobody, a missing one everybody: neither becomes the other implicitly.
    return names.length > 0 || before?.[list]?.length === 0 ? { [list]: names } : {};
  };
  const known: ReadonlySet<string> = new Set(['device', 'permissions', ...deviceLists]);
  const others = Object.entries(before ?? {}).filter(([key]) => !known.has(key));
  const hasAccess = input.access !== settingDefaults.deviceAccess || before?.permissions !== undefined;
  return {
    device: input.device.trim(),
    ...(hasAccess ? { permissions: input.access } : {}),
    ...listed('images'),
    ...listed('users'),
    ...listed('groups'),
    ...Object.fromEntries(others),
  };
}
