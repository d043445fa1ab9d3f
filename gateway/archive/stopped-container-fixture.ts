import type { ContainerFacts } from '../engine-api/engine-facts.ts';

/** A stopped, isolated container, as far as copies and lists of changes read it. */
export const stoppedContainer: Partial<ContainerFacts> = {
  id: 'a'.repeat(64),
  name: 'c',
  runtime: 'bulkhead',
  running: false,
  pid: 0,
  mounts: [],
  layers: { lowers: [], upper: '/none/upper', merged: '/none/merged' },
};
