import { joinMessages } from '../../shared/messages/join-messages.ts';
import { message } from '../../shared/messages/message.ts';
import type { Claim, ClaimId } from '../../shared/verify/claims.ts';
import { parseUidMap } from '../scan/scan.ts';
import { makeClaim, makeItem, outcomeText, type EvidenceText } from './evidence.ts';
import type { ProbeFacts, ProbeResult } from './probe-container.ts';

/** The result of a probe, or why it returned nothing. */
export type Observation<T> = { readonly value: T } | { readonly error: EvidenceText };

/** A claim that was verified, or not. */
export const claim = (id: ClaimId, pass: boolean, evidence: EvidenceText): Claim =>
  makeClaim(id, pass ? 'pass' : 'fail', evidence);

/** A claim without an observation: it counts as failed. */
export const notObserved = (id: ClaimId, error: EvidenceText): Claim => makeClaim(id, 'fail', error);

/**
 * The ids of a container, from inside and (if observed) outside; null when that is not a range of its own.
 */
export function ownRange(result: {
  readonly facts: Pick<ProbeFacts, 'uidMap' | 'gidMap'>;
  readonly outsideMap: string | null;
}): { first: number; last: number } | null {
  const uids = parseUidMap(result.facts.uidMap.replaceAll('; ', '\n'));
  const gids = parseUidMap(result.facts.gidMap.replaceAll('; ', '\n'));
  if (uids === null || gids === null || uids.first === 0 || gids.first === 0) return null;
  // A container that reports false values (a changed image) would still be seen from outside.
  if (result.outsideMap !== null) {
    const outside = parseUidMap(result.outsideMap);
    if (outside === null || outside.first !== uids.first || outside.last !== uids.last) return null;
  }
  return uids;
}

/** A2: inside a user namespace that doesn't start at host id 0. */
export function judgeUserNamespace(probe: Observation<ProbeResult>): Claim {
  const id = 'A2-user-namespace';
  if ('error' in probe) return notObserved(id, probe.error);
  const { uidMap, gidMap } = probe.value.facts;
  return claim(
    id,
    ownRange(probe.value) !== null,
    `uid_map "${uidMap}"${gidMap === uidMap ? '' : `, gid_map "${gidMap}"`}`,
  );
}

/** A3: two concurrent containers, two ranges of at least 64K without a common id. */
export function judgeExclusiveRange(
  first: Observation<ProbeResult>,
  second: Observation<ProbeResult>,
): Claim {
  const id = 'A3-exclusive-range';
  if ('error' in first) return notObserved(id, first.error);
  if ('error' in second) return notObserved(id, second.error);
  const [a, b] = [ownRange(first.value), ownRange(second.value)];
  if (a === null || b === null)
    return claim(
      id,
      false,
      message('evidence.two-maps', { first: first.value.facts.uidMap, second: second.value.facts.uidMap }),
    );
  const apart = a.last < b.first || b.last < a.first;
  const whole = a.last - a.first >= 65_535 && b.last - b.first >= 65_535;
  return claim(
    id,
    apart && whole,
    message('evidence.two-ranges', { first: `${a.first}-${a.last}`, second: `${b.first}-${b.last}` }),
  );
}

/** A6: the requested runtime is ignored, and inspect shows the isolation runtime. */
export function judgeRuntime(probe: Observation<ProbeResult>, runtimeName: string): Claim {
  const id = 'A6-runtime-override';
  if ('error' in probe) return notObserved(id, probe.error);
  const { runtime } = probe.value;
  return claim(id, runtime === runtimeName, message('evidence.runtime-requested', { runtime }));
}

/** A7: --userns=host is ignored. */
export function judgeUsernsHost(probe: Observation<ProbeResult>): Claim {
  const id = 'A7-userns-host-ignored';
  if ('error' in probe) return notObserved(id, probe.error);
  return claim(
    id,
    ownRange(probe.value) !== null && probe.value.usernsMode !== 'host',
    message('evidence.userns-host-requested', {
      mode: probe.value.usernsMode,
      uidMap: probe.value.facts.uidMap,
    }),
  );
}

export type Refusal = {
  /** The purpose of the request. */
  readonly request: EvidenceText;
  readonly answer: Observation<{ status: number; message: string } | null>;
};

/** Every refusal by ECI begins with this text. */
const refusalPrefix = 'enhanced container isolation:';

/** Whether a request was refused with the message of ECI (B6). */
export const isRefused = ({ answer }: Refusal): boolean =>
  'value' in answer &&
  answer.value !== null &&
  answer.value.status === 403 &&
  answer.value.message.startsWith(refusalPrefix);

/** The result of a request that must be refused; a refusal verbatim. */
export function refusalOutcome({ answer }: Refusal): EvidenceText {
  if ('error' in answer) return answer.error;
  return answer.value === null
    ? message('evidence.was-allowed')
    : `${answer.value.status} ${answer.value.message}`;
}

/** A7, A8, B1: every request was refused, with the message of ECI (B6). */
export function judgeRefused(id: ClaimId, refusals: readonly Refusal[]): Claim {
  const bad = refusals.filter((one) => !isRefused(one));
  // Verbatim if it matters or is short; several refusals by the purposes of the requests, with their messages
  // in the items.
  const evidence =
    bad.length > 0 || refusals.length < 2
      ? joinMessages(
          'statements',
          (bad.length > 0 ? bad : refusals).map((one) => outcomeText(one.request, refusalOutcome(one))),
        )
      : message('evidence.all-refused', {
          number: refusals.length,
          requests: joinMessages(
            'enumeration',
            refusals.map(({ request }) => request),
          ),
        });
  return {
    ...claim(id, bad.length === 0 && refusals.length > 0, evidence),
    items: refusals.map((one) => makeItem(one.request, refusalOutcome(one), isRefused(one))),
  };
}

/** In audit mode nothing is refused, so a refusal can't be verified. */
export const notEnforced = (id: ClaimId): Claim =>
  makeClaim(id, 'not-enforced', message('evidence.audit-mode'));

/** With ECI off only one fact is verified: root in a container is root on the host. */
export function judgeOff(probe: Observation<ProbeResult>, ids: readonly ClaimId[]): Claim[] {
  const shown = 'value' in probe && ownRange(probe.value) === null;
  const evidence =
    'error' in probe
      ? probe.error
      : joinMessages('statements', [
          message('evidence.eci-off-with-map', { uidMap: probe.value.facts.uidMap }),
          ...(shown ? [message('evidence.root-of-engine')] : []),
        ]);
  return ids.map((id) =>
    id === 'A2-user-namespace'
      ? makeClaim(id, shown ? 'fail' : 'not-run', evidence)
      : makeClaim(id, 'not-run', message('evidence.eci-off')),
  );
}

/**
 * The backend, or the settings, do not offer this: not a failure, and never counted as passed. `why` is for
 * the administrator.
 */
export const notOffered = (id: ClaimId, why: EvidenceText): Claim => makeClaim(id, 'not-offered', why);
