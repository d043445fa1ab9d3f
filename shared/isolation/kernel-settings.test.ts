import { expect, it } from 'vitest';
import { hasEmulatedKernelSettings } from './kernel-settings.ts';

it('A4: the label says whether a container has kernel settings of its own; nodes of Kubernetes have', () => {
  const label = 'io.bulkhead.kernel-settings';
  expect(hasEmulatedKernelSettings({})).toBe(false);
  expect(hasEmulatedKernelSettings({ [label]: 'emulated' })).toBe(true);
  expect(hasEmulatedKernelSettings({ [label]: 'machine' })).toBe(false);
  for (const value of ['', 'true', 'Emulated', 'emulated '])
    expect(hasEmulatedKernelSettings({ [label]: value }), value).toBe('unknown');
  const nodes = [
    { 'io.x-k8s.kind.cluster': 'kind', 'io.x-k8s.kind.role': 'control-plane' },
    { app: 'k3d', 'k3d.role': 'server' },
    { app: 'k3d', 'k3d.role': 'agent' },
    { 'created_by.minikube.sigs.k8s.io': 'true' },
  ];
  for (const labels of nodes) {
    expect(hasEmulatedKernelSettings(labels)).toBe(true);
    expect(hasEmulatedKernelSettings({ ...labels, [label]: 'machine' })).toBe(false);
  }
  expect(hasEmulatedKernelSettings({ app: 'k3d', 'k3d.role': 'loadbalancer' })).toBe(false);
});
