/** Containers and images say by this label whether they get kernel settings of their own. */
export const kernelSettingsLabel = 'io.bulkhead.kernel-settings';

/** Whether tools for Kubernetes made the container as a node: by labels that each of them sets. */
function isNode(labels: Readonly<Record<string, string>>): boolean {
  return (
    labels['io.x-k8s.kind.role'] !== undefined || // KinD
    ['server', 'agent'].includes(labels['k3d.role'] ?? '') ||
    labels['created_by.minikube.sigs.k8s.io'] === 'true'
  );
}

/**
 * Whether a container gets files of its own in place of kernel settings that belong to the machine, such as
 * `vm.overcommit_memory`: kubelet and kube-proxy write them, and end where they can't (A4). What is written
 * has an effect on these files alone. `unknown`: the label has a value that means nothing.
 */
export function hasEmulatedKernelSettings(labels: Readonly<Record<string, string>>): boolean | 'unknown' {
  const value = labels[kernelSettingsLabel];
  if (value === undefined) return isNode(labels);
  return value === 'emulated' || (value === 'machine' ? false : 'unknown');
}
