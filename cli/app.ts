import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { deepLinkScheme, parseDeepLink, parseRoute } from '../shared/desktop/deep-link.ts';
import { pageIds } from '../shared/pages/pages.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { parseTargetId } from '../shared/targets/target-id.ts';
import type { AppProgram, AppLaunch } from './app-launch.ts';
import type { MenuChange } from './app-menu.ts';
import { bulkheadCommand, printError, printResult, withJson, withRoot } from './output.ts';
import { message } from '../shared/messages/message.ts';
import type { RootOptions } from './target.ts';
import { helpText } from './help.ts';
import { text } from './text.ts';

interface AppOptions extends RootOptions {
  readonly route?: string;
  readonly hidden?: boolean;
  readonly install?: boolean;
  readonly uninstall?: boolean;
  readonly version?: boolean;
}

/** `bulkhead app`: starts the desktop app, or brings the open window to the front, at the given place. */
export function configureApp(command: Command): void {
  withJson(withRoot(command))
    .option(
      '--route <page>',
      helpText('cli-help.app-route', { pages: pageIds.join(text('cli-help.name-separator')) }),
    )
    .option('--hidden', helpText('cli-help.app-hidden'))
    .option('--install', helpText('cli-help.app-install'))
    .option('--uninstall', helpText('cli-help.app-uninstall'))
    .option('-V, --version', helpText('cli-help.app-version'))
    .action(async (given: string[], options: AppOptions) => {
      const args = appArguments(given, options);
      if (!args.ok) {
        printError(args.error, options);
        return;
      }
      const root = path.resolve(path.dirname(bulkheadCommand()), '..');
      const { findApp, launchApp, missingDisplay } = await import('./app-launch.ts');
      if (options.version === true) {
        const app = await findApp(root);
        printResult(app.ok ? ok(appVersions(app.value)) : app, {
          json: options.json,
          human: describeVersions,
        });
        return;
      }
      if (options.install === true || options.uninstall === true) {
        const { installInMenu, removeFromMenu } = await import('./app-menu.ts');
        const app = options.install === true ? await findApp(root) : null;
        if (app !== null && !app.ok) {
          printError(app.error, options);
          return;
        }
        printResult(app === null ? await removeFromMenu() : await installInMenu(app.value, root), {
          json: options.json,
          human: describeMenu,
        });
        return;
      }
      const missing = missingDisplay(process.env);
      if (missing !== null) {
        printError(missing, options);
        return;
      }
      const app = await findApp(root);
      if (!app.ok) {
        printError(app.error, options);
        return;
      }
      printResult(await launchApp(app.value, args.value), { json: options.json, human: describeLaunch });
    });
}

/**
 * The app's own arguments for the request. An invalid place is refused here: the app itself would ignore it.
 */
export function appArguments(
  given: readonly string[],
  options: AppOptions,
): Result<readonly string[], AppError> {
  if (options.install === true && options.uninstall === true)
    return fail('input.unusable', message('cli.install-and-uninstall'), {
      hint: message('cli.give-one-option'),
    });
  const links = given.filter((arg) => !arg.startsWith('--'));
  // After `--`: for Chromium (--user-data-dir=…, --force-device-scale-factor=2).
  const others = given.filter((arg) => arg.startsWith('--'));
  const [link, ...more] = links;
  if (more.length > 0 || (link !== undefined && options.route !== undefined))
    return fail('input.unusable', message('cli.several-places'), {
      hint: message('cli.give-one-place'),
    });
  if (link !== undefined && parseDeepLink(link) === null) {
    return fail('input.unusable', message('cli.link-invalid', { link }), {
      hint: message('cli.link-examples', {
        deepLinkScheme,
        deepLinkScheme2: deepLinkScheme,
      }),
    });
  }
  if (options.route !== undefined && parseRoute(options.route) === null) {
    return fail('input.unusable', message('cli.route-unknown', { route: options.route }), {
      hint: message('cli.see-app-help'),
    });
  }
  if (options.target !== undefined && parseTargetId(options.target) === null)
    return fail('input.unusable', message('cli.target-unknown', { target: options.target }), {
      hint: message('cli.see-targets'),
    });
  return ok([
    ...(options.target === undefined ? [] : ['--target', options.target]),
    ...(options.target !== undefined || options.root === undefined
      ? []
      : ['--root', path.resolve(options.root)]),
    ...(options.route === undefined ? [] : ['--route', options.route]),
    ...(link === undefined ? [] : [link]),
    ...(options.hidden === true ? ['--hidden'] : []),
    ...others,
  ]);
}

interface AppVersions {
  readonly version: string;
  /** Version of the Electron that runs the app; null if it is not next to its program. */
  readonly electron: string | null;
  /** Whether it differs from the version in releases. */
  readonly fallback: boolean;
}

/** The version of the app, and of the Electron that would run it. */
export function appVersions({ program }: AppProgram): AppVersions {
  const file = path.join(path.dirname(program), 'version');
  const electron = existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : null;
  const fallback = electron !== null && electron !== packageJson.devDependencies.electron;
  return { version: packageJson.version, electron, fallback };
}

export function describeVersions({ version, electron, fallback }: AppVersions): string {
  if (electron === null) return text('cli-output.app-version', { version });
  return fallback
    ? text('cli-output.app-version-fallback', {
        version,
        electron,
        release: packageJson.devDependencies.electron,
      })
    : text('cli-output.app-version-electron', { version, electron });
}

const describeLaunch = ({ alreadyOpen }: AppLaunch): string =>
  text(alreadyOpen ? 'cli-output.app-open-already' : 'cli-output.app-open');

const describeMenu = ({ entry, installed }: MenuChange): string =>
  text(installed ? 'cli-output.app-installed' : 'cli-output.app-uninstalled', { entry });
