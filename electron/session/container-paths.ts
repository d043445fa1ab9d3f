/** The values of `$TMP` and `$TEMP` for the gateway, independent of this process's environment. */
export const containersTmp = '/tmp';
