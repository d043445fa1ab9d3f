import * as z from 'zod';

/** Ids the kernel has; 2^32 - 1 means "none". */
const idSchema = z.int().min(0).max(4_294_967_294);

/**
 * As whom a container's directories are shared (A8): the user who had it made, by the peer credentials that
 * the gateway has (SO_PEERCRED), never by what a client sends. Of a container made through another
 * container's Docker socket: the sharing user of that one.
 */
export const sharingUserSchema = z.object({ uid: idSchema, gid: idSchema });
export type SharingUser = z.infer<typeof sharingUserSchema>;

/**
 * Name of a container's record in the directory `sharing` of the engine's root: written by the gateway before
 * a client hears that its container was made, read by the planner at every start, gone with the container.
 */
export const sharingRecordName = (container: string): string => `${container}.json`;

const recordSchema = z.object({ version: z.literal(1), ...sharingUserSchema.shape });

export function writeSharingRecord(user: SharingUser): string {
  return `${JSON.stringify({ version: 1, uid: user.uid, gid: user.gid })}\n`;
}

/** Null for anything that is no record: then it is not known who shares. */
export function readSharingRecord(text: string): SharingUser | null {
  try {
    const { uid, gid } = recordSchema.parse(JSON.parse(text));
    return { uid, gid };
  } catch {
    return null;
  }
}
