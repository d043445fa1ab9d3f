import { clipboard, dialog, nativeTheme } from 'electron';
import { ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import type { HandlerContext } from './context.ts';

type WindowHandlers = Pick<
  Handlers,
  'preferences:set' | 'window:action' | 'clipboard:write' | 'dialog:pick-folder'
>;

/** The window itself, the user's preferences, and features of the desktop. */
export const windowHandlers = ({ sessions, users, window }: HandlerContext): WindowHandlers => ({
  'preferences:set': async (change) => {
    const preferences = users.setPreferences(definedOnly(change));
    nativeTheme.themeSource = preferences.theme;
    window()?.webContents.setZoomFactor(preferences.zoomPercent / 100);
    (await sessions).setPreferences(preferences);
    return ok(preferences);
  },
  'window:action': ({ action }) => {
    const w = window();
    if (action === 'minimize') w?.minimize();
    else if (action === 'close') w?.close();
    else if (w?.isMaximized() === true) w.unmaximize();
    else w?.maximize();
    return ok(undefined);
  },
  'clipboard:write': async ({ text }) => {
    // A promise in newer versions of Electron only.
    await clipboard.writeText(text);
    return ok(undefined);
  },
  'dialog:pick-folder': async () => {
    const w = window();
    const options = { properties: ['openDirectory' as const, 'dontAddToRecent' as const] };
    const picked =
      w === undefined ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(w, options);
    const path = picked.filePaths[0];
    return ok(picked.canceled || path === undefined ? null : { path });
  },
});

/** Without undefined keys: they would overwrite existing values. */
function definedOnly<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  }; // the same keys and values, possibly fewer
}
