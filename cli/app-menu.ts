import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { desktopEntryName, desktopIconName, menuEntry } from '../shared/desktop/desktop-entry.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { message } from '../shared/messages/message.ts';
import { run, type AppProgram } from './app-launch.ts';

/** The files written to (or removed from) the user's menu. */
export interface MenuChange {
  readonly entry: string;
  readonly icon: string;
  readonly installed: boolean;
}

/** The user's own directories for menu entries and icons (XDG base directories). */
function places(env: NodeJS.ProcessEnv): {
  readonly applications: string;
  readonly entry: string;
  readonly icon: string;
} {
  const named = env['XDG_DATA_HOME'];
  const data =
    named !== undefined && path.isAbsolute(named) ? named : path.join(os.homedir(), '.local', 'share');
  const applications = path.join(data, 'applications');
  return {
    applications,
    entry: path.join(applications, desktopEntryName),
    icon: path.join(data, 'icons', 'hicolor', '512x512', 'apps', `${desktopIconName}.png`),
  };
}

/**
 * Adds the app to the user's own menu and makes it open bulkhead:// links. Needs no administrator's rights.
 * `root`: where bin/bulkhead is. Errors: input.unusable on systems that use other places, internal with the
 * system's error.
 */
export async function installInMenu(
  app: AppProgram,
  root: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<Result<MenuChange, AppError>> {
  if (platform !== 'linux') return notHere();
  const { applications, entry, icon } = places(env);
  // The packaged app itself; in a clone the launcher, which finds the runtime.
  const command = app.packaged ? [app.program] : [path.join(root, 'bin', 'bulkhead'), 'app'];
  try {
    for (const file of [entry, icon]) await mkdir(path.dirname(file), { recursive: true });
    await copyFile(path.join(root, 'dist', 'icons', 'app.png'), `${icon}.part`);
    await rename(`${icon}.part`, icon);
    await writeFile(`${entry}.part`, menuEntry(command));
    await rename(`${entry}.part`, entry);
  } catch (cause) {
    return fail('internal', message('cli.menu-entry-unwritable'), {
      cause,
      hint: message('cli.check-directory-rights'),
    });
  }
  await updateDesktopDatabase(applications, env, true);
  return ok({ entry, icon, installed: true });
}

/** Removes the files created by `installInMenu`. */
export async function removeFromMenu(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<Result<MenuChange, AppError>> {
  if (platform !== 'linux') return notHere();
  const { applications, entry, icon } = places(env);
  try {
    for (const file of [entry, icon]) await rm(file, { force: true });
  } catch (cause) {
    return fail('internal', message('cli.menu-entry-not-removed'), {
      cause,
      hint: message('cli.check-directory-rights'),
    });
  }
  await updateDesktopDatabase(applications, env, false);
  return ok({ entry, icon, installed: false });
}

/** Desktops without these programs read the directory themselves; that is not a failure. */
async function updateDesktopDatabase(
  applications: string,
  env: NodeJS.ProcessEnv,
  installed: boolean,
): Promise<void> {
  await run('update-desktop-database', ['-q', applications], env);
  if (installed) await run('xdg-mime', ['default', desktopEntryName, 'x-scheme-handler/bulkhead'], env);
}

const notHere = (): Result<never, AppError> =>
  fail('input.unusable', message('cli.menu-entries-unsupported'), {
    hint: message('cli.app-registers-itself'),
  });
