import type { Group } from '../group.ts';
export const composes: readonly Group[] = [];
