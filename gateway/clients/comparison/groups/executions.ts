import type { Group } from '../group.ts';
export const executions: readonly Group[] = [];
