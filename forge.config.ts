import { readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FuseVersion, getCurrentFuseWire } from '@electron/fuses';
import { MakerDeb } from '@electron-forge/maker-deb';
import { MakerZIP } from '@electron-forge/maker-zip';
import { FusesPlugin } from '@electron-forge/plugin-fuses';
import type { ForgeConfig } from '@electron-forge/shared-types';
import { ActionableError } from './scripts/console.mjs';
import { recommendedPackages, windowPackages } from './scripts/debian-packages.mjs';
import { findElectron } from './scripts/electron-runtime.mjs';
import { checkWire, wireWithout } from './scripts/fuses.mjs';
import { MakerRpmInPlace } from './scripts/maker-rpm.mjs';
import { appFilter, setPackageModes, stageProgram, zipRuntime } from './scripts/package-contents.mjs';
import { at } from './scripts/paths.mjs';
import { packageVersion } from './scripts/server-deb.mjs';
import { desktopEntryName, menuEntry } from './shared/desktop/desktop-entry.ts';

const productName = 'Bulkhead';
const executableName = 'bulkhead-app';
const desktopTemplate = at('dist', desktopEntryName);

/** What electron-installer-debian and electron-installer-redhat have in common. */
const linuxPackage = {
  // The package `bulkhead` has the command line (scripts/server-package.mjs).
  name: 'bulkhead-desktop',
  productName,
  productDescription:
    'Bulkhead isolates the containers of a Docker engine with user namespaces, rules for the Docker API ' +
    'and a container runtime of its own. This package has the desktop app.',
  bin: executableName,
  // A directory of the icon theme and its file; the makers' types know only the file.
  icon: { '512x512': at('dist', 'icons', 'app.png') } as unknown as string,
  desktopTemplate,
};

/** Libraries of Electron that electron-installer-redhat does not require, nor anything that it requires. */
const moreLibraries = ['libasound.so.2()(64bit)'];

/** The executable in a directory that the packager made. */
function binaryIn(directory: string, platform: string): string {
  if (platform === 'darwin')
    return path.join(directory, `${productName}.app`, 'Contents', 'MacOS', executableName);
  return path.join(directory, platform === 'win32' ? `${executableName}.exe` : executableName);
}

/** Configuration of `electron-forge package` and `make`, for the Electron runtime that is installed here. */
export default async function forgeConfig(): Promise<ForgeConfig> {
  const electron = findElectron();
  if (electron === undefined)
    throw new ActionableError('There is no Electron runtime yet: run `npm run set-up`.');
  const { absent } = checkWire(await getCurrentFuseWire(electron.path));
  // The fallback runtime is too old for some; nothing may be missing in a release.
  if (electron.official && absent.length > 0)
    throw new ActionableError(`This Electron has no fuse ${absent.join(', ')}: see scripts/fuses.mjs.`);
  // The cast: our own file, which has these.
  const { version, description, license, author } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as {
    version: string;
    description: string;
    license: string;
    author: string;
  };
  const isAppFile = appFilter();
  const debianPackage = {
    ...linuxPackage,
    maintainer: author,
    section: 'admin' as const,
    priority: 'optional' as const,
    depends: windowPackages,
    recommends: [`bulkhead (= ${packageVersion(version)})`, ...recommendedPackages],
    // A fifth of xz's time; dpkg of Debian 12 and Ubuntu 22.04 can read it. Not in the maker's types.
    compression: 'zstd',
  };
  const runtimes = at('dist', 'electron-runtime');

  return {
    packagerConfig: {
      name: productName,
      executableName,
      appBundleId: 'io.bulkhead.app',
      appCategoryType: 'public.app-category.developer-tools',
      protocols: [{ name: productName, schemes: ['bulkhead'] }],
      asar: true,
      // What is not bundled is in resources/program.
      prune: false,
      ignore: (file: string) => !isAppFile(file),
      ...(electron.official ? {} : { electronZipDir: runtimes }),
    },
    plugins: [new FusesPlugin({ version: FuseVersion.V1, ...wireWithout(absent) })],
    hooks: {
      // Forge takes the version of Electron from here; the app gets what remains of it without
      // devDependencies.
      readPackageJson: () =>
        Promise.resolve({
          name: 'bulkhead',
          productName,
          version,
          description,
          license,
          author,
          main: 'dist/electron/main.cjs',
          desktopName: desktopEntryName,
          devDependencies: { electron: electron.version },
        }),
      prePackage: async () => {
        if (!electron.official) await zipRuntime(electron, runtimes);
      },
      packageAfterCopy: (_, app) => {
        stageProgram(path.join(app, '..', 'program'));
        return Promise.resolve();
      },
      postPackage: async (_, { platform, outputPaths }) => {
        for (const directory of outputPaths) {
          const { wrong } = checkWire(await getCurrentFuseWire(binaryIn(directory, platform)));
          if (wrong.length > 0)
            throw new ActionableError(`These fuses are not as they must be: ${wrong.join(', ')}.`);
          await addLicence(directory);
          // Also of the directory itself, which mkdtemp has made.
          setPackageModes(directory);
        }
      },
      preMake: async () => {
        await mkdir(path.dirname(desktopTemplate), { recursive: true });
        await writeFile(desktopTemplate, menuEntry([`/usr/lib/${linuxPackage.name}/${executableName}`]));
      },
    },
    makers: [
      new MakerDeb({ options: debianPackage }),
      new MakerRpmInPlace({ options: { ...linuxPackage, license, requires: moreLibraries } }),
      new MakerZIP({}),
    ],
  };
}

/** Bulkhead's licence is LICENSE, as the makers expect it; Electron's lies beside it. */
async function addLicence(directory: string): Promise<void> {
  const licence = path.join(directory, 'LICENSE');
  await rename(licence, path.join(directory, 'LICENSE.electron.txt')).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
  await copyFile(at('LICENSE'), licence);
}
