import * as z from 'zod';
import { atLeast } from '../../../shared/coverage/coverage.ts';
import { parseSettings } from '../../../shared/settings/index.ts';
import type { ProductFacts } from '../../../shared/targets/target.ts';
import { unfinishedApply } from '../../apply/unfinished-apply.ts';
import { firstExisting, type DesktopHost } from './host.ts';
import { desktopPaths } from './paths.ts';

/** From this version on there are `docker desktop stop` and `start`. */
const cliSince = '4.37';

/** The platform name in an engine's /version: "Docker Desktop 4.36.0 (175267)". */
const platformName = z.object({ Platform: z.object({ Name: z.string() }) });

/** Whether Docker Desktop is installed here. Inspects files only. */
export async function isInstalled(host: DesktopHost): Promise<boolean> {
  return (await firstExisting(host, [...host.locations.programs, ...host.locations.versions])) !== null;
}

/**
 * All facts about the installed Docker Desktop that are available without changing or starting anything.
 * Unknown facts are null, never guessed.
 */
export async function desktopFacts(host: DesktopHost): Promise<ProductFacts> {
  const [program, version, userSettings, admin] = await Promise.all([
    firstExisting(host, host.locations.programs),
    installedVersion(host),
    readUserSettings(host),
    host.read(host.locations.settings),
  ]);
  const command = await firstExisting(host, host.locations.dockerCommands);
  return {
    platform: host.platform,
    version,
    program,
    ...virtualMachine(host, admin, userSettings),
    restartBy: command !== null && atLeast(version, cliSince) ? 'docker-desktop-cli' : 'system',
    userSettings,
    olderSettings: await firstExisting(host, host.locations.olderSettings),
    interrupted: (await unfinishedApply(desktopPaths(host))) === 'interrupted',
  };
}

/** The installed version, from its files, else from the running engine, else from the package. */
export async function installedVersion(host: DesktopHost): Promise<string | null> {
  for (const file of host.locations.versions) {
    const text = await host.read(file);
    const version =
      text === null ? null : file.endsWith('.plist') ? plistVersion(text) : componentsVersion(text);
    if (version !== null) return version;
  }
  const running = await runningVersion(host);
  if (running !== null) return running;
  if (host.platform === 'linux') return packageVersion(host);
  return host.platform === 'win32' ? registryVersion(host) : null;
}

const versionIn = (text: string): string | null =>
  /(?:^|[^\d.])(\d+\.\d+\.\d+)(?![\d.])/.exec(text)?.[1] ?? null;

/** CFBundleShortVersionString of an app's Info.plist (XML). */
export function plistVersion(text: string): string | null {
  return versionIn(
    /<key>CFBundleShortVersionString<\/key>\s*<string>([^<]{1,64})<\/string>/.exec(text)?.[1] ?? '',
  );
}

/** `appVersion` or `Informational` of componentsVersion.json. */
export function componentsVersion(text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const key of ['appVersion', 'Informational', 'version']) {
    // an own property of an object
    const found: unknown = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    const version = typeof found === 'string' ? versionIn(found) : null;
    if (version !== null) return version;
  }
  return null;
}

/** The socket that responds, and a client of it; null if none does. */
export async function respondingSocket(host: DesktopHost): Promise<string | null> {
  for (const socket of host.locations.sockets) {
    try {
      await host.docker(socket, 3000).ping();
      return socket;
    } catch {
      /* try the next one */
    }
  }
  return null;
}

async function runningVersion(host: DesktopHost): Promise<string | null> {
  const socket = await respondingSocket(host);
  if (socket === null) return null;
  try {
    const output = platformName.safeParse(await host.docker(socket, 3000).version());
    return output.success && output.data.Platform.Name.startsWith('Docker Desktop')
      ? versionIn(output.data.Platform.Name)
      : null;
  } catch {
    return null;
  }
}

/** Debian and Fedora packages, with whichever package manager is installed. */
async function packageVersion(host: DesktopHost): Promise<string | null> {
  for (const [program, args] of [
    ['/usr/bin/dpkg-query', ['-W', '-f=${Version}', 'docker-desktop']],
    ['/usr/bin/rpm', ['-q', '--qf', '%{VERSION}', 'docker-desktop']],
  ] as const) {
    const output = await host.run(program, args, { timeoutMs: 5000 });
    const version = output.code === 0 ? versionIn(output.stdout) : null;
    if (version !== null) return version;
  }
  return null;
}

async function registryVersion(host: DesktopHost): Promise<string | null> {
  const key = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\Docker Desktop';
  const output = await host.run(
    `${host.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\reg.exe`,
    ['query', key, '/v', 'DisplayVersion', '/reg:64'],
    { timeoutMs: 5000 },
  );
  return output.code === 0
    ? versionIn(/DisplayVersion\s+REG_SZ\s+(\S+)/.exec(output.stdout)?.[1] ?? '')
    : null;
}

/** The user's own settings of Docker Desktop that are plain values; lists and objects are left out. */
export async function readUserSettings(host: DesktopHost): Promise<ProductFacts['userSettings']> {
  for (const file of host.locations.userSettings) {
    const text = await host.read(file);
    if (text === null) continue;
    let value: unknown;
    try {
      value = JSON.parse(text.replace(/^\uFEFF/, ''));
    } catch {
      return null;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string | number | boolean] =>
        ['string', 'number', 'boolean'].includes(typeof entry[1]),
      ),
    );
  }
  return null;
}

/** A user's setting by its name, which is in camel case before 4.35 and in Pascal case since. */
function userSetting(
  settings: ProductFacts['userSettings'],
  name: string,
): string | number | boolean | undefined {
  if (settings === null) return undefined;
  const key = Object.keys(settings).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : settings[key];
}

/**
 * On Windows, in this order: the administrator's locked value, the user's, the administrator's default, WSL 2
 * (the default of new installations).
 */
function virtualMachine(
  host: DesktopHost,
  admin: string | null,
  user: ProductFacts['userSettings'],
): Pick<ProductFacts, 'virtualMachine' | 'virtualMachineFrom'> {
  if (host.platform !== 'win32') return { virtualMachine: 'vm', virtualMachineFrom: 'platform' };
  const parsed = admin === null ? null : parseSettings(admin);
  const entry =
    parsed?.ok === true
      ? z
          .object({
            linuxVM: z.looseObject({
              wslEngineEnabled: z.looseObject({
                locked: z.boolean().optional(),
                value: z.boolean().optional(),
              }),
            }),
          })
          .safeParse(parsed.value.value)
      : null;
  const wslEngineEnabled = entry?.success === true ? entry.data.linuxVM.wslEngineEnabled : null;
  const kind = (wsl: boolean): ProductFacts['virtualMachine'] => (wsl ? 'wsl2' : 'hyper-v');
  if (wslEngineEnabled?.locked === true && wslEngineEnabled.value !== undefined)
    return { virtualMachine: kind(wslEngineEnabled.value), virtualMachineFrom: 'admin-settings' };
  const chosen = userSetting(user, 'wslEngineEnabled');
  if (typeof chosen === 'boolean')
    return { virtualMachine: kind(chosen), virtualMachineFrom: 'user-settings' };
  if (wslEngineEnabled?.value !== undefined)
    return { virtualMachine: kind(wslEngineEnabled.value), virtualMachineFrom: 'admin-settings' };
  return { virtualMachine: 'wsl2', virtualMachineFrom: 'platform' };
}
