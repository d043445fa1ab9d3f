import type { Group } from '../group.ts';
export const networks: readonly Group[] = [];
