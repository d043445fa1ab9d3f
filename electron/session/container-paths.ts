/** What `$TMP` and `$TEMP` mean to the gateway, whatever this process's own environment says. */
export const containersTmp = '/tmp';
