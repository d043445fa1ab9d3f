import * as z from 'zod';
import { idsInsideSchema, type IdsInside } from './ids-inside.ts';

/** Ids that the kernel supports; 2^32 - 1 means "none". */
const idSchema = z.int().min(0).max(4_294_967_294);

/**
 * The user who shares a container's directories (A8): the one who had it created, according to the gateway's
 * peer credentials (SO_PEERCRED), never according to what a client sends. For a container created through
 * another container's Docker socket: the sharing user of that one.
 */
const sharingUserSchema = z.object({ uid: idSchema, gid: idSchema });
export type SharingUser = z.infer<typeof sharingUserSchema>;

/**
 * Name of a container's record in the directory `sharing` of the engine's root: written by the gateway before
 * a client gets the response to its create, read by the planner at every start, removed with the container.
 */
export const sharingRecordName = (container: string): string => `${container}.json`;

/**
 * Whether an error of the engine names a container's record, as the planner's refusal of a container without
 * one does in every language. The gateway then logs what it knows of the record.
 */
export const namesSharingRecord = (error: string): boolean => /\/[0-9a-f]{64}\.json/.test(error);

/**
 * A device of the machine that the settings grant to a container (A5): by type and number at the time when
 * the gateway last allowed the container's start. Another device under the same name is refused by the
 * planner.
 */
const grantedDeviceSchema = z.object({
  type: z.enum(['b', 'c']),
  major: z.int().min(0),
  minor: z.int().min(0),
  /** What the container may do with it: `r`, `w` and `m`, which no container can use. */
  access: z.string().regex(/^[rwm]{1,3}$/),
});
export type GrantedDevice = z.infer<typeof grantedDeviceSchema>;

/** What the gateway decides at each start of a container that passes it. */
export interface StartDecisions {
  readonly devices: readonly GrantedDevice[];
  /** Which of the container's users the sharing user is, where its labels say so. */
  readonly inside: IdsInside | null;
  /** Whether it has kernel settings of its own (kernel-settings.ts). */
  readonly kernelSettings: boolean;
}
const noDecisions: StartDecisions = { devices: [], inside: null, kernelSettings: false };

const recordSchema = z.object({
  version: z.literal(1),
  ...sharingUserSchema.shape,
  devices: z.array(grantedDeviceSchema).optional(),
  inside: idsInsideSchema.optional(),
  kernelSettings: z.boolean().optional(),
});

export function writeSharingRecord(user: SharingUser, decisions: Partial<StartDecisions> = {}): string {
  const { devices, inside, kernelSettings } = { ...noDecisions, ...decisions };
  const record: z.infer<typeof recordSchema> = {
    version: 1,
    uid: user.uid,
    gid: user.gid,
    ...(devices.length === 0 ? {} : { devices: [...devices] }),
    ...(inside === null ? {} : { inside }),
    ...(kernelSettings ? { kernelSettings } : {}),
  };
  return `${JSON.stringify(record)}\n`;
}

/** Null for an invalid record: then the sharing user is unknown. */
export function readSharingRecord(text: string): SharingUser | null {
  const record = parseRecord(text);
  return record === null ? null : { uid: record.uid, gid: record.gid };
}

/** The decisions in a record; none for anything that is no record. */
export function readStartDecisions(text: string): StartDecisions {
  const record = parseRecord(text);
  return {
    devices: record?.devices ?? [],
    inside: record?.inside ?? null,
    kernelSettings: record?.kernelSettings ?? false,
  };
}

function parseRecord(text: string): z.infer<typeof recordSchema> | null {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
