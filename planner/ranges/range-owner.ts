import * as z from 'zod';
import { message, type Message } from '../../shared/messages/message.ts';

/** Where the machine records the owners of ranges. */
export const rangeOwnersDirectory = '/var/lib/bulkhead/range-owners';

/**
 * The permanent owner of a range of host ids: a user by uid (root is 0); `builds`, the steps of BuildKit,
 * which belong to no user; `unnamed`, containers of the engine whose creator is unknown (the legacy builder's
 * steps, callers that the kernel could not identify); `retired`, no longer usable: its previous owner is
 * unknown.
 */
export const rangeOwnerSchema = z.union([
  z.int().min(0).max(4_294_967_294),
  z.enum(['builds', 'unnamed', 'retired']),
]);
export type RangeOwner = z.infer<typeof rangeOwnerSchema>;

/**
 * Maximum number of ranges of one owner; root has no limit. No single user may use up the machine's 50,276.
 */
export function rangeQuota(owner: RangeOwner): number {
  if (owner === 0) return Infinity;
  return owner === 'builds' ? 16_384 : 4_096;
}

/** The owner as named in refusals. */
export function describeOwner(owner: RangeOwner): Message {
  switch (owner) {
    case 0:
      return message('planner-refusals.owner-root');
    case 'builds':
      return message('planner-refusals.owner-builds');
    case 'unnamed':
      return message('planner-refusals.owner-unnamed');
    case 'retired':
      return message('planner-refusals.owner-retired');
    default:
      return message('planner-refusals.owner-user', { uid: owner });
  }
}
