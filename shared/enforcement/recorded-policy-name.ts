/** The name of the file, in its state directory, in which a gateway records the policy that it enforces. */
export const recordedPolicyName = 'enforced-policy.json';

/** The name of the file beside it with the text of that policy, for a start without the settings file. */
export const storedSettingsName = 'enforced-settings.json';
