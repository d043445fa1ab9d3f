import { unlinkSync } from 'node:fs';

/** Removes a file if possible. Missing files, directories and failures are ignored. */
export function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // missing, a directory, or an I/O error
  }
}
