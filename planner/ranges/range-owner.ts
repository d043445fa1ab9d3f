import * as z from 'zod';

/** Where the machine keeps whose which range is. */
export const rangeOwnersDirectory = '/var/lib/bulkhead/range-owners';

/**
 * Whose containers a range of host ids is for, for good: a user by uid (root is 0); `builds`, the steps of
 * BuildKit, which are no user's; `unnamed`, containers of the engine that nobody is known to have made (the
 * legacy builder's steps, callers whom the kernel could not name); `retired`, nobody any more: it is not
 * known whose it was.
 */
export const rangeOwnerSchema = z.union([
  z.int().min(0).max(4_294_967_294),
  z.enum(['builds', 'unnamed', 'retired']),
]);
export type RangeOwner = z.infer<typeof rangeOwnerSchema>;

/**
 * Ranges that one owner may have; root as many as there are. One user alone must not use up the machine's
 * 50,276.
 */
export function rangeQuota(owner: RangeOwner): number {
  if (owner === 0) return Infinity;
  return owner === 'builds' ? 16_384 : 4_096;
}

/** The owner as sentences name it. */
export function describeOwner(owner: RangeOwner): string {
  switch (owner) {
    case 0:
      return 'root';
    case 'builds':
      return 'steps of builds';
    case 'unnamed':
      return 'a user who is not known';
    case 'retired':
      return 'nobody any more';
    default:
      return `user ${owner}`;
  }
}
