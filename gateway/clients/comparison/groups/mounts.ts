import type { Group } from '../group.ts';
export const mounts: readonly Group[] = [];
