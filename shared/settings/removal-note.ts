/**
 * A settings file that is deleted on purpose (a roll back to "no file") leaves a note next to it, written
 * before: the sha256 (hex) of the deleted text. A gateway that follows the file treats its absence as a
 * mistake unless a note has the hash of what it last read.
 */
export const removalNote = (settingsFile: string): string => `${settingsFile}.removed`;
