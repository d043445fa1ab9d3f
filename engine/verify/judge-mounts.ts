import * as z from 'zod';
import { joinMessages } from '../../shared/messages/join-messages.ts';
import { message } from '../../shared/messages/message.ts';
import { refusalPrefix } from '../../shared/policy/decision.ts';
import type { Claim, ClaimId } from '../../shared/verify/claims.ts';
import { makeClaim, makeItem, outcomeText, type EvidenceText } from './evidence.ts';
import {
  claim,
  isRefused,
  notOffered,
  ownRange,
  refusalOutcome,
  notObserved,
  type Observation,
  type Refusal,
} from './judge.ts';
import type { ProbeFacts, ProbeResult } from './probe-container.ts';
import type { UnavailableShare } from './probe-share.ts';

/** The results of a container with a shared directory, inside and on the machine. */
export interface ShareObservation {
  readonly probe: ProbeResult;
  /** Owner of the file that its root wrote, "uid:gid"; null: there is none. */
  readonly writtenBy: string | null;
  readonly readOnlyChanged: boolean;
  /** The user who had the container created, by the machine's ids. */
  readonly user: number;
}

/** A8 if no shared directory is writable; null: nothing is shared. */
export function judgeUnshared(none: UnavailableShare | null): Claim {
  const id = 'A8-shared-directory-usable';
  if (none === null) return notOffered(id, message('evidence.nothing-is-shared'));
  const { why } = none;
  return none.denied
    ? makeClaim(id, 'limited', message('evidence.shares-not-writable', { why }))
    : notObserved(id, message('evidence.no-share-takes-file', { why }));
}

/**
 * A8: a shared directory works, and files written by the container's root belong to the user who shared it.
 */
