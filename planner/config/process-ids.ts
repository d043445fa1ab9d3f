import * as z from 'zod';
import type { OciSpec } from '../base/oci-spec.ts';
import { refuse } from '../base/refuse.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';

const userSchema = z.object({
  process: z.object({
    user: z.object({
      uid: z.int().default(0),
      gid: z.int().default(0),
      additionalGids: z.array(z.int()).nullish(),
    }),
  }),
});

/**
 * Refuses a first process with an id that does not exist in a range. The kernel would refuse it as well, but
 * runc's message ("setgroups: invalid argument") does not name the id or the reason. runc itself reports
 * errors in processes that are written differently.
 */
export function refuseMissingIds(spec: OciSpec): void {
  const parsed = userSchema.safeParse(spec);
  if (!parsed.success) return;
  const { uid, gid, additionalGids } = parsed.data.process.user;
  const last = rangeSize - 1;
  if (uid > last) refuse('planner-refusals.no-user-id', { uid, last });
  const group = [gid, ...(additionalGids ?? [])].find((id) => id > last);
  if (group !== undefined) refuse('planner-refusals.no-group-id', { gid: group, last });
}
