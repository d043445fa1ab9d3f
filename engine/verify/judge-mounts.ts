import type { Claim, ClaimItem } from '../../shared/verify/claims.ts';
import { claim, notOffered, ownRange, notObserved, type Observed, type Refusal } from './judge.ts';
import type { ProbeFacts, ProbeResult } from './probe-container.ts';
import type { NoShare } from './probe-share.ts';

/** What a container with a shared directory did, and what the machine sees of it. */
export interface ShareObservation {
  readonly probe: ProbeResult;
  /** Owner of the file its root wrote, "uid:gid"; null: there is none. */
  readonly writtenBy: string | null;
  readonly readOnlyChanged: boolean;
  /** The user who asked for the container, as the machine numbers them. */
  readonly user: number;
}

/** A8 where no shared directory takes a file; null: nothing is shared. */
export function judgeUnshared(none: NoShare | null): Claim {
  const id = 'A8-shared-directory-usable';
  if (none === null) return notOffered(id, 'nothing is shared: no directory may be mounted');
  return none.denied
    ? {
        id,
        verdict: 'limited',
        evidence: `not tried: the user who asks can write to none of the shared directories, or not he alone: ${none.why}`,
      }
    : notObserved(id, `no shared directory takes a file: ${none.why}`);
}

/** A8: a shared directory works, and what the container's root writes belongs to the user who shared it. */
export function judgeShared(observed: Observed<ShareObservation>): Claim {
  const id = 'A8-shared-directory-usable';
  if ('error' in observed) return notObserved(id, observed.error);
  const { probe, writtenBy, user } = observed.value;
  const shared = probe.facts.shared;
  if (shared === undefined) return notObserved(id, 'the probe did not look');
  const owner = writtenBy?.split(':')[0];
  const evidence = `inside: root wrote (${shared.write}) as ${shared.owner}, could write the user's file (${shared.read}) of ${shared.givenOwner}; outside: ${writtenBy === null ? 'there is no file' : `it belongs to ${writtenBy}`}, the user is ${user}`;
  return claim(
    id,
    shared.write === 'ok' &&
      shared.owner === '0:0' &&
      shared.read === 'ok' &&
      owner === String(user) &&
      ownRange(probe) !== null,
    evidence,
  );
}

/**
 * A9: no way to write into a read-only mount, seen from inside and, where it is a directory of the machine's,
 * outside.
 */
export function judgeReadOnly(
  observed: Observed<Pick<ShareObservation, 'probe' | 'readOnlyChanged'>>,
): Claim {
  const id = 'A9-read-only-locked';
  if ('error' in observed) return notObserved(id, observed.error);
  const readOnly = observed.value.probe.facts.readOnly;
  if (readOnly === undefined) return notObserved(id, 'the probe did not look');
  const { written, ...ways } = readOnly;
  const items = Object.entries(ways).map(([title, result]): ClaimItem => ({
    title,
    seen: String(result),
    good: result !== 'ok',
  }));
  return {
    ...claim(
      id,
      !written && !observed.value.readOnlyChanged && items.length > 0 && items.every((one) => one.good),
      items.map((one) => `${one.title}: ${one.seen}`).join(', '),
    ),
    items,
  };
}

/** A10: what of /proc and /sys is hidden from a container that is not privileged. */
export function judgeProcHidden(probe: Observed<ProbeResult>): Claim {
  const id = 'A10-proc-hidden';
  const proc = procOf(probe);
  if ('error' in proc) return notObserved(id, proc.error);
  const items = Object.entries(proc.value.tried).map(([title, result]): ClaimItem => ({
    title,
    seen: result,
    good: result !== 'ok',
  }));
  return {
    ...claim(
      id,
      items.length > 0 && items.every((one) => one.good),
      items.map((one) => `${one.title}: ${one.seen}`).join(', '),
    ),
    items,
  };
}

function procOf(probe: Observed<ProbeResult>): Observed<NonNullable<ProbeFacts['proc']>> {
  if ('error' in probe) return probe;
  const { proc } = probe.value.facts;
  return proc === undefined ? { error: 'the probe did not look' } : { value: proc };
}

/** A machine that has just started shows no difference yet, s. */
const youngMachine = 60;

