import type { SharingUser } from '../../shared/isolation/sharing-user.ts';
import {
  ResponseReplacedError,
  type ResponseTransform,
  type Gatekeeper,
  type GatewayRequest,
  type GatekeeperResult,
  type Verdict,
} from '../http/exchange.ts';
import { createdId, maxCreateResponseBytes } from '../sockets/grant.ts';
import type { SocketMounts } from '../base/socket-mount.ts';
import { isInContainer } from './container-peer.ts';
import { isSubordinateId } from './subordinate-peer.ts';
import type { SharingUsers } from './sharing-users.ts';

export interface RecordCreatesOptions {
  readonly users: SharingUsers;
  readonly mounts: Pick<SocketMounts, 'get'> | null;
  readonly log: (line: string) => void;
}

/**
 * The gatekeeper, with a record of the sharing user of every container that is created through it: also in
 * audit mode and with ECI off, since containers outlive such settings. The record is on disk before the
 * client gets the response. Where it can't be written the container stays, and the planner refuses its
 * shares.
 */
export function recordCreates(decide: Gatekeeper, options: RecordCreatesOptions): Gatekeeper {
  return (request) => {
    const handling = decide(request);
    if (request.match?.route.inspect !== 'create-container') return handling;
    // Peer credentials of a closed connection are unavailable: read them now, the connection caches them.
    request.peer();
    const recorded = (verdict: GatekeeperResult): GatekeeperResult => {
      switch (verdict.kind) {
        case 'refuse':
          return verdict;
        case 'read-body':
          return {
            ...verdict,
            decide: (body) => mapResult(verdict.decide(body), (decided) => withRecord(decided)),
          };
        case 'forward':
          return withRecord(verdict);
      }
    };
    const withRecord = (verdict: Verdict): Verdict => {
      if (verdict.kind === 'refuse') return verdict;
      const { response } = verdict;
      if (response !== undefined && 'begin' in response)
        throw new Error('the response to a create request must not be streamed');
      return { ...verdict, response: recordOnResponse(request, response, options) };
    };
    return mapResult(handling, recorded);
  };
}

function mapResult<T, U>(value: T | Promise<T>, then: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/**
 * The sharing user of a request; by a container's own socket, that container's. Null: unknown.
 */
export async function sharingUserOf(
  request: GatewayRequest,
  { users, mounts }: Pick<RecordCreatesOptions, 'users' | 'mounts'>,
): Promise<SharingUser | null> {
  if (request.origin.kind === 'socket-mount') {
    const owner = mounts?.get(request.origin.id)?.container ?? null;
    return owner === null ? null : users.userOf(owner.id);
  }
  const peer = request.peer();
  return peer === null || isInContainer(peer) || (await isSubordinateId(peer.uid))
    ? null
    : { uid: peer.uid, gid: peer.gid };
}

function recordOnResponse(
  request: GatewayRequest,
  before: ResponseTransform | undefined,
  options: RecordCreatesOptions,
): ResponseTransform {
  return {
    limit: before?.limit ?? maxCreateResponseBytes,
    transformResponse: async (head, body) => {
      // Throws where the container is removed again, which then needs no record.
      const replaced = (await before?.transformResponse(head, body)) ?? null;
      const container = head.status === 201 ? createdId(body) : null;
      if (container === null) return replaced;
      const user = await sharingUserOf(request, options);
      if (user === null) {
        options.log(
          `container ${container.slice(0, 12)} was made by somebody the system could not name: ` +
            "directories can't be shared with it",
        );
        return replaced;
      }
      try {
        await options.users.recordCreated(container, user);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        options.log(
          `container ${container.slice(0, 12)}: the record of who shares with it could not be written: ` +
            `${why}`,
        );
        throw new ResponseReplacedError(
          500,
          'bulkhead gateway: the container was made, but who shares directories with it could not be ' +
            `kept (${why}); remove it and try again`,
        );
      }
      return replaced;
    },
  };
}
