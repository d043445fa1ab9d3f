/** The longest command line that is read. */
export const maxCommandLength = 32 * 1024;
/** The longest compose file that is explained. */
export const maxComposeLength = 512 * 1024;
