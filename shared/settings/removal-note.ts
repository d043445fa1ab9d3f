/**
 * A settings file that is deleted on purpose (a roll back to "no file") leaves a note beside it, written
 * before: the sha256 (hex) of the text that was deleted. A gateway that follows the file takes its absence
 * for a mistake where no note names what it last read.
 */
export const removalNote = (settingsFile: string): string => `${settingsFile}.removed`;
