/** Where, in its state directory, a gateway records the policy that it enforces. */
export const recordedPolicyName = 'enforced-policy.json';
