import * as z from 'zod';

/** Identity of a process, distinct from a later one with the same pid. */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks since boot at its start (field 22 of /proc/PID/stat). */
  started: z.string(),
  /** The boot id. */
  boot: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/**
 * Fields of /proc/PID/stat (proc(5)): state, parent, clock ticks since boot at its start, processor time of
 * all its threads in hundredths of a second (USER_HZ). The name before them may contain spaces and
 * parentheses itself.
 */
export function statFields(stat: string): {
  readonly state: string;
  readonly parent: number;
  readonly started: string | null;
  readonly processorTicks: number;
} {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0] ?? '',
    parent: Number(fields[1]),
    started: fields[19] ?? null,
    processorTicks: Number(fields[11]) + Number(fields[12]),
  };
}

/** Start time from the text of /proc/PID/stat; null if the process is not running. */
export function startOf(stat: string): string | null {
  const { state, started } = statFields(stat);
  return state === 'Z' || state === 'X' ? null : started;
}
