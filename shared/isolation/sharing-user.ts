import * as z from 'zod';

/** Ids that the kernel supports; 2^32 - 1 means "none". */
const idSchema = z.int().min(0).max(4_294_967_294);

/**
 * The user who shares a container's directories (A8): the one who had it created, according to the gateway's
 * peer credentials (SO_PEERCRED), never according to what a client sends. For a container created through
 * another container's Docker socket: the sharing user of that one.
 */
export const sharingUserSchema = z.object({ uid: idSchema, gid: idSchema });
export type SharingUser = z.infer<typeof sharingUserSchema>;

/**
 * Name of a container's record in the directory `sharing` of the engine's root: written by the gateway before
 * a client gets the response to its create, read by the planner at every start, removed with the container.
 */
export const sharingRecordName = (container: string): string => `${container}.json`;

/**
 * A device of the machine that the settings grant to a container (A5): by type and number at the time when
 * the gateway last allowed the container's start. Another device under the same name is refused by the
 * planner.
 */
export const grantedDeviceSchema = z.object({
  type: z.enum(['b', 'c']),
  major: z.int().min(0),
  minor: z.int().min(0),
  /** What the container may do with it: `r`, `w` and `m`, which no container can use. */
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

/** Null for an invalid record: then the sharing user is unknown. */
export function readSharingRecord(text: string): SharingUser | null {
  const record = parseRecord(text);
  return record === null ? null : { uid: record.uid, gid: record.gid };
}

/** The devices in a record; none for an invalid record. */
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
