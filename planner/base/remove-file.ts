import { unlinkSync } from 'node:fs';

/** Removes a file if it can: what is none, or can't be removed, keeps its name and stops nobody. */
export function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // gone, a directory, or on a disk that fails
  }
}
