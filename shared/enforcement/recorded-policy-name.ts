/** The name of the file, in its state directory, in which a gateway records the policy that it enforces. */
export const recordedPolicyName = 'enforced-policy.json';
