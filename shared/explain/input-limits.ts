/** Maximum length of a command line. */
export const maxCommandLength = 32 * 1024;
/** Maximum length of a Compose file. */
export const maxComposeLength = 512 * 1024;
