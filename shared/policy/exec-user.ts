import { rangeSize } from '../isolation/range-size.ts';
import { deny, type Denial } from './decision.ts';
import type { JsonObject } from './json.ts';
import { textAt } from './shape.ts';

/** The engine gives an error of its own for larger ones. */
const largestIdOfEngine = 2 ** 31 - 1;

/**
 * The refusal of an exec as a user or group that no protected container has (A3). The kernel would refuse it
 * as well, but runc's message ("cannot set uid to unmapped user in user namespace") names neither the id nor
 * the reason. For a container's first process the planner does the same (process-ids.ts), since only that
 * knows the ids of names.
 */
export function execUserDenial(body: JsonObject): Denial | null {
  const user = textAt(body, 'User');
  const isMissing = user
    .split(':')
    .some((id) => /^\d{1,10}$/.test(id) && Number(id) >= rangeSize && Number(id) <= largestIdOfEngine);
  return isMissing ? deny('id-out-of-range', `docker exec --user ${user}`) : null;
}
