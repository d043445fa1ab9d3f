import type { Group } from '../group.ts';
export const builds: readonly Group[] = [];