/** A10: whether /proc tells of the container, by lxcfs. */
export function judgeProcEmulated(probe: Observed<ProbeResult>): Claim {
  const id = 'A10-proc-emulated';
  const observed = procOf(probe);
  if ('error' in observed) return notObserved(id, observed.error);
  const proc = observed.value;
  const uptime = `/proc/uptime says ${proc.uptime} s, the machine is up ${proc.machineUptime} s`;
  if (proc.emulated.length === 0) {
    return {
      id,
      verdict: 'limited',
      evidence: `${uptime}; /proc/uptime, /proc/meminfo and others show the machine's values, since lxcfs does not run (Debian package lxcfs). It is information, not protection`,
    };
  }
  const different = proc.machineUptime < youngMachine || proc.uptime < proc.machineUptime - 5;
  return claim(id, different, `${uptime}; emulated: ${proc.emulated.join(', ')}`);
}

/**
 * A7: a container that joins another's network is in its user namespace, and one that is not protected can't
 * be joined.
 */
export function judgeSharing(
  owner: Observed<ProbeResult>,
  joiner: Observed<ProbeResult>,
  unprotected: Refusal | null,
): Claim {
  const id = 'A7-namespace-sharing';
  if ('error' in owner) return notObserved(id, owner.error);
  if ('error' in joiner) return notObserved(id, joiner.error);
  const [a, b] = [owner.value.facts, joiner.value.facts];
  const same =
    a.namespaces['net'] === b.namespaces['net'] &&
    a.namespaces['user'] === b.namespaces['user'] &&
    a.uidMap === b.uidMap;
  const joined = `joined a protected one: ${b.namespaces['net'] ?? ''} in ${b.namespaces['user'] ?? ''}, ${same ? 'as it' : `it is in ${a.namespaces['net'] ?? ''}, ${a.namespaces['user'] ?? ''}`}`;
  if (unprotected === null)
    return claim(
      id,
      same && ownRange(joiner.value) !== null,
      `${joined}; no unprotected one was made to ask for`,
    );
  const { answer } = unprotected;
  const refused =
    'error' in answer
      ? answer.error
      : answer.value === null
        ? 'was allowed'
        : `${answer.value.status} ${answer.value.message}`;
  const good =
    !('error' in answer) &&
    answer.value !== null &&
    answer.value.status === 403 &&
    answer.value.message.startsWith('enhanced container isolation:');
  return claim(
    id,
    same && ownRange(joiner.value) !== null && good,
    `${joined}; asked for an unprotected one: ${refused}`,
  );
}

/** C: a RUN of that builder is in a user namespace of its own. */
export function judgeBuild(id: 'C-build-legacy' | 'C-build-buildkit', observed: Observed<ProbeFacts>): Claim {
  if ('error' in observed) return notObserved(id, observed.error);
  return claim(
    id,
    ownRange({ facts: observed.value, outsideMap: null }) !== null,
    `in RUN: uid_map "${observed.value.uidMap}"`,
  );
}

/**
 * What came of a container that asked for another one through its socket: it, and that one where there was
 * one.
 */
export interface ThroughSocket {
  readonly maker: ProbeResult;
  readonly created: Observed<ProbeResult> | null;
}

/** A11: what a container makes through its socket is isolated too, in a range of its own. */
export function judgeThroughSocket(observed: Observed<ThroughSocket>): Claim {
  const id = 'A11-through-socket';
  if ('error' in observed) return notObserved(id, observed.error);
  const { maker, created } = observed.value;
  const request = maker.facts.throughSocket;
  if (request === undefined) return notObserved(id, 'the probe did not ask');
  if (request.said.includes('enhanced container isolation:'))
    return notOffered(id, `the command list lets nothing be made through it: ${request.said.trim()}`);
  if (created === null)
    return notObserved(id, `create: ${request.created}, start: ${request.started}: ${request.said.trim()}`);
  if ('error' in created) return notObserved(id, created.error);
  const [a, b] = [ownRange(maker), ownRange(created.value)];
  const apart = a !== null && b !== null && (a.last < b.first || b.last < a.first);
  return claim(
    id,
    apart && created.value.runtime === maker.runtime,
    `made through a mounted socket, asking for runc and userns=host: uid_map "${created.value.facts.uidMap}" with runtime "${created.value.runtime}"; its maker: "${maker.facts.uidMap}"`,
  );
}
