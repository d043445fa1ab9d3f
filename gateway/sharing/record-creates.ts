import type { SharingUser } from '../../shared/isolation/sharing-user.ts';
import {
  ResponseReplacedError,
  type ResponseTransform,
  type Gatekeeper,
  type GatewayRequest,
} from '../http/exchange.ts';
import { createdId, maxCreateResponseBytes } from '../sockets/grant.ts';
import type { SocketMounts } from '../base/socket-mount.ts';
import { isInContainer } from './container-peer.ts';
import { mapVerdict, withResponseTransform } from './map-verdict.ts';
import type { SharingUsers } from './sharing-users.ts';
import { isSubordinateId } from './subordinate-peer.ts';

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
    return mapVerdict(
      handling,
      withResponseTransform((before) => recordOnResponse(request, before, options)),
    );
  };
}

/**
 * The sharing user of a request; by a container's own socket, that container's. Null: unknown.
 */
export async function sharingUserOf(
  request: GatewayRequest,
  sources: Pick<RecordCreatesOptions, 'users' | 'mounts'>,
): Promise<SharingUser | null> {
  const found = await findSharingUser(request, sources);
  return 'uid' in found ? found : null;
}

/** The same, with the reason where the user is unknown. */
async function findSharingUser(
  request: GatewayRequest,
  { users, mounts }: Pick<RecordCreatesOptions, 'users' | 'mounts'>,
): Promise<SharingUser | { readonly unknown: string }> {
  if (request.origin.kind === 'socket-mount') {
    const owner = mounts?.get(request.origin.id)?.container ?? null;
    if (owner === null) return { unknown: `socket ${request.origin.id} belongs to no container` };
    const user = await users.userOf(owner.id);
    return user ?? { unknown: `container ${owner.name}, whose socket was used, has no record itself` };
  }
  const peer = request.peer();
  if (peer === null) return { unknown: "the system does not tell the client's credentials" };
  if (isInContainer(peer)) return { unknown: `user ${peer.uid} of the client is in a container` };
  if (await isSubordinateId(peer.uid)) return { unknown: `${peer.uid} of the client is a subordinate id` };
  return { uid: peer.uid, gid: peer.gid };
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
      if (head.status !== 201) return replaced;
      const container = createdId(body);
      if (container === null) {
        options.log("a container was made whose id can't be read: directories can't be shared with it");
        return replaced;
      }
      try {
        const user = await findSharingUser(request, options);
        if ('unknown' in user) {
          options.users.noteUnknown(container, user.unknown);
          options.log(
            `container ${container.slice(0, 12)} was made by somebody the system could not name ` +
              `(${user.unknown}): directories can't be shared with it`,
          );
          return replaced;
        }
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
