import { existsSync } from 'node:fs';
import { packageDirectory } from '../../shared/settings/package-directory.ts';

/** Whether the package's directory exists on this machine; it doesn't where only a clone is run. */
export const isPackageInstalled = (): boolean => existsSync(packageDirectory);
