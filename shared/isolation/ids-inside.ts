import * as z from 'zod';
import { rangeSize } from './range-size.ts';

const idInsideSchema = z
  .int()
  .min(0)
  .max(rangeSize - 1);

/** The user and the group that the sharing user is inside of a container. */
export const idsInsideSchema = z.object({ uid: idInsideSchema, gid: idInsideSchema });
export type IdsInside = z.infer<typeof idsInsideSchema>;

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** A container's first process, as its specification has it. */
export interface FirstProcessIds extends Ids {
  /** `NAME=value`. */
  readonly env: readonly string[];
}

/** Containers and images say by this label which of their users the sharing user is. */
export const sharingUserLabel = 'io.bulkhead.sharing-user';
/** Set by tools for dev containers, on each that they create. */
const devContainerLabel = 'devcontainer.local_folder';
/** Of images for dev containers, which containers take over: JSON. */
const devContainerMetadataLabel = 'devcontainer.metadata';

/**
 * Which user of a container the sharing user `user` (not root) is: one only, since an id-mapped mount has one
 * id inside for each on disk (A8). The first of these that applies:
 *
 * 1. `chosen`: what the labels say (`chosenIds`).
 * 2. The container starts as root and gets their number, in a variable such as `LOCAL_UID`, `PUID` or
 *    `USER_ID`: the user with that number, which it is about to become or to give files to.
 * 3. The container's user (`docker run -u`, the image's `USER`) has their number: that user. Groups likewise.
 * 4. Root.
 */
export function idsInside(user: Ids, process: FirstProcessIds, chosen: IdsInside | null): IdsInside {
  if (chosen !== null) return chosen;
  if (process.uid === 0 && namesUid(process.env, user.uid)) return ownIds(user);
  return {
    uid: process.uid === user.uid ? orRoot(user.uid) : 0,
    gid: process.gid === user.gid ? orRoot(user.gid) : 0,
  };
}

/** The user's own numbers, where containers have them; else root's. */
function ownIds({ uid, gid }: Ids): IdsInside {
  return uid < rangeSize ? { uid, gid: orRoot(gid) } : { uid: 0, gid: 0 };
}

const orRoot = (id: number): number => (id < rangeSize ? id : 0);

function namesUid(env: readonly string[], uid: number): boolean {
  return env.some((entry) => /^\w*(?:UID|USER_?ID)=(\d+)$/i.exec(entry)?.[1] === String(uid));
}

/**
 * Which user the labels of a container make `user`; null: they don't say. `unknown`: the label has a value
 * that means nothing.
 */
export function chosenIds(labels: Readonly<Record<string, string>>, user: Ids): IdsInside | null | 'unknown' {
  const value = labels[sharingUserLabel];
  if (value !== undefined) return idsOfLabel(value, user) ?? 'unknown';
  return labels[devContainerLabel] !== undefined && worksAsUser(labels[devContainerMetadataLabel] ?? '')
    ? ownIds(user)
    : null;
}

/** Null for anything but `root`, `own` and `UID[:GID]`. */
function idsOfLabel(value: string, user: Ids): IdsInside | null {
  if (value === 'root') return { uid: 0, gid: 0 };
  if (value === 'own') return ownIds(user);
  const [, uid, gid = '0'] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(value) ?? [];
  const parsed = idsInsideSchema.safeParse({ uid: Number(uid), gid: Number(gid) });
  return parsed.success ? parsed.data : null;
}

const metadataSchema = z.array(z.object({ remoteUser: z.string().optional().catch(undefined) }));

/** Whether a dev container's tools work as another user than root: the last one that is named. */
function worksAsUser(metadata: string): boolean {
  try {
    const parsed: unknown = JSON.parse(metadata);
    const entries = metadataSchema.parse(Array.isArray(parsed) ? parsed : [parsed]);
    const user = entries.findLast(({ remoteUser }) => remoteUser !== undefined)?.remoteUser;
    return user !== undefined && user !== '' && user !== 'root' && user !== '0';
  } catch {
    return false; // none of the form that the tools write
  }
}
