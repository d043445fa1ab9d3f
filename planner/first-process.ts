import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { statFields } from '../shared/process/process-stat.ts';
import { systemCode } from '../shared/process/system-code.ts';

/** A container's first process: its id, and its start time (clock ticks since boot), since ids are reused. */
export interface FirstProcess {
  readonly pid: number;
  readonly start: number;
}

const stateSchema = z.object({
  init_process_pid: z.int().positive(),
  init_process_start: z.int().nonnegative(),
});

/** As recorded by runc; null if there is no readable record. */
export function firstProcessOf(runcRoot: string, id: string): FirstProcess | null {
  try {
    const parsed = stateSchema.parse(JSON.parse(readFileSync(path.join(runcRoot, id, 'state.json'), 'utf8')));
    return { pid: parsed.init_process_pid, start: parsed.init_process_start };
  } catch {
    return null; // being written, or removed
  }
}

/** Whether it has exited and its parent has reaped it. */
export function hasEnded({ pid, start }: FirstProcess): boolean {
  try {
    return Number(statFields(readFileSync(`/proc/${pid}/stat`, 'utf8')).started) !== start;
  } catch (error) {
    return ['ENOENT', 'ESRCH'].includes(systemCode(error));
  }
}
