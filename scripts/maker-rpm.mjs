// electron-forge's maker of .rpm files, for rpm 4.20 and later.
import path from 'node:path';
import { MakerRpm, rpmArch } from '@electron-forge/maker-rpm';
import redhat from 'electron-installer-redhat';
import { runOrThrow } from './console.mjs';

/**
 * electron-installer-redhat stages files in BUILD/usr; rpm 4.20 looks for them in a directory below BUILD
 * that it empties first. Built in place, rpm uses BUILD itself. Binaries stay as they are: rpm would strip
 * them.
 */
class InPlaceInstaller extends redhat.Installer {
  async createPackage() {
    const { arch, vendor, platform } = this.options;
    const target = ['--target', `${arch}-${vendor}-${platform}`];
    const macros = [`_topdir ${this.stagingDir}`, '__os_install_post %{nil}', 'debug_package %{nil}'];
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
