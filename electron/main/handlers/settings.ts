import { ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/handle-request.ts';

type SettingsHandlers = Pick<
  Handlers,
  | 'settings:set-draft'
  | 'settings:discard-draft'
  | 'settings:resolve-conflict'
  | 'settings:prefer'
  | 'history:list'
  | 'history:read'
>;

/** Handlers for the draft (edit, discard, resolve conflicts), for preferences, and for previous versions. */
export const settingsHandlers = (): SettingsHandlers => ({
  'settings:set-draft': async ({ text }, { draft }) => ok(await draft.edit(text)),
  'settings:discard-draft': (_input, { draft }) => draft.discard(),
  'settings:resolve-conflict': ({ keep }, { draft }) => draft.resolve(keep),
  'settings:prefer': async ({ setting, value }, { target, draft }) => {
    const result = await target.settings.prefer(setting, value);
    return result.ok ? ok(await draft.refresh()) : result;
  },
  'history:list': (_input, { target }) => target.settings.historyItems(),
  'history:read': async ({ version }, { target }) => {
    const read = await target.settings.historyText(version);
    return read.ok ? ok({ text: read.value }) : read;
  },
});
