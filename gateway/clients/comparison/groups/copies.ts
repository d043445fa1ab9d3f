import type { Group } from '../group.ts';
export const copies: readonly Group[] = [];
