import * as z from 'zod';

/** A process, told apart from a later one that got the same pid. */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks since boot at its start (field 22 of /proc/PID/stat). */
  started: z.string(),
  /** The boot it lives in. */
  boot: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/**
 * What /proc/PID/stat (proc(5)) has of a process: state, parent, clock ticks since boot at its start. The
 * name before may hold spaces and parentheses itself.
 */
export function statFields(stat: string): {
  readonly state: string;
  readonly parent: number;
  readonly started: string | null;
} {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', parent: Number(fields[1]), started: fields[19] ?? null };
}

/** Start time from the text of /proc/PID/stat; null where it is of no live process. */
export function startOf(stat: string): string | null {
  const { state, started } = statFields(stat);
  return state === 'Z' || state === 'X' ? null : started;
}
