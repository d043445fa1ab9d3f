import type { Claim, ClaimId } from '../../shared/verify/claims.ts';
import { parseUidMap } from '../scan/scan.ts';
import type { ProbeFacts, ProbeResult } from './probe-container.ts';

/** What a probe brought, or why it brought nothing. */
export type Observed<T> = { readonly value: T } | { readonly error: string };

/** A claim that was shown, or not. */
export const claim = (id: ClaimId, pass: boolean, evidence: string): Claim => ({
  id,
  verdict: pass ? 'pass' : 'fail',
  evidence,
});
/** A claim of which nothing was seen: that is a failed one. */
export const notObserved = (id: ClaimId, error: string): Claim => ({ id, verdict: 'fail', evidence: error });

/** Ids a container owns, from inside and (where seen) outside; null when that is not a range of its own. */
export function ownRange(result: {
  readonly facts: Pick<ProbeFacts, 'uidMap' | 'gidMap'>;
  readonly outsideMap: string | null;
}): { first: number; last: number } | null {
  const uids = parseUidMap(result.facts.uidMap.replaceAll('; ', '\n'));
  const gids = parseUidMap(result.facts.gidMap.replaceAll('; ', '\n'));
  if (uids === null || gids === null || uids.first === 0 || gids.first === 0) return null;
  // A container that lies about itself (a changed image) would still be seen from outside.
  if (result.outsideMap !== null) {
    const outside = parseUidMap(result.outsideMap);
    if (outside === null || outside.first !== uids.first || outside.last !== uids.last) return null;
  }
  return uids;
}

/** A2: inside a user namespace that doesn't start at host id 0. */
export function judgeUserNamespace(probe: Observed<ProbeResult>): Claim {
  const id = 'A2-user-namespace';
  if ('error' in probe) return notObserved(id, probe.error);
  const { uidMap, gidMap } = probe.value.facts;
  return claim(
    id,
    ownRange(probe.value) !== null,
    `uid_map "${uidMap}"${gidMap === uidMap ? '' : `, gid_map "${gidMap}"`}`,
  );
}

/** A3: two containers at once, two ranges of at least 64K without a common id. */
export function judgeExclusiveRange(first: Observed<ProbeResult>, second: Observed<ProbeResult>): Claim {
  const id = 'A3-exclusive-range';
  if ('error' in first) return notObserved(id, first.error);
  if ('error' in second) return notObserved(id, second.error);
  const [a, b] = [ownRange(first.value), ownRange(second.value)];
  if (a === null || b === null)
    return claim(id, false, `uid_map "${first.value.facts.uidMap}" and "${second.value.facts.uidMap}"`);
  const apart = a.last < b.first || b.last < a.first;
  const whole = a.last - a.first >= 65_535 && b.last - b.first >= 65_535;
  return claim(id, apart && whole, `${a.first}-${a.last} and ${b.first}-${b.last}`);
}

/** A6: the runtime asked for is ignored, and inspect shows the isolation runtime. */
export function judgeRuntime(probe: Observed<ProbeResult>, runtimeName: string): Claim {
  const id = 'A6-runtime-override';
  if ('error' in probe) return notObserved(id, probe.error);
  return claim(id, probe.value.runtime === runtimeName, `asked for "runc", got "${probe.value.runtime}"`);
}

/** A7: --userns=host is ignored. */
export function judgeUsernsHost(probe: Observed<ProbeResult>): Claim {
  const id = 'A7-userns-host-ignored';
  if ('error' in probe) return notObserved(id, probe.error);
  return claim(
    id,
    ownRange(probe.value) !== null && probe.value.usernsMode !== 'host',
    `asked for userns=host, got "${probe.value.usernsMode}" with uid_map "${probe.value.facts.uidMap}"`,
  );
}

export type Refusal = {
  readonly request: string;
  readonly answer: Observed<{ status: number; message: string } | null>;
};

/** A7, A8, B1: every request was refused, in the words of ECI (B6). */
export function judgeRefused(id: ClaimId, refusals: readonly Refusal[]): Claim {
  const outcomes = refusals.map(({ request, answer }) => {
    if ('error' in answer) return { good: false, text: `${request}: ${answer.error}` };
    if (answer.value === null) return { good: false, text: `${request}: was allowed` };
    return {
      good: answer.value.status === 403 && answer.value.message.startsWith('enhanced container isolation:'),
      text: `${request}: ${answer.value.status} ${answer.value.message}`,
    };
  });
  const bad = outcomes.filter((word) => !word.good);
  // Word for word where it matters or is short; several refusals by what was asked, their words being in the
  // items.
  const evidence =
    bad.length > 0 || outcomes.length < 2
      ? (bad.length > 0 ? bad : outcomes).map((word) => word.text).join('; ')
      : `${outcomes.length} of ${outcomes.length} refused by Enhanced Container Isolation (403): ${refusals.map(({ request }) => request).join(', ')}`;
  return {
    ...claim(id, bad.length === 0 && outcomes.length > 0, evidence),
    items: outcomes.map(({ good, text }, i) => ({
      title: refusals[i]?.request ?? '',
      seen: text.slice((refusals[i]?.request.length ?? 0) + 2),
      good,
    })),
  };
}

/** In audit mode nothing is refused, so a refusal can't be shown. */
export function notEnforced(id: ClaimId): Claim {
  return {
    id,
    verdict: 'not-enforced',
    evidence: 'audit mode: nothing is refused, what would be is only logged',
  };
}

/** With ECI off one thing is shown, how it is: root in a container is root in the engine. */
export function judgeOff(probe: Observed<ProbeResult>, ids: readonly ClaimId[]): Claim[] {
  const evidence =
    'error' in probe
      ? probe.error
      : `ECI is off: uid_map "${probe.value.facts.uidMap}"${ownRange(probe.value) === null ? '; root in the container is root in the engine' : ''}`;
  return ids.map((id): Claim =>
    id === 'A2-user-namespace' && !('error' in probe) && ownRange(probe.value) === null
      ? { id, verdict: 'fail', evidence }
      : { id, verdict: 'not-run', evidence: id === 'A2-user-namespace' ? evidence : 'ECI is off' },
  );
}

/**
 * The backend, or the settings, offer nothing of the kind: no failure, and never shown as held. `why` is for
 * the admin.
 */
export function notOffered(id: ClaimId, why: string): Claim {
  return { id, verdict: 'not-offered', evidence: why };
}
