// electron-forge's maker of .rpm files, for rpm 4.20 and later.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MakerRpm, rpmArch } from '@electron-forge/maker-rpm';
import redhat from 'electron-installer-redhat';
import { runOrThrow } from './console.mjs';

/** What changes in the spec file of electron-installer-redhat, which has each of these texts once. */
const specChanges = [
  // As the .deb: a fifth of xz's time.
  [/^%define _binary_payload .*$/m, '%define _binary_payload w10.zstdio'],
  // Without modes, Chromium's sandbox would lose its setuid bit.
  [/^cp -r usr\/\* /m, 'cp -a usr/. '],
  // Whoever builds the package.
  [/^%files$/m, '%files\n%defattr(-,root,root,-)'],
];

/** The spec file with `specChanges`; throws if another version of the installer has changed a text. */
function changedSpec(spec) {
  return specChanges.reduce((text, [before, after]) => {
    if (!before.test(text)) throw new Error(`the spec file of electron-installer-redhat has no ${before}`);
    return text.replace(before, after);
  }, spec);
}

/**
 * electron-installer-redhat stages files in BUILD/usr; rpm 4.20 looks for them in a directory below BUILD
 * that it empties first. Built in place, rpm uses BUILD itself. Binaries stay as they are: rpm would strip
 * them.
 */
class InPlaceInstaller extends redhat.Installer {
  async createSpec() {
    await super.createSpec();
    await writeFile(this.specPath, changedSpec(await readFile(this.specPath, 'utf8')));
  }

  async createPackage() {
    const { arch, vendor, platform } = this.options;
    const target = ['--target', `${arch}-${vendor}-${platform}`];
    const macros = [
      `_topdir ${this.stagingDir}`,
      '__os_install_post %{nil}',
      'debug_package %{nil}',
      // Links named by build ids conflict with those of another app that has the same Electron.
      '_build_id_links none',
    ];
    const defines = macros.flatMap((macro) => ['--define', macro]);
    await runOrThrow(
      'rpmbuild',
      ['-bb', this.specPath, '--build-in-place', ...target, ...defines],
      'rpmbuild could not make the package: see below.',
      { cwd: path.join(this.stagingDir, 'BUILD') },
    );
  }
}

/** Makes the .rpm; its options are those of @electron-forge/maker-rpm. */
export class MakerRpmInPlace extends MakerRpm {
  async make({ dir, makeDir, targetArch }) {
    const destination = path.resolve(makeDir, 'rpm', targetArch);
    await this.ensureDirectory(destination);
    const installer = new InPlaceInstaller({
      ...this.config,
      arch: rpmArch(targetArch),
      src: dir,
      dest: destination,
      rename: (directory, file) => path.join(directory, file),
      logger: () => undefined,
    });
    await installer.generateDefaults();
    installer.generateOptions();
    await installer.generateScripts();
    await installer.createStagingDir();
    await installer.createContents();
    await installer.createPackage();
    await installer.movePackage();
    return installer.options.packagePaths;
  }
}
