import { connectionLimits, limitsForFiles, type ConnectionLimits } from '../shared/policy/limits.ts';
import { refusalText, type Denial } from '../shared/policy/decision.ts';
import type { Admission } from './http/listener.ts';
import type { GatewayCounters } from './metrics/counters.ts';
import type { SocketMounts } from './base/socket-mount.ts';
import { ConnectionTable } from './callers/connection-table.ts';
import { IdOwners } from './callers/id-owners.ts';
import { identifyCaller } from './callers/identify-caller.ts';
import { openFilesLimit } from './callers/open-files.ts';

/** Minimum interval of log lines about refused connections, ms. */
const logIntervalMs = 10_000;

export interface AdmissionOptions {
  /** Null: no container has a socket of its own. */
  readonly mounts: Pick<SocketMounts, 'get'> | null;
  readonly counters: GatewayCounters;
  /** Renders a refusal in the language of the policy. */
  readonly text: (denial: Denial) => string;
  readonly log: (line: string) => void;
  /** Default: `connectionLimits`, reduced to the process's limit of open files. */
  readonly limits?: ConnectionLimits;
  readonly now?: () => number;
}

/** Reads the owners of subordinate ids and creates the table of connections. */
export async function openAdmission(options: AdmissionOptions): Promise<Admission> {
  const { mounts, counters, text, log, now = () => performance.now() } = options;
  const owners = await IdOwners.read();
  const table = new ConnectionTable(
    options.limits ?? limitsForFiles(connectionLimits, openFilesLimit()),
    now,
  );
  let lastLoggedAt = -Infinity;
  let suppressed = 0;
  return {
    table,
    identify: (origin, peer) => identifyCaller(origin, peer, { owners, mounts }),
    recordRefusal: (denial) => {
      counters.countDenial(denial.rule, 'deny');
      if (now() - lastLoggedAt >= logIntervalMs) {
        const previous = suppressed === 0 ? '' : `; ${suppressed} more refusals of this kind before`;
        log(`${refusalText(denial)}${previous}`);
        lastLoggedAt = now();
        suppressed = 0;
      } else suppressed++;
      return text(denial);
    },
  };
}
