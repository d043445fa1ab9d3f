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

/**
 * A device of the machine that the settings let a container have (A5): by type and number, as it was when the
 * gateway last let the container start. Another one behind the same name is refused by the planner.
 */
export const grantedDeviceSchema = z.object({
  type: z.enum(['b', 'c']),
  major: z.int().min(0),
  minor: z.int().min(0),
  /** What the container may do with it: `r`, `w` and `m`, which no container can. */
  access: z.string().regex(/^[rwm]{1,3}$/),
});
export type GrantedDevice = z.infer<typeof grantedDeviceSchema>;

const recordSchema = z.object({
  version: z.literal(1),
  ...sharingUserSchema.shape,
  devices: z.array(grantedDeviceSchema).optional(),
});

export function writeSharingRecord(user: SharingUser, devices: readonly GrantedDevice[] = []): string {
  const granted = devices.length === 0 ? {} : { devices };
  return `${JSON.stringify({ version: 1, uid: user.uid, gid: user.gid, ...granted })}\n`;
}

/** Null for anything that is no record: then it is not known who shares. */
export function readSharingRecord(text: string): SharingUser | null {
  const record = parseRecord(text);
  return record === null ? null : { uid: record.uid, gid: record.gid };
}

/** The devices of a record; none for anything that is no record. */
export function readGrantedDevices(text: string): readonly GrantedDevice[] {
  return parseRecord(text)?.devices ?? [];
}

function parseRecord(text: string): z.infer<typeof recordSchema> | null {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
