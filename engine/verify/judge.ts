import type { Claim } from '../../shared/verify/claims.ts';
import { parseUidMap } from '../containers/scan.ts';
import type { ProbeResult } from './probe-container.ts';

/** What a probe brought, or why it brought nothing. */
export type Observed<T> = { readonly seen: T } | { readonly error: string };

const claim = (id: Claim['id'], pass: boolean, evidence: string): Claim => ({ id, verdict: pass ? 'pass' : 'fail', evidence });
const unseen = (id: Claim['id'], error: string): Claim => ({ id, verdict: 'fail', evidence: error });

/** Ids a container owns, from inside and (where seen) outside; null when that is not a range of its own. */
function ownRange(result: ProbeResult): { first: number; last: number } | null {
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
  if ('error' in probe) return unseen(id, probe.error);
  const { uidMap, gidMap } = probe.seen.facts;
  return claim(id, ownRange(probe.seen) !== null, `uid_map "${uidMap}"${gidMap === uidMap ? '' : `, gid_map "${gidMap}"`}`);
}

/** A3: two containers at once, two ranges of at least 64K without a common id. */
export function judgeExclusiveRange(first: Observed<ProbeResult>, second: Observed<ProbeResult>): Claim {
  const id = 'A3-exclusive-range';
  if ('error' in first) return unseen(id, first.error);
  if ('error' in second) return unseen(id, second.error);
  const [a, b] = [ownRange(first.seen), ownRange(second.seen)];
  if (a === null || b === null) return claim(id, false, `uid_map "${first.seen.facts.uidMap}" and "${second.seen.facts.uidMap}"`);
  const apart = a.last < b.first || b.last < a.first;
  const whole = a.last - a.first >= 65_535 && b.last - b.first >= 65_535;
  return claim(id, apart && whole, `${a.first}-${a.last} and ${b.first}-${b.last}`);
}

/** A6: the runtime asked for is ignored, and inspect shows the isolation runtime. */
export function judgeRuntime(probe: Observed<ProbeResult>, runtimeName: string): Claim {
  const id = 'A6-runtime-override';
  if ('error' in probe) return unseen(id, probe.error);
  return claim(id, probe.seen.runtime === runtimeName, `asked for "runc", got "${probe.seen.runtime}"`);
}

/** A7: --userns=host is ignored. */
export function judgeUsernsHost(probe: Observed<ProbeResult>): Claim {
  const id = 'A7-userns-host-ignored';
  if ('error' in probe) return unseen(id, probe.error);
  return claim(id, ownRange(probe.seen) !== null && probe.seen.usernsMode !== 'host', `asked for userns=host, got "${probe.seen.usernsMode}" with uid_map "${probe.seen.facts.uidMap}"`);
}

/** What a privileged container may do in its own namespaces, and what it must not do to the engine's machine. */
const allowedPrivileged = ['mount-tmpfs'] as const;
const forbiddenPrivileged = ['write-core-pattern', 'write-swappiness', 'make-device-node', 'load-module', 'list-bpf-maps', 'set-time'] as const;

/** A4, A5: privileged works, and is confined. */
export function judgePrivileged(probe: Observed<ProbeResult>): Claim {
  const id = 'A4-privileged-confined';
  if ('error' in probe) return unseen(id, probe.error);
  const operations = probe.seen.facts.operations ?? {};
  const works = allowedPrivileged.every((name) => operations[name] === 'ok');
  const confined = forbiddenPrivileged.every((name) => operations[name] !== undefined && operations[name] !== 'ok');
  const evidence = [...allowedPrivileged, ...forbiddenPrivileged].map((name) => `${name}: ${operations[name] ?? 'not tried'}`).join(', ');
  return claim(id, works && confined && ownRange(probe.seen) !== null, evidence);
}

export type Refusal = { readonly asked: string; readonly answer: Observed<{ status: number; message: string } | null> };

/** A7, B1: every request was refused, in the words of ECI (B6). */
export function judgeRefused(id: Claim['id'], refusals: readonly Refusal[]): Claim {
  const words = refusals.map(({ asked, answer }) => {
    if ('error' in answer) return { good: false, text: `${asked}: ${answer.error}` };
    if (answer.seen === null) return { good: false, text: `${asked}: was allowed` };
    return { good: answer.seen.status === 403 && answer.seen.message.startsWith('enhanced container isolation:'), text: `${asked}: ${answer.seen.status} ${answer.seen.message}` };
  });
  const bad = words.filter((word) => !word.good);
  return claim(id, bad.length === 0 && words.length > 0, (bad.length > 0 ? bad : words).map((word) => word.text).join('; '));
}

/** In audit mode nothing is refused, so a refusal can't be shown. */
export function notEnforced(id: Claim['id']): Claim {
  return { id, verdict: 'not-enforced', evidence: 'audit mode: nothing is refused, what would be is only logged' };
}

/** With ECI off one thing is shown, how it is: root in a container is root in the engine. */
export function judgeOff(probe: Observed<ProbeResult>, ids: readonly Claim['id'][]): Claim[] {
  const evidence = 'error' in probe ? probe.error : `ECI is off: uid_map "${probe.seen.facts.uidMap}"${ownRange(probe.seen) === null ? ', root in the container is root in the engine' : ''}`;
  return ids.map((id): Claim => (id === 'A2-user-namespace' && !('error' in probe) && ownRange(probe.seen) === null
    ? { id, verdict: 'fail', evidence } : { id, verdict: 'not-run', evidence: id === 'A2-user-namespace' ? evidence : 'ECI is off' }));
}
