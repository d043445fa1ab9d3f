/** The proposal if nothing was ever applied: isolation on and locked, homes and temporary files shared. */
export const recommendedSettings = `{
  "configurationFileVersion": 2,
  "enhancedContainerIsolation": {
    "value": true,
    "locked": true
  },
  "filesharingAllowedDirectories": [
    { "path": "$HOME", "sharedByDefault": true },
    { "path": "$TMP", "sharedByDefault": false }
  ]
}
`;