export function judgeShared(observed: Observation<ShareObservation>): Claim {
  const id = 'A8-shared-directory-usable';
  if ('error' in observed) return notObserved(id, observed.error);
  const { probe, writtenBy, user } = observed.value;
  const shared = probe.facts.shared;
  if (shared === undefined) return notObserved(id, message('evidence.probe-did-not-look'));
  const owner = writtenBy?.split(':')[0];
  const evidence = joinMessages('statements', [
    message('evidence.inside-share', shared),
    writtenBy === null
      ? message('evidence.outside-share-no-file', { user })
      : message('evidence.outside-share', { owner: writtenBy, user }),
  ]);
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
 * A9: no way to write into a read-only mount, seen from inside and, if it is a directory of the machine, from
 * outside.
 */
export function judgeReadOnly(
  observed: Observation<Pick<ShareObservation, 'probe' | 'readOnlyChanged'>>,
): Claim {
  const id = 'A9-read-only-locked';
  if ('error' in observed) return notObserved(id, observed.error);
  const readOnly = observed.value.probe.facts.readOnly;
  if (readOnly === undefined) return notObserved(id, message('evidence.probe-did-not-look'));
  const { written, ...ways } = readOnly;
  const tried = Object.entries(ways).map(([way, result]): readonly [string, string] => [way, String(result)]);
  return judgeWays(id, tried, !written && !observed.value.readOnlyChanged);
}

/** A10: which parts of /proc and /sys are hidden from a container that is not privileged. */
export function judgeProcHidden(probe: Observation<ProbeResult>): Claim {
  const id = 'A10-proc-hidden';
  const proc = procOf(probe);
  if ('error' in proc) return notObserved(id, proc.error);
  return judgeWays(id, Object.entries(proc.value.tried), true);
}

/** The ways that the probe tries, by their names in its output. */
const ways = [
  ['as it is', 'evidence.write-directly'],
  ['remount', 'evidence.remount'],
  ['remount of the file system', 'evidence.remount-file-system'],
  ['bind elsewhere', 'evidence.bind-elsewhere'],
  ['bind elsewhere, remount', 'evidence.bind-elsewhere-remount'],
  ['read /proc/kcore', 'evidence.read-kcore'],
  ['read /proc/timer_list', 'evidence.read-timer-list'],
  ['write /proc/sys/kernel/hostname', 'evidence.write-hostname'],
  ['write /proc/sysrq-trigger', 'evidence.write-sysrq-trigger'],
  ['write /sys/kernel/uevent_helper', 'evidence.write-uevent-helper'],
] as const;
const wayIds: ReadonlyMap<string, (typeof ways)[number][1]> = new Map(ways);

function attemptTitle(way: string): EvidenceText {
  const id = wayIds.get(way);
  return id === undefined ? way : message(id);
}

/** A9, A10: none of several ways succeeded. `unchanged`: no other observation shows that one did. */
function judgeWays(id: ClaimId, tried: readonly (readonly [string, string])[], unchanged: boolean): Claim {
  const items = tried.map(([way, result]) => makeItem(attemptTitle(way), result, result !== 'ok'));
  return {
    ...claim(
      id,
      unchanged && items.length > 0 && items.every((one) => one.good),
      joinMessages(
        'outcomes',
        tried.map(([way, result]) => outcomeText(attemptTitle(way), result)),
      ),
    ),
    items,
  };
}

function procOf(probe: Observation<ProbeResult>): Observation<NonNullable<ProbeFacts['proc']>> {
  if ('error' in probe) return probe;
  const { proc } = probe.value.facts;
  return proc === undefined ? { error: message('evidence.probe-did-not-look') } : { value: proc };
}

/** On a machine that has just started there is no difference yet, s. */
const youngMachine = 60;

/** A10: whether /proc shows the container's values, by lxcfs. */
export function judgeProcEmulated(probe: Observation<ProbeResult>): Claim {
  const id = 'A10-proc-emulated';
  const observed = procOf(probe);
  if ('error' in observed) return notObserved(id, observed.error);
  const proc = observed.value;
  const { machineUptime } = proc;
  const uptime = message('evidence.uptime', { uptime: proc.uptime, hostUptime: machineUptime });
  if (proc.emulated.length === 0)
    return makeClaim(id, 'limited', joinMessages('statements', [uptime, message('evidence.lxcfs-missing')]));
  const different = machineUptime < youngMachine || proc.uptime < machineUptime - 5;
  const emulated = message('evidence.emulated', { files: joinMessages('enumeration', proc.emulated) });
  return claim(id, different, joinMessages('statements', [uptime, emulated]));
}

/**
 * A7: a container that joins another's network is in its user namespace, and one that is not protected can't
 * be joined.
 */
export function judgeSharing(
  owner: Observation<ProbeResult>,
  joiner: Observation<ProbeResult>,
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
  const [net, user] = [b.namespaces['net'] ?? '', b.namespaces['user'] ?? ''];
  const joined = same
    ? message('evidence.joined-protected', { net, user })
    : message('evidence.joined-protected-apart', {
        net,
        user,
        otherNet: a.namespaces['net'] ?? '',
        otherUser: a.namespaces['user'] ?? '',
      });
  const request =
    unprotected === null
      ? message('evidence.no-unprotected-made')
      : message('evidence.unprotected-requested', { outcome: refusalOutcome(unprotected) });
  return claim(
    id,
    same && ownRange(joiner.value) !== null && (unprotected === null || isRefused(unprotected)),
    joinMessages('statements', [joined, request]),
  );
}

/** C: a RUN of that builder is in a user namespace of its own. */
export function judgeBuild(
  id: 'C-build-legacy' | 'C-build-buildkit',
  observed: Observation<ProbeFacts>,
): Claim {
  if ('error' in observed) return notObserved(id, observed.error);
  return claim(
    id,
    ownRange({ facts: observed.value, outsideMap: null }) !== null,
    message('evidence.in-run', { uidMap: observed.value.uidMap }),
  );
}

/**
 * The results of a container that created another one through its socket: its own, and the other's if it was
 * created.
 */
export interface SocketContainers {
  readonly maker: ProbeResult;
  readonly created: Observation<ProbeResult> | null;
}

/** A11: a container created through a mounted socket is isolated too, in a range of its own. */
export function judgeThroughSocket(observed: Observation<SocketContainers>): Claim {
  const id = 'A11-through-socket';
  if ('error' in observed) return notObserved(id, observed.error);
  const { maker, created } = observed.value;
  const request = maker.facts.throughSocket;
  if (request === undefined) return notObserved(id, message('evidence.probe-did-not-request'));
  const answer = responseMessage(request.answer);
  if (answer.startsWith(refusalPrefix))
    return notOffered(id, message('evidence.command-list-blocks', { refusal: answer }));
  if (created === null)
    return notObserved(
      id,
      message('evidence.create-and-start', {
        created: request.created,
        started: request.started,
        output: answer,
      }),
    );
  if ('error' in created) return notObserved(id, created.error);
  const [a, b] = [ownRange(maker), ownRange(created.value)];
  const apart = a !== null && b !== null && (a.last < b.first || b.last < a.first);
  return claim(
    id,
    apart && created.value.runtime === maker.runtime,
    joinMessages('statements', [
      message('evidence.made-through-socket', {
        uidMap: created.value.facts.uidMap,
        runtime: created.value.runtime,
      }),
      message('evidence.its-maker', { uidMap: maker.facts.uidMap }),
    ]),
  );
}

/** The message of an error response of the Engine API; another body as it is. */
function responseMessage(body: string): string {
  try {
    return errorResponse.parse(JSON.parse(body)).message.trim();
  } catch {
    return body.trim();
  }
}

const errorResponse = z.object({ message: z.string() });
