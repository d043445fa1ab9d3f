import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { app } from 'electron';
import { autostartEntry, desktopEntryName } from '../../../shared/desktop/desktop-entry.ts';

/** Starting with the user's session, hidden in the tray if there is one. */
export interface StartAtLogin {
  supported(): boolean;
  isOn(): Promise<boolean>;
  set(on: boolean): Promise<void>;
}

/** Argument of a start that shows no window, if the tray can show one later. */
const hiddenArgument = '--hidden';

/**
 * For this system: a file in the XDG autostart directory on Linux, the system's own login items elsewhere
 * (not run on a real macOS or Windows).
 */
export function startAtLogin(): StartAtLogin {
  if (process.platform === 'linux') {
    const config = process.env['XDG_CONFIG_HOME'];
    const directory =
      config !== undefined && path.isAbsolute(config) ? config : path.join(os.homedir(), '.config');
    return autostartFile(path.join(directory, 'autostart'), [
      process.execPath,
      ...(app.isPackaged ? [] : [app.getAppPath()]),
      hiddenArgument,
    ]);
  }
  const supported = process.platform === 'darwin' || process.platform === 'win32';
  return {
    supported: () => supported,
    isOn: () =>
      Promise.resolve(supported && app.getLoginItemSettings({ args: [hiddenArgument] }).openAtLogin),
    set: (on) => {
      app.setLoginItemSettings({ openAtLogin: on, args: [hiddenArgument] });
      return Promise.resolve();
    },
  };
}

/**
 * A desktop entry in `directory` that starts `command`. If the user disabled it in the desktop's settings, it
 * counts as off here.
 */
export function autostartFile(directory: string, command: readonly string[]): StartAtLogin {
  const file = path.join(directory, desktopEntryName);
  return {
    supported: () => true,
    async isOn() {
      try {
        const text = await readFile(file, 'utf8');
        return (
          !/^Hidden\s*=\s*true\s*$/im.test(text) && !/^X-GNOME-Autostart-enabled\s*=\s*false\s*$/im.test(text)
        );
      } catch {
        return false;
      }
    },
    async set(on) {
      if (!on) {
        await rm(file, { force: true });
        return;
      }
      await mkdir(directory, { recursive: true });
      await writeFile(`${file}.part`, autostartEntry(command));
      await rename(`${file}.part`, file);
    },
  };
}
